# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes as a difference between two C(.reg) texts, for --diff."""

from __future__ import annotations

from collections.abc import Iterable

from .._tls.plan import Change
from .._windows.undo import reg_text

__all__ = ["reg_diff"]


def reg_diff(changes: Iterable[Change]) -> dict[str, str]:
    """C(before) and C(after); an absent value is left out on its side."""
    listed = list(changes)
    return {
        "before": reg_text((change.view, change.key, change.name, change.before) for change in listed),
        "after": reg_text((change.view, change.key, change.name, change.after) for change in listed),
        "before_header": "registry",
        "after_header": "registry",
    }
