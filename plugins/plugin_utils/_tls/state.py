# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS state of one machine as plain data. Absent, present and unreadable are three states of every setting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .._data import Version, WindowsRelease
from .._data.schema import Side
from .._windows.registry import Key, Presence, Value, View
from .journal import BootMarker, JournalEntry
from .listening import SqlEncryption

__all__ = [
    "ConfigMgr",
    "DotNet",
    "Effect",
    "HostState",
    "Schannel",
    "Setting",
    "Side",
    "SideSettings",
    "SqlClientState",
    "SqlInstance",
    "WindowsState",
    "WsusState",
]


class Effect(Enum):
    """What a protocol setting comes to, for one side of a machine."""

    ON = "on"
    ON_REQUEST = "on_request"
    OFF = "off"
    NOT_SUPPORTED = "not_supported"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Setting:
    """One registry value: where it is, whether it could be read, and what it holds."""

    key: Key
    view: View
    name: str
    presence: Presence
    value: Value | None = None

    @property
    def dword(self) -> int | None:
        """The number in force: only REG_DWORD counts, anything else is read by Windows as not set."""
        return self.value.dword if self.value else None

    @property
    def unreadable(self) -> bool:
        return self.presence is Presence.UNREADABLE

    @property
    def path(self) -> str:
        """The value's place as a person writes it, with the 32-bit view spelled out."""
        path = self.key.path
        if self.view is View.WOW and path.lower().startswith("software\\"):
            path = "SOFTWARE\\WOW6432Node" + path[len("SOFTWARE") :]
        return f"HKLM\\{path}\\{self.name}"

    def __str__(self) -> str:
        if self.unreadable:
            return "unreadable"
        return str(self.value) if self.value else "absent"


@dataclass(frozen=True)
class SideSettings:
    """The two values of one protocol on one side."""

    enabled: Setting
    disabled_by_default: Setting


@dataclass(frozen=True)
class WindowsState:
    """Which Windows a machine runs.

    ``build`` and ``release`` are None when the machine did not tell; ``product`` is client or server, ``edition``
    as Windows spells it (EnterpriseS is the one with long-term servicing).
    """

    build: int | None
    update_revision: int | None
    name: str
    product: Side
    core: bool
    architecture: str
    release: WindowsRelease | None
    edition: str = ""

    @property
    def has_wow(self) -> bool:
        """Whether there is a 32-bit view of the registry beside the native one."""
        return self.architecture not in ("x86", "")


@dataclass(frozen=True)
class Schannel:
    """What the registry says of SCHANNEL.

    ``protocols``: by protocol and side. ``policy``: the suite order that a policy sets, ``cipher_policy`` its text
    where Windows reads it, ``cipher_order`` the machine's own list. ``algorithms``: Enabled of those that can be turned
    off singly, by the ids of their table; ``dh_minimum``: the least bits of a Diffie-Hellman key, by side.
    """

    protocols: Mapping[tuple[str, Side], SideSettings]
    event_logging: Setting
    fips: Setting
    policy: Setting
    cipher_policy: str | None
    cipher_order: tuple[str, ...] | None
    algorithms: Mapping[str, Setting]
    dh_minimum: Mapping[Side, Setting]


@dataclass(frozen=True)
class DotNet:
    """The .NET Framework of a machine and its TLS settings.

    ``release``: the Release number of .NET Framework 4.5 and later, None when there is none. ``has_35``: None where
    it could not be told, or was not asked because nothing depends on it.
    """

    release: int | None
    setup: Presence
    has_35: bool | None
    values: Mapping[tuple[str, View, str], Setting]


@dataclass(frozen=True)
class SqlInstance:
    """An instance of SQL Server on the machine.

    ``ports``: its TCP ports, dynamic ones as well. ``encryption``: what it insists on, None when it is not known.
    """

    name: str
    key: str
    version: Version | None
    express: bool
    ports: tuple[int, ...] = ()
    encryption: SqlEncryption | None = None
    view: View = View.NATIVE


@dataclass(frozen=True)
class SqlClientState:
    id: str
    version: Version | None
    text: str


@dataclass(frozen=True)
class WsusState:
    version: Version | None
    uses_ssl: bool


@dataclass(frozen=True)
class ConfigMgr:
    """What a machine's registry says of its ConfigMgr site.

    ``release`` as Microsoft names it (2309), from the site's build; None when this machine does not say.
    ``assumed``: the build is not known, and the nearest older release counts.

    ``role_site``: of its site system roles; ``assigned_site``: of its client; ``parent_site``: above ``role_site``.
    """

    role_site: str | None
    assigned_site: str | None
    parent_site: str | None
    secondary: bool
    version: Version | None
    release: int | None
    client_version: Version | None
    database: str | None
    assumed: bool = False


@dataclass(frozen=True)
class HostState:
    """Everything that one visit read. ``roles`` are those found on the machine itself.

    ``newer_drivers``: ODBC drivers of SQL Server that are newer than those that are known, by name.
    ``https_ports``: those that http.sys has a certificate for, None when that is not known. ``https_off``: protocols
    that are turned off for one of them. ``pending_unread``: those of the ``unreadable`` keys that would tell of a
    pending restart.
    """

    windows: WindowsState
    schannel: Schannel
    dotnet: DotNet
    winhttp: Mapping[View, Setting]
    file_versions: Mapping[str, Version]
    sql_instances: tuple[SqlInstance, ...]
    sql_clients: tuple[SqlClientState, ...]
    https_ports: tuple[int, ...] | None
    https_off: Mapping[int, tuple[str, ...]]
    newer_drivers: tuple[str, ...]
    wsus: WsusState | None
    configmgr: ConfigMgr
    roles: tuple[str, ...]
    pending_restart: tuple[str, ...]
    boot: BootMarker
    journal: tuple[JournalEntry, ...]
    unreadable: tuple[str, ...] = field(default=())
    pending_unread: tuple[str, ...] = field(default=())
