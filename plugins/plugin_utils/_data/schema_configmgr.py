# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables about ConfigMgr itself: releases, roles, and the settings that are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .convert import FieldError
from .rows import ProtocolId, RoleId, Row, Source
from .schema import Restart, Side, ViewBits
from .version import Version

Stage = Literal["enable", "disable", "observe"]
Component = Literal["schannel", "dotnet", "winhttp"]


@dataclass(frozen=True, kw_only=True)
class ConfigMgrRelease(Row):
    """configmgr.yml: a ConfigMgr release (2309) by the build in its version number (5.00.9122.1000 -> 9122).

    ``supported``: Microsoft still supports it. ``assumed`` is set by the lookup when the build is not in the table and
    this is the nearest older release.
    """

    KEY: ClassVar[str] = "release"

    release: int
    build: int
    supported: bool = False
    assumed: bool = field(default=False, metadata={"computed": True})


@dataclass(frozen=True)
class Detection:
    """One trace that a role leaves in a machine's own registry. Any trace that holds means the role is there.

    ``test`` on ``key`` in ``view`` (32 exists on 64-bit Windows only): exists (the key, or ``value`` in it), equals and
    not_equals (``value`` is there and holds, or does not hold, ``data``), subkey (the key has a subkey named ``data``).
    ``uncertain`` traces come from general knowledge.
    """

    key: str
    test: Literal["exists", "equals", "not_equals", "subkey"]
    source: Source
    view: ViewBits = 64
    value: str | None = None
    data: int | str | None = None
    uncertain: bool = False

    def __post_init__(self) -> None:
        if not self.key.startswith("HKLM\\"):
            raise FieldError("key", "must begin with HKLM\\")
        if (self.test == "exists") == (self.data is not None):
            raise FieldError("data", "every test but exists needs it")
        if self.test in ("equals", "not_equals") and self.value is None:
            raise FieldError("value", f"needed by {self.test}")
        if self.test == "subkey" and not isinstance(self.data, str):
            raise FieldError("data", "a subkey is named by text")


@dataclass(frozen=True)
class RoleNeeds:
    """What has to be right on a machine with the role. ``schannel`` lists the sides on which it speaks TLS.

    ``conditional`` SQL clients are needed by some set-ups of the role only; the role's notes say which.
    ``sql_express_min`` is the oldest SQL Server Express build of a secondary site. ``dotnet``: the rows of
    dotnet_requirements.yml that count for it; less than recommended is only warned of. ``cipher_suites``: of these it
    needs one to reach Microsoft's services.
    """

    schannel: tuple[Side, ...]
    dotnet: Literal["full", "base", "recommended", "no"]
    sql_client: Literal["yes", "conditional", "no"]
    winhttp: bool = False
    sql_build: bool = False
    wsus_build: bool = False
    sql_express_min: Version | None = None
    cipher_suites: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Row):
    """roles.yml: a ConfigMgr role.

    ``configmgr_names`` are the role names that the SMS Provider reports; ``restart_group`` is the order of restarts,
    lowest first; ``one_at_a_time``: the machines with the role are changed one by one.
    """

    id: str
    title: str
    configmgr_names: tuple[str, ...]
    restart_group: int
    needs: RoleNeeds
    logs: tuple[str, ...]
    detection: tuple[Detection, ...]
    state: Literal["current", "deprecated", "removed"] = "current"
    removed_in: int | None = None
    one_at_a_time: bool = False


@dataclass(frozen=True)
class Accept:
    """Which numbers have the wanted effect: equals ``data``, any non-zero one, or one with bits in and bits out."""

    test: Literal["equals", "nonzero", "bits"]
    required: int = 0
    forbidden: int = 0

    def __post_init__(self) -> None:
        if (self.test == "bits") != bool(self.required):
            raise FieldError("required", "belongs to test: bits, and only there")

    def holds(self, data: int | None, wanted: int) -> bool:
        """Whether a value that is there has the effect of the wanted one; an absent one (None) never does."""
        if data is None:
            return False
        if self.test == "nonzero":
            return data != 0
        if self.test == "bits":
            return data & self.required == self.required and not data & self.forbidden
        return data == wanted


@dataclass(frozen=True, kw_only=True)
class SettingRow(Row):
    """settings.yml: a registry value that a stage writes.

    ``key`` begins with HKLM and may hold {protocol} and {side}: the row then stands for each of ``protocols`` and
    ``sides``. ``views`` 64 is the native view, 32 exists on 64-bit Windows only. ``when`` names the builds that need
    it;
    elsewhere it is only put right where somebody set it.
    """

    id: str
    component: Component
    stage: Stage
    key: str
    name: str
    data: int
    views: tuple[ViewBits, ...]
    accept: Accept
    restart: Restart
    type: Literal["REG_DWORD"] = "REG_DWORD"
    when: Literal["always", "winhttp_needs_value"] = "always"
    protocols: tuple[ProtocolId, ...] = ()
    sides: tuple[Side, ...] = ()

    def __post_init__(self) -> None:
        repeated = "{protocol}" in self.key and "{side}" in self.key
        if repeated != bool(self.protocols) or repeated != bool(self.sides):
            raise FieldError("key", "{protocol} and {side} go with protocols and sides")
        if not self.key.startswith("HKLM\\"):
            raise FieldError("key", "must begin with HKLM\\")


@dataclass(frozen=True)
class DesiredValue:
    """One registry value as one machine should have it: a SettingRow made concrete.

    ``view`` is 64 (native) or 32. ``only_when_set``: Windows does well without it, but a value that is there must have
    the effect. ``protocol`` and ``side`` (client/server) are set for SCHANNEL values.
    """

    setting: str
    component: Component
    stage: Stage
    key: str
    view: ViewBits
    name: str
    type: str
    data: int
    accept: Accept
    restart: Restart
    sources: tuple[str, ...]
    protocol: str | None = None
    side: Side | None = None
    only_when_set: bool = False

    def accepts(self, data: int | None) -> bool:
        """Whether a value that is there has the wanted effect; an absent one (None) never does."""
        return self.accept.holds(data, self.data)


@dataclass(frozen=True, kw_only=True)
class ConfigFile(Row):
    """config_files.yml: a .NET configuration file that turns TLS 1.2 on for one program where registry values cannot.

    ``roles`` are the roles the file is for. ``content`` is the name of a file of this package with what the whole file
    holds (its lines end with CR LF on the machine); None where that is not known.
    """

    id: str
    path: str
    after: Literal["iis_reset", "windows_restart"]
    roles: tuple[RoleId, ...]
    content: str | None = None
