# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is on a machine's disk at first: its registry, services, files and environment, shared by all that are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .files import Entry
from .registry import Key


@dataclass(frozen=True)
class Image:
    """Read only and shared between machines. Keys of the mappings are lower case."""

    id: str
    title: str
    is_64bit: bool
    build: int
    registry: Mapping[str, Key]
    services: Mapping[str, bool]
    """Name of each service, and whether it runs."""
    files: Mapping[str, Entry]
    environment: Mapping[str, str]
    without: frozenset[str]
    """Tools that this Windows does not have, such as wmic."""
    program_factor: float = 1.0
    """A program takes so much longer on this Windows than the site says."""
