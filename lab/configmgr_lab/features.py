# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab says of itself: each emulated behaviour, and how we know that Windows does it so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Source(Enum):
    """Where a behaviour is known from."""

    CAPTURE = "capture"
    """Bytes recorded from Windows."""
    CHECKED = "checked"
    """The expectation of a public test suite that also runs on Windows."""
    DOCUMENT = "document"
    """Public documentation."""
    ASSUMED = "assumed"
    """General knowledge that nobody checked: do not rely on it."""


@dataclass(frozen=True)
class Feature:
    """One emulated behaviour."""

    what: str
    source: Source
    note: str = ""


@dataclass(frozen=True)
class Subject:
    """A tool or a part of the lab, for the coverage page."""

    name: str
    features: tuple[Feature, ...]
    missing: tuple[str, ...] = ()
