# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the enable stage of a run in check mode would do to a machine, by its own word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Foreseen"]


@dataclass(frozen=True)
class Foreseen:
    """``keys``: those of the registry in which it would set values. ``restarted``: whether it would restart the
    machine; the policy, people and windows of maintenance may all be against it.
    """

    keys: frozenset[str] = frozenset()
    restarted: bool = False

    @classmethod
    def of(cls, enabled: Mapping[str, Any], restarted: Mapping[str, Any]) -> Foreseen:
        """``enabled`` and ``restarted``: results of C(tls_settings) and C(tls_restart), empty for a skipped task."""
        keys = frozenset(str(change["path"]) for change in enabled.get("changes") or ())
        return cls(keys, bool(restarted.get("restarted")))

    @property
    def waits(self) -> bool:
        """Whether its settings would not be in force when the run goes on."""
        return bool(self.keys) and not self.restarted

    def mends(self, finding: Mapping[str, Any]) -> bool:
        """Whether the plain finding would be gone when the run goes on, C(waits) apart."""
        if finding.get("fix") == "restart":
            return self.restarted
        seen = {str(row["path"]) for row in finding.get("evidence", ())}
        return finding.get("fix") == "settings" and bool(seen) and seen <= self.keys
