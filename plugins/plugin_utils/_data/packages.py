# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups about packages, how they are installed, and what their installers say."""

from __future__ import annotations

from .load import load_table
from .schema_packages import (
    ExitCode,
    Installer,
    InstallerKind,
    Package,
)

_UNSIGNED = 2**32


def packages() -> tuple[Package, ...]:
    """Every package, in the order in which a machine gets them."""
    return load_table("packages", Package)


def package(package_id: str) -> Package:
    """The package with this id; KeyError when there is none."""
    for row in packages():
        if row.id == package_id:
            return row
    raise KeyError(package_id)


def installer(kind: InstallerKind) -> Installer:
    """How files of a kind are installed."""
    return next(row for row in load_table("installers", Installer) if row.id == kind)


def exit_code(kind: InstallerKind, code: int) -> ExitCode | None:
    """What an installer's exit code means, signed or unsigned; None for one that is not in the table."""
    wanted = code % _UNSIGNED
    return next((row for row in load_table("exit_codes", ExitCode) if row.code == wanted and kind in row.kinds), None)
