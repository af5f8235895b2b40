# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the callers is emulated, for the coverage page."""

from __future__ import annotations

from ..features import Feature, Source, Subject

SUBJECTS = (
    Subject(
        "callers",
        (
            Feature("WinHTTP: DefaultSecureProtocols by view, else the build's default", Source.DOCUMENT),
            Feature("WinHTTP on 7 SP1, 2008 R2, 2012: the value counts with the update only", Source.DOCUMENT),
            Feature(
                "WinHTTP: a protocol in the value that Schannel has disabled by default stays off",
                Source.DOCUMENT,
                "the update's page: Schannel's disabled protocols overrule it, Windows 7 needs both",
            ),
            Feature("WinHTTP: TLS 1.2 only by default since September 2022 on 10 and 2019", Source.DOCUMENT),
            Feature("WinHTTP: TLS 1.2 and 1.3 by default on 11; on Server 2022 and 2025 as well", Source.ASSUMED),
            Feature(".NET 4 and 2 by view: SystemDefaultTlsVersions, SchUseStrongCrypto, neither", Source.DOCUMENT),
            Feature("SQL clients: the weakest of the drivers found, else that of Windows", Source.ASSUMED),
            Feature("an old driver asks for TLS 1.0", Source.DOCUMENT),
            Feature("which process of a role uses which stack and bitness", Source.ASSUMED),
            Feature("a whole handshake by OpenSSL, from the caller's own address", Source.DOCUMENT),
            Feature("protocols with a hole, and SSL: a hello by hand, judged by the server's answer", Source.DOCUMENT),
        ),
        (
            "what .NET programs choose by the version they were built for",
            "WinINet, browsers, in-box SQL drivers apart from their build",
            "the second and further hundreds of alike clients: a few stand for all",
        ),
    ),
)
