# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups about ConfigMgr: its releases, its roles, and its configuration files."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from importlib import resources
from typing import TypeVar

from .load import load_table
from .schema_configmgr import (
    ConfigFile,
    ConfigMgrRelease,
    Role,
)

T = TypeVar("T")
_PACKAGE = __name__.rpartition(".")[0]


def latest_from(rows: Iterable[T], value: int, key: Callable[[T], int]) -> T | None:
    """The row with the highest ``key`` that is not above ``value``."""
    return max((row for row in rows if key(row) <= value), key=key, default=None)


def configmgr_row(build: int) -> ConfigMgrRelease | None:
    """The release with this build (9122 -> 2309).

    A build that is not in the table gets the nearest older release with ``assumed`` set; None below all of them.
    """
    row = latest_from(load_table("configmgr", ConfigMgrRelease), build, lambda row: row.build)
    if row is None or row.build == build:
        return row
    return dataclasses.replace(row, assumed=True)


def configmgr_release(build: int) -> int | None:
    """The release number for a site's build, exact or the nearest older one; see configmgr_row."""
    row = configmgr_row(build)
    return row.release if row else None


def configmgr_supported(release: int) -> bool:
    """Whether Microsoft still supports a release (2309); one that is not in the table counts as the nearest older."""
    row = latest_from(load_table("configmgr", ConfigMgrRelease), release, lambda row: row.release)
    return row is not None and row.supported


def roles() -> tuple[Role, ...]:
    """Every role."""
    return load_table("roles", Role)


def role(role_id: str) -> Role:
    """The role with this id; KeyError when there is none."""
    for row in roles():
        if row.id == role_id:
            return row
    raise KeyError(role_id)


def roles_named(configmgr_name: str) -> tuple[Role, ...]:
    """The roles that the SMS Provider reports under a name such as "SMS Management Point"; empty when it is unknown.

    "SMS Site Server" is the name of three roles, which the site's type tells apart.
    """
    wanted = configmgr_name.casefold()
    return tuple(row for row in roles() if any(name.casefold() == wanted for name in row.configmgr_names))


def config_files(role_id: str) -> tuple[ConfigFile, ...]:
    """The .NET configuration files that help a role."""
    return tuple(row for row in load_table("config_files", ConfigFile) if role_id in row.roles)


def config_file(name: str) -> tuple[ConfigFile, tuple[str, ...]]:
    """The configuration file with this id, and the lines it holds; KeyError when its content is not known."""
    for row in load_table("config_files", ConfigFile):
        if row.id == name and row.content is not None:
            text = resources.files(_PACKAGE).joinpath("files", row.content).read_text(encoding="utf-8")
            return row, tuple(text.splitlines())
    raise KeyError(name)
