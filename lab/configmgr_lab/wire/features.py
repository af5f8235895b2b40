# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the WinRM side emulates, for the coverage page."""

from __future__ import annotations

from configmgr_lab.features import Feature, Source, Subject
from configmgr_lab.wire.soap_faults import SHAPES

_SOURCES = {"capture": Source.CAPTURE, "assumed": Source.ASSUMED}

WINRM = Subject(
    "WinRM",
    (
        Feature("Create, Command, Receive, Send, Signal, Delete of the cmd shell", Source.CAPTURE),
        Feature("Basic over HTTPS", Source.DOCUMENT),
        Feature("Negotiate with NTLM, bare or in SPNEGO, over HTTPS and HTTP", Source.DOCUMENT),
        Feature("sealed messages over HTTP; on a connection without a context they get 400", Source.DOCUMENT),
        Feature("unencrypted messages over HTTP refused: empty 500; Basic there: 401", Source.DOCUMENT),
        Feature("output cut by MaxEnvelopeSize, two bytes a character", Source.DOCUMENT),
        Feature("30 shells per user, two hours idle, all gone with the machine", Source.CAPTURE),
        Feature("connections closed after 120 idle seconds", Source.DOCUMENT),
        Feature("shell options: code page, environment, working directory, idle time-out", Source.CAPTURE),
        Feature("a terminated command ends with exit code 1", Source.ASSUMED),
        *(Feature(f"fault {code}", _SOURCES[shape.source]) for code, shape in SHAPES.items()),
    ),
    missing=(
        "Kerberos, CredSSP and client certificates",
        "channel binding is not checked",
        "WINRS_NOPROFILE and WINRS_SKIP_CMD_SHELL are read over: every line goes through cmd",
        "output appears when the command has ended, never before",
        "input sent to a console command after it started is not seen by it",
        "a lower MaxEnvelopeSize of old versions (150 KB)",
        "PowerShell remoting and every resource but the cmd shell",
    ),
)

POWERSHELL = Subject(
    "PowerShell over WinRM",
    (
        Feature(
            "a line that starts PowerShell gets one canned module result as soon as its input has ended",
            Source.ASSUMED,
            "for benches against other modules; PowerShell's own time is left out, which flatters them",
        ),
    ),
    missing=("everything else: no script is read or run",),
)

OPENSSH = Subject(
    "OpenSSH",
    (
        Feature("logon with a key or a password, host keys, one line per channel", Source.DOCUMENT),
        Feature("the line goes to the default shell; cmd unless another is named", Source.DOCUMENT),
        Feature("a line for PowerShell that runs one cmd line", Source.ASSUMED, "every other one is a syntax error"),
        Feature("a restart cuts every connection", Source.DOCUMENT),
        Feature("faults: port_closed, unauthorized, foreign_certificate (another host key)", Source.DOCUMENT),
    ),
    ("PowerShell itself", "SFTP and SCP", "terminals", "the code page of a console: answers are UTF-8 always"),
)

SUBJECTS = (WINRM, POWERSHELL, OPENSSH)
