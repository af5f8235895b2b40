# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about ConfigMgr's baselines: whom an item is for, and what takes a setting back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .convert import FieldError
from .rows import Row

__all__ = ["BaselineBack", "BaselineWindows"]


@dataclass(frozen=True, kw_only=True)
class BaselineWindows(Row):
    """baseline_windows.yml: ``windows`` are ids of windows.yml, ``platforms`` names with wildcards at the end."""

    id: str
    title: str
    windows: tuple[str, ...]
    wow: bool
    platforms: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in ("windows", "platforms"):
            if not getattr(self, name):
                raise FieldError(name, "empty")
        if any("'" in text for text in (self.title, *self.platforms)):
            raise FieldError("platforms", "these go between quotes of PowerShell")


@dataclass(frozen=True, kw_only=True)
class BaselineBack(Row):
    """baseline_back.yml: ``id`` is a row of settings.yml, ``to`` the value that takes it back."""

    id: str
    to: Literal["default", "enabled", "off", "kept"]
    why: str = ""

    def __post_init__(self) -> None:
        if (self.to == "kept") != bool(self.why):
            raise FieldError("why", "needed where a setting is kept, and nowhere else")
