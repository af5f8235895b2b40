# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller offers: the protocols of its stack, within what its Schannel has in force.

Written from Microsoft's documentation, see stacks.yml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..endpoints.protocols import NOTHING, Protocol, sentence
from ..endpoints.schannel import Schannel, Side, dword, schannel, windows_build
from ..endpoints.suites import windows_suites, without_suites
from ..endpoints.tables import table
from ..machine.machine import Machine
from ..machine.registry import View

_WINHTTP = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\WinHttp"
_NET = "HKLM\\SOFTWARE\\Microsoft\\.NETFramework"
_NET4_SETUP = "HKLM\\SOFTWARE\\Microsoft\\NET Framework Setup\\NDP\\v4\\Full"
_VERSION = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
_BITS = {
    0x8: Protocol.SSL2,
    0x20: Protocol.SSL3,
    0x80: Protocol.TLS10,
    0x200: Protocol.TLS11,
    0x800: Protocol.TLS12,
    0x2000: Protocol.TLS13,
}
_BY_NAME = frozenset({Protocol.TLS10, Protocol.TLS11, Protocol.TLS12})
_OLD_NET = frozenset({Protocol.SSL3, Protocol.TLS10})
_OLD_DRIVER = frozenset({Protocol.TLS10})
_SQL = frozenset({Protocol.SSL3, Protocol.TLS10, Protocol.TLS11, Protocol.TLS12})


@dataclass(frozen=True)
class Offer:
    """What a caller brings to a handshake, and why."""

    protocols: frozenset[Protocol]
    suites: tuple[str, ...]
    stack: str
    because: str

    @property
    def text(self) -> str:
        return f"{self.stack} offers {sentence(self.protocols)} ({self.because})"


def offer(machine: Machine, stack: str, view: int) -> Offer:
    """What a process of the machine offers with this stack (``winhttp``, ``dotnet4``, ``dotnet2``, ``sql_client``).

    Settings are those of the machine's last start; updates count at once, as if each came with its restart.
    """
    side = schannel(machine.effective, Side.CLIENT)
    half = View.BIT32 if view == 32 else View.BIT64
    if stack == "winhttp":
        title, (protocols, because) = "WinHTTP", _winhttp(machine, half, side)
    elif stack in ("dotnet4", "dotnet2"):
        title, (protocols, because) = ".NET", _dotnet(machine, stack, half, side)
    elif stack == "sql_client":
        title, (protocols, because) = "the SQL client", _sql_client(machine, side)
    else:
        raise ValueError(f"there is no stack {stack!r}")
    suites = windows_suites(machine.effective)
    return Offer(without_suites(protocols, suites), suites, title, because)


def _winhttp(machine: Machine, view: View, side: Schannel) -> tuple[frozenset[Protocol], str]:
    known: dict[str, Any] = table("talk/stacks.yml")["winhttp"]
    build = windows_build(machine.effective)
    mask = dword(machine.effective, _WINHTTP, "DefaultSecureProtocols", view)
    because = "as set in DefaultSecureProtocols"
    needed = known["needs_update"].get(build)
    if needed and _winhttp_revision(machine, view) < needed["file_revision"]:
        mask, because = None, f"without update {needed['update']}"
    elif mask is None:
        because = "by its default"
    if mask is None:
        mask = known["mask_when_unset"].get(build)
    if mask is not None:
        # A default, however it was set, gives way to what Schannel has disabled by default.
        asked = frozenset(protocol for bit, protocol in _BITS.items() if mask & bit)
        return asked & side.by_default, because
    revision = machine.registry.number(_VERSION, "UBR") or 0
    from_revision = known["newest_only_from_revision"].get(build)
    if from_revision is not None and revision >= from_revision:
        return side.by_default & {Protocol.TLS12, Protocol.TLS13}, "by its default since September 2022"
    return side.by_default, because


def _winhttp_revision(machine: Machine, view: View) -> int:
    folder = "SysWOW64" if view is View.BIT32 and machine.image.is_64bit else "System32"
    entry = machine.files.get(f"C:\\Windows\\{folder}\\winhttp.dll")
    last = entry.version.rpartition(".")[2] if entry else ""
    return int(last) if last.isdigit() else 0


def _dotnet(machine: Machine, stack: str, view: View, side: Schannel) -> tuple[frozenset[Protocol], str]:
    if stack == "dotnet4" and machine.registry.number(_NET4_SETUP, "Release", view) is None:
        return NOTHING, ".NET Framework 4 is not installed"
    key = f"{_NET}\\{'v4.0.30319' if stack == 'dotnet4' else 'v2.0.50727'}"
    if dword(machine.effective, key, "SystemDefaultTlsVersions", view):
        # .NET Framework 3.5 has no TLS 1.3.
        own = side.by_default - {Protocol.TLS13} if stack == "dotnet2" else side.by_default
        return own, "as Schannel has it, by SystemDefaultTlsVersions"
    if dword(machine.effective, key, "SchUseStrongCrypto", view):
        return side.on_request & _BY_NAME, "asked for by name, by SchUseStrongCrypto"
    return side.on_request & _OLD_NET, "its oldest default, with neither of its two values set"


def _sql_client(machine: Machine, side: Schannel) -> tuple[frozenset[Protocol], str]:
    """A component uses all the drivers that ConfigMgr needs: it works as far as the weakest does."""
    known: dict[str, Any] = table("talk/stacks.yml")["sql_client"]
    new, old = side.by_default & _SQL, side.on_request & _OLD_DRIVER
    found: list[str] = []
    for driver in known["drivers"].values():
        version = machine.registry.text(f"HKLM\\SOFTWARE\\Microsoft\\{driver['key']}", "InstalledVersion")
        if version is None:
            continue
        if _comparable(version) < _comparable(driver["capable_from"]):
            return old, f"{driver['title']} {version} is too old for more"
        found.append(f"{driver['title']} {version}")
    if found:
        return new, " and ".join(found)
    build, revision = windows_build(machine.effective), machine.registry.number(_VERSION, "UBR") or 0
    from_revision = known["in_box_capable_from_revision"].get(build)
    if build >= known["in_box_capable_from_build"] or (from_revision is not None and revision >= from_revision):
        return new, "the driver of Windows"
    return old, "the driver of Windows is too old for more"


def _comparable(version: str) -> tuple[int, ...]:
    # The second number is the service pack in some places and 0 in others.
    parts = [int(part) if part.isdigit() else 0 for part in version.split(".")]
    return (parts[0], *parts[2:])
