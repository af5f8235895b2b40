# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the roles' endpoints is emulated, for the coverage page."""

from __future__ import annotations

from ..features import Feature, Source, Subject

SUBJECTS = (
    Subject(
        "Schannel",
        (
            Feature("defaults of each build, client and server apart", Source.DOCUMENT),
            Feature("Enabled=0 turns a protocol off for good; any other REG_DWORD turns it on", Source.DOCUMENT),
            Feature("DisabledByDefault=1 leaves it to callers that ask by name; 0 turns it on", Source.DOCUMENT),
            Feature("only REG_DWORD counts", Source.ASSUMED),
            Feature("TLS 1.3 exists from Server 2022 and Windows 11 on, SSL 2.0 up to 10 1511", Source.DOCUMENT),
            Feature("the list of cipher suites, by policy or Windows' own; curves in old names", Source.DOCUMENT),
            Feature(
                "a policy of another type than REG_SZ has no effect; suites unknown to the build are passed over",
                Source.DOCUMENT,
            ),
            Feature("a policy is read up to 1,023 characters; a name with a blank is no name", Source.ASSUMED),
            Feature("Enabled below Ciphers, Hashes and KeyExchangeAlgorithms takes suites out", Source.DOCUMENT),
            Feature(
                "any number but 0xffffffff is off; PKCS takes all with RSA, SHA256 and MD5 what needs them inside",
                Source.ASSUMED,
                "of two readings the less convenient one",
            ),
            Feature("a protocol without one suite in the list is not used", Source.ASSUMED),
            Feature("everything as at the machine's last start", Source.DOCUMENT),
            Feature(
                "DefaultFlags of a binding: older protocols off for its port, from Server 2019 on", Source.DOCUMENT
            ),
            Feature("DefaultFlags: TLS 1.2 and 1.3 off for its port, on the same Windows", Source.ASSUMED),
            Feature("highest protocol of the server that is not above the hello, holes or not", Source.DOCUMENT),
            Feature("a refused version gets the alert protocol_version", Source.ASSUMED, "some builds hang up instead"),
        ),
        (
            "FIPS mode, the least length of Diffie-Hellman keys",
            "RC4, 3DES and DHE suites: OpenSSL here has no RC4 and 3DES, and no parameters for DHE are loaded",
            "SSL 2.0 and 3.0 beyond the server's hello and certificate: OpenSSL is built without them",
            "WinRM's own listeners: they do not follow the registry",
        ),
    ),
    Subject(
        "endpoints of roles",
        (
            Feature("the ports of each role on the machine's address, handshakes by OpenSSL", Source.DOCUMENT),
            Feature("management point: mplist is 500 while its SQL Server cannot be reached", Source.ASSUMED),
            Feature("status of the pages to a caller without a name", Source.ASSUMED),
            Feature("closed while the machine or the service behind it is down", Source.DOCUMENT),
            Feature(
                "faults: page_status, page_body, page_hangs, close_after_handshake, refuse_protocol", Source.DOCUMENT
            ),
            Feature(
                "AdminService: classes of sites, roles and clients; logon, paging, names with their case",
                Source.DOCUMENT,
            ),
            Feature(
                "a client that is offline is called inactive (ClientActiveStatus)",
                Source.ASSUMED,
                "Windows has to be away for days, which the site's settings count",
            ),
            Feature("AdminService of 2509 and later refuses NTLM, at the end of the logon", Source.DOCUMENT),
            Feature(
                "CMPivot: Registry and RegistryKey of clients; late, silent, offline, failing, empty and cut answers",
                Source.DOCUMENT,
            ),
            Feature("CMPivot: one device at a time, whose script that failed is never told", Source.ASSUMED),
            Feature("CMPivot: states and counts of an operation, the error 400 of backslashes", Source.ASSUMED),
            Feature(
                "baselines: items for platforms, evaluation and remediation by Equals, states of clients; the 32-bit "
                "view by WOW6432Node",
                Source.DOCUMENT,
            ),
            Feature(
                "the console's cmdlets for them, of a script read by PowerShell's grammar; a taken name is refused",
                Source.ASSUMED,
                "of two readings the less convenient one",
            ),
            Feature("client notification of a restart: the countdown, seen by who looks at a screen", Source.DOCUMENT),
            Feature(
                "its number 17; that who sees the countdown saves; that clients that are off are never told",
                Source.ASSUMED,
            ),
        ),
        (
            "client certificates, Windows logons and everything behind them",
            "WSUS without its update takes TLS 1.2 as well: the update is about what WSUS calls itself",
            "Microsoft's endpoints on the internet",
            "mirroring endpoints of SQL Server (5022), client notification (10123)",
        ),
    ),
    Subject(
        "SQL Server",
        (
            Feature("PRELOGIN with the instance's build, TLS inside PRELOGIN packets", Source.DOCUMENT),
            Feature("a build without TLS 1.2 does TLS 1.0 only", Source.DOCUMENT),
            Feature("no TLS 1.3 before TDS 8.0", Source.DOCUMENT),
            Feature("strict encryption: TLS comes first, a PRELOGIN in clear ends the connection", Source.DOCUMENT),
            Feature("no caller of ConfigMgr asks for strict encryption", Source.ASSUMED),
        ),
        ("logins: the connection is closed after the caller's first message", "named instances"),
    ),
)
