# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about installing: packages, how their kinds are installed, and what exit codes mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from .convert import FieldError, Reference
from .rows import RequirementId, Row, SqlClientId, UpdateId
from .version import Version

# What a word of a command line may hold: nothing that cmd.exe reads as more than a character.
_ARGUMENT = re.compile(r"[A-Za-z0-9/_.:={}-]+")
_PROGRAM = re.compile(r"%SystemRoot%\\System32\\[a-z]+\.exe|\{file\}")
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")
_PATTERN = re.compile(r"[a-z0-9_.*-]+")

InstallerKind = Literal["msu", "msi", "cab", "exe"]
Architecture = Literal["x64", "x86"]
PackageComponent = Literal["hotfix", "file_version", "dotnet", "visual_cpp", "sql_client", "wsus", "sql_server"]
Meaning = Literal[
    "installed",
    "restart_required",
    "restart_started",
    "already_installed",
    "not_applicable",
    "busy",
    "no_space",
    "failed",
]
PackageId = Annotated[str, Reference("packages")]
InstallerId = Annotated[InstallerKind, Reference("installers")]


@dataclass(frozen=True, kw_only=True)
class Installer(Row):
    """installers.yml: the program that installs files of a kind, and its arguments; C({file}) is the file."""

    id: InstallerKind
    program: str
    arguments: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _PROGRAM.fullmatch(self.program):
            raise FieldError("program", "neither a program of System32 nor the file itself")
        _check_arguments(self.arguments)


@dataclass(frozen=True, kw_only=True)
class ExitCode(Row):
    """exit_codes.yml: what an exit code (unsigned) of installers of some ``kinds`` means."""

    id: str
    code: int
    kinds: tuple[InstallerId, ...]
    means: Meaning
    phrase: str
    remedy: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.code < 2**32:
            raise FieldError("code", "not an unsigned number of 32 bits")
        if (self.remedy is None) != (self.means in GOOD_MEANINGS):
            raise FieldError("remedy", "belongs to what is not a success, and only there")


GOOD_MEANINGS = ("installed", "restart_required", "restart_started", "already_installed")


@dataclass(frozen=True)
class SqlProduct:
    """The instances that a package is for: builds of one product, at least ``since`` and below ``below``."""

    major: int
    below: Version
    minors: tuple[int, ...] = (0, 99)
    since: Version | None = None

    def covers(self, version: Version) -> bool:
        """Whether an instance of this build is one that the package updates."""
        return (
            version.major == self.major
            and self.minors[0] <= version.minor <= self.minors[1]
            and version.product_key < self.below.product_key
            and (self.since is None or version.product_key >= self.since.product_key)
        )


@dataclass(frozen=True, kw_only=True)
class Package(Row):
    """packages.yml: a file that mends what the ``findings`` name (none: it is installed on request only).

    ``builds``: the Windows builds it is for, all when empty. ``component`` says what shows that it is installed:
    file_version (of its ``update``), wsus, dotnet (``release`` is the Release number), visual_cpp (of ``runtime``),
    sql_client (``client``), sql_server (no instance left that ``product`` covers), or hotfix (its number in Windows'
    list of packages; absence proves nothing). ``version`` is what it brings; ``never``: versions that must not be
    used under its name. ``needs``: packages that have to be there first; ``after``: packages that go first where the
    owner has them and Windows does not list them, and whose absence is no hindrance, since a later update may contain
    them. ``restart``: what a restart may be needed
    of; ``clean_start``: no restart may be pending when it begins. ``services`` are down meanwhile. ``minutes``: how
    long it may take, ``disk_mb``: what it needs on the system drive besides its own file. ``files``: patterns of
    its file's name, in small letters.
    """

    id: str
    title: str
    component: PackageComponent
    kind: InstallerId
    files: tuple[str, ...]
    minutes: int
    restart: Literal["windows", "none"]
    findings: tuple[RequirementId, ...] = ()
    update: UpdateId | None = None
    builds: tuple[int, ...] = ()
    architectures: tuple[Architecture, ...] = ("x64", "x86")
    arguments: tuple[str, ...] = ()
    version: Version | None = None
    release: int | None = None
    client: SqlClientId | None = None
    runtime: Architecture | None = None
    product: SqlProduct | None = None
    never: tuple[Version, ...] = ()
    needs: tuple[PackageId, ...] = ()
    after: tuple[PackageId, ...] = ()
    services: tuple[str, ...] = ()
    clean_start: bool = False
    disk_mb: int = 500

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise FieldError("id", "cannot be part of a file name")
        for number, pattern in enumerate(self.files):
            if not _PATTERN.fullmatch(pattern):
                raise FieldError(f"files[{number}]", "not a pattern of a file name in small letters")
        _check_arguments(self.arguments)
        asked = {
            "update": self.component in ("hotfix", "file_version", "wsus"),
            "release": self.component == "dotnet",
            "client": self.component == "sql_client",
            "runtime": self.component == "visual_cpp",
            "product": self.component == "sql_server",
        }
        for name, wanted in asked.items():
            if (getattr(self, name) is not None) != wanted:
                raise FieldError(name, f"{'missing' if wanted else 'not allowed'} for a package of {self.component}")

    @property
    def file_name(self) -> str:
        """What its file is called on a machine: never what the owner calls it."""
        return f"{self.id}.{self.kind}"

    @property
    def is_engine(self) -> bool:
        """Whether it updates SQL Server itself, which is done only on request."""
        return self.component == "sql_server"


def _check_arguments(arguments: tuple[str, ...]) -> None:
    for number, argument in enumerate(arguments):
        if not _ARGUMENT.fullmatch(argument):
            raise FieldError(f"arguments[{number}]", "cannot stand on a command line")
