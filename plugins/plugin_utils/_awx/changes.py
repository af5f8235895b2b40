# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was changed, or would be, in words and as a diff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .compare import diff_text

__all__ = ["AwxChange"]

_WOULD = {
    "made": "would make",
    "changed": "would change",
    "attached": "would attach",
    "taken away": "would take away",
}


@dataclass(frozen=True)
class AwxChange:
    """A change of an object of AWX.

    action: made, changed, attached or taken away. subject: endpoint and name. before, after: by field.
    """

    action: str
    subject: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fields(self) -> list[str]:
        return list(self.after)

    def line(self, *, check_mode: bool) -> str:
        """A sentence for the terminal. Names, no values: an address can be a secret."""
        names = f": {', '.join(self.fields)}" if self.action == "changed" else ""
        return f"{_WOULD[self.action] if check_mode else self.action} {self.subject}{names}"

    def as_result(self) -> dict[str, Any]:
        return {"action": self.action, "object": self.subject, "fields": self.fields}

    def as_diff(self) -> dict[str, str]:
        """As Ansible shows it, a line per field."""
        there = "" if self.action in ("made", "attached") else f"{self.subject}\n"
        gone = "" if self.action == "taken away" else f"{self.subject}\n"
        return {
            "before_header": self.subject,
            "after_header": self.subject,
            "before": there + _text(self.before),
            "after": gone + _text(self.after),
        }


def _text(fields: Mapping[str, Any]) -> str:
    return "".join(f"  {name}: {diff_text(name, value)}\n" for name, value in fields.items())
