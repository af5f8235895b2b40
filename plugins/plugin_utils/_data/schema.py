# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row types of the tables. Each class describes one YAML file of this package; its annotations are the schema."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from .convert import FieldError
from .rows import (
    ProtocolId,
    RoleId,
    Row,
    Source,
    SqlClientId,
    UpdateId,
    WindowsId,
)
from .version import Version

Side = Literal["client", "server"]
Product = Literal["client", "server"]
ProtocolState = Literal["enabled", "disabled", "not_supported", "uncertain"]
Level = Literal["guidance", "recommended", "warning", "required", "error"]
Restart = Literal["windows", "sql_server", "none"]
ViewBits = Literal[64, 32]
# TLS 1.2 and 1.3 only.
_WINDOWS_11 = 0x2800


@dataclass(frozen=True, kw_only=True)
class SourceRow(Row):
    """sources.yml: the pages and repositories that the other tables cite by ``id``."""

    id: str
    title: str
    url: str
    # This table is what sources are made of: its rows are their own source.
    sources: tuple[Source, ...] = field(default=(), metadata={"computed": True})

    def __post_init__(self) -> None:
        if not self.url.startswith("https://"):
            raise FieldError("url", "not an https address")
        object.__setattr__(self, "sources", (self.url,))


@dataclass(frozen=True, kw_only=True)
class ProtocolRow(Row):
    """protocols.yml: a protocol by its SCHANNEL key name, ``rank`` oldest first, and its bit in DefaultSecureProtocols.

    ``legacy`` protocols are those that the disable stage turns off.
    """

    id: str
    rank: int
    winhttp_bit: int
    legacy: bool


@dataclass(frozen=True)
class WinHttp:
    """What callers of WinHTTP offer by default.

    ``default`` is the set of bits when nothing is set (None: Windows decides). ``needs_value`` builds offer TLS 1.2
    only with ``update`` installed (None: no such update is known) and DefaultSecureProtocols written.
    ``legacy_closed_by`` is the update that took TLS 1.0 and 1.1 out of the default; ``legacy_doubtful``: no page says
    whether they are still in it.
    """

    default: int | None
    needs_value: bool
    update: UpdateId | None = None
    legacy_closed_by: UpdateId | None = None
    legacy_doubtful: bool = False

    def doubted(self) -> WinHttp:
        """The same on a build that is not known: older protocols may be gone from the default."""
        return dataclasses.replace(
            self, default=None if self.default == _WINDOWS_11 else self.default, legacy_doubtful=True
        )


