# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What flags of a certificate's binding turn off for its port.

Written from Microsoft's page about Disable Legacy TLS and the constants of http.h:
https://learn.microsoft.com/en-us/security/engineering/disable-legacy-tls
https://microsoft.github.io/windows-docs-rs/doc/windows/Win32/Networking/HttpServer/
"""

from __future__ import annotations

from ..machine.registry import RegistryReader
from .protocols import NOTHING, Protocol
from .schannel import dword, windows_build

BINDINGS = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
_FIRST_THAT_HEEDS_THEM = 17763
_FLAGS = {
    0x40: frozenset({Protocol.TLS13}),
    0x400: frozenset({Protocol.SSL2, Protocol.SSL3, Protocol.TLS10, Protocol.TLS11}),
    0x1000: frozenset({Protocol.TLS12}),
}


def turned_off(registry: RegistryReader, port: int) -> frozenset[Protocol]:
    """Which Windows heeds which flag is told of Disable Legacy TLS only; here all of them count from that one on."""
    flags = dword(registry, f"{BINDINGS}\\0.0.0.0:{port}", "DefaultFlags") or 0
    if windows_build(registry) < _FIRST_THAT_HEEDS_THEM:
        return NOTHING
    return frozenset().union(*(protocols for bit, protocols in _FLAGS.items() if flags & bit))