@dataclass(frozen=True)
class ConfigMgrSupport:
    """What ConfigMgr supports on a Windows release.

    ``client_ended``: the day on which Microsoft's support of that Windows as a client ended, but for editions with a
    longer one (``client_ltsc``) and paid updates; ``client_from``: first ConfigMgr release that supports a build.
    ``site_system_from``: first ConfigMgr release that supports it there; ``site_system_blocked_from``: first release
    whose upgrade it blocks; None for both means no limit is documented. ``site_system_not``: roles that it cannot have.
    """

    client: Literal["yes", "no", "uncertain"]
    site_system: Literal["yes", "no", "distribution_point_only"]
    client_ended: str | None = None
    client_ltsc: bool = False
    client_from: Mapping[int, int] = field(default_factory=dict)
    site_system_from: int | None = None
    site_system_blocked_from: int | None = None
    site_system_not: tuple[RoleId, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WindowsRelease(Row):
    """windows.yml: what a Windows build does when no registry value says otherwise.

    ``protocols``: protocol -> client/server -> state. ``protocol_updates``: those that came with an update, of which
    nothing that is read tells whether it is there. ``wsus_tls12``: whether any WSUS of this Windows has TLS 1.2.
    ``assumed`` is set by the lookup when the build itself is not in
    the table: this is then the nearest older row, and what of its defaults may have changed since is uncertain.
    """

    id: str
    names: tuple[str, ...]
    builds: tuple[int, ...]
    product: Literal["client", "server", "both"]
    protocols: Mapping[ProtocolId, Mapping[Side, ProtocolState]]
    winhttp: WinHttp
    configmgr: ConfigMgrSupport
    protocol_updates: Mapping[ProtocolId, UpdateId] = field(default_factory=dict)
    wsus_tls12: bool = True
    assumed: bool = field(default=False, metadata={"computed": True})

    def __post_init__(self) -> None:
        if not self.builds:
            raise FieldError("builds", "empty")
        for protocol, sides in self.protocols.items():
            if set(sides) != {"client", "server"}:
                raise FieldError(f"protocols.{protocol}", "needs client and server")


@dataclass(frozen=True, kw_only=True)
class DotnetRelease(Row):
    """dotnet.yml: .NET Framework 4.5 and later by the Release number in the registry.

    ``min_release`` is the smallest number, of any Windows, that means this version. ``tls12``: whether it speaks TLS
    1.2 as it is, or only with an update.
    """

    KEY: ClassVar[str] = "version"

    version: str
    min_release: int
    tls12: Literal["yes", "updated"] = "yes"


@dataclass(frozen=True, kw_only=True)
class DotnetRequirement(Row):
    """dotnet_requirements.yml: the .NET Framework that a ConfigMgr release asks for, from ``configmgr_from`` on.

    ``need``: base for every role, full for those that ask for more (roles.yml). ``level``: guidance, warning or error
    of the prerequisite check; required when it is needed but only warned about; recommended when it is not needed.
    One row of each need is ``when_unknown``: it is used when nothing tells the ConfigMgr release.
    """

    id: str
    configmgr_from: int
    version: str
    min_release: int
    level: Level
    need: Literal["base", "full"] = "base"
    when_unknown: bool = False


@dataclass(frozen=True)
class FaultyBuild:
    """A build that has TLS 1.2 and must not be accepted all the same."""

    version: Version
    update: UpdateId
    reason: str


@dataclass(frozen=True, kw_only=True)
class SqlBranch(Row):
    """sql_server.yml: a servicing branch of SQL Server and its first build with TLS 1.2.

    The branch of a build is the row of its product (``major`` and, for 2008 against 2008 R2, ``minors`` as a closed
    range) with the highest ``applies_from`` that is not above it, in the order of Version.product_key.
    ``min_build`` is None when no build of the branch has TLS 1.2.
    """

    id: str
    product: str
    branch: str
    major: int
    applies_from: Version
    min_build: Version | None
    remedy: str
    minors: tuple[int, ...] = (0, 99)
    architectures: tuple[Literal["x64", "x86", "ia64"], ...] = ("x64", "x86")
    faulty: tuple[FaultyBuild, ...] = ()

    def __post_init__(self) -> None:
        if len(self.minors) != 2:
            raise FieldError("minors", "expected the lowest and the highest minor")
        if self.applies_from.major != self.major:
            raise FieldError("applies_from", f"is not of major version {self.major}")

    def covers(self, version: Version) -> bool:
        """Whether ``version`` belongs to this row's product."""
        return version.major == self.major and self.minors[0] <= version.minor <= self.minors[1]


@dataclass(frozen=True, kw_only=True)
class SqlSupport(Row):
    """sql_support.yml: the oldest SQL Server build that ConfigMgr supports, per product and use.

    ``configmgr_from``: first ConfigMgr release that supports it; ``deprecated_from``: first that warns about it;
    ``ended``: the day on which Microsoft's support of the product ended.
    """

    id: str
    product: str
    use: Literal["site_database", "secondary_site"]
    min_build: Version | None
    configmgr_from: int | None = None
    deprecated_from: int | None = None
    ended: str | None = None


@dataclass(frozen=True)
class ClientMinimum:
    """The first version of a client component with TLS 1.2, for versions whose minor lies in ``minors`` (closed)."""

    version: Version
    minors: tuple[int, ...] = (0, 99)

    def __post_init__(self) -> None:
        if len(self.minors) != 2:
            raise FieldError("minors", "expected the lowest and the highest minor")


@dataclass(frozen=True, kw_only=True)
class SqlClient(Row):
    """sql_clients.yml: a component that talks to SQL Server.

    ``registry_key``: key name below HKLM\\SOFTWARE\\Microsoft whose value ``value`` holds the version; None when no
    such key is known. ``odbc_driver``: its name in ODBCINST.INI. ``tls12`` says what decides: always, never,
    from_version (``min_tls12``, in the order ``compare``) or windows (``windows_builds``: build -> least update
    revision; newer builds have it from the start, older ones never get it).
    """

    id: str
    title: str
    kind: tuple[Literal["odbc", "oledb"], ...]
    tls12: Literal["always", "never", "from_version", "windows"]
    compare: Literal["product", "full"]
    registry_key: str | None = None
    value: str = "InstalledVersion"
    odbc_driver: str | None = None
    files: tuple[str, ...] = ()
    min_tls12: tuple[ClientMinimum, ...] = ()
    windows_builds: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.tls12 == "from_version") != bool(self.min_tls12):
            raise FieldError("min_tls12", "belongs to tls12: from_version, and only there")

    @property
    def tls12_always(self) -> bool:
        """Whether any version of it speaks TLS 1.2."""
        return self.tls12 == "always"

    def key(self, version: Version) -> tuple[int, ...]:
        """What versions of this component are compared by."""
        return version.product_key if self.compare == "product" else version.full_key


@dataclass(frozen=True, kw_only=True)
class SqlClientRequirement(Row):
    """sql_client_requirements.yml: what a ConfigMgr release, from ``configmgr_from`` on, asks of one client component.

    Rows with ``when_unknown`` are used when nothing tells the ConfigMgr release.
    """

    id: str
    client: SqlClientId
    configmgr_from: int
    needed: bool
    min: Version | None = None
    level: Level = "guidance"
    when_unknown: bool = False

    def __post_init__(self) -> None:
        if self.needed != (self.min is not None):
            raise FieldError("min", "belongs to a needed component, and only there")


@dataclass(frozen=True, kw_only=True)
class KnownBad(Row):
    """sql_clients_bad.yml: a version of a client component that must not be installed, and what to take instead."""

    id: str
    client: SqlClientId
    version: Version
    reason: str
    alternatives: tuple[Version, ...]


@dataclass(frozen=True)
class Detect:
    """How to see that an update, or a later one that contains it, is installed: its file has at least
    ``min_versions[build]``, or Windows at least the revision (UBR) ``min_revisions[build]``. Nothing of both: it cannot
    be seen; its number in the list of hotfixes proves it, absence proves nothing.
    """

    min_versions: Mapping[int, Version] = field(default_factory=dict)
    min_revisions: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Update(Row):
    """updates.yml: an update that TLS 1.2 depends on, by KB number. ``windows`` are ids of windows.yml; ``after``: what
    has to be installed first on builds that do not take it.
    """

    KEY: ClassVar[str] = "kb"

    kb: str
    title: str
    component: Literal["schannel", "winhttp", "net35", "net45", "wsus", "sql_server", "dhe", "policy", "signing"]
    windows: tuple[WindowsId, ...]
    restart: Restart
    remedy: str
    after: Mapping[int, str] = field(default_factory=dict)
    detect: Detect = field(default_factory=Detect)
