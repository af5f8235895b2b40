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
        Feature(
            "Negotiate with Kerberos, bare or in SPNEGO, where the site is a realm", Source.DOCUMENT, "MIT's library"
        ),
        Feature("a ticket that is refused gets a bare 401, without a reason", Source.ASSUMED, "the less convenient"),
        Feature("channel binding: wrong is refused, none is taken, unless it is a must (fault)", Source.DOCUMENT),
        Feature("a clock that is more than five minutes wrong refuses tickets (fault)", Source.DOCUMENT),
        Feature("sealed messages over HTTP; on a connection without a context they get 400", Source.DOCUMENT),
        Feature("unencrypted messages over HTTP refused: empty 500; Basic there: 401", Source.DOCUMENT),
        Feature("output cut by MaxEnvelopeSize, two bytes a character", Source.DOCUMENT),
        Feature("30 shells per user, two hours idle, all gone with the machine", Source.CAPTURE),
        Feature("connections closed after 120 idle seconds", Source.DOCUMENT),
        Feature("shell options: code page, environment, working directory, idle time-out", Source.CAPTURE),
        Feature("a terminated command ends with exit code 1", Source.ASSUMED),
        Feature(
            "Receive answers as soon as there is output, with all that has gathered, and with fault 2150858793 when "
            "there is none within the operation time-out",
            Source.DOCUMENT,
            "MS-WSMV 3.1.4.14; a recorded command that prints, sleeps and prints again has its first words answered "
            "before the sleep ends",
        ),
        Feature(
            "a program's output is there when the program ends, and the line's end with its last output",
            Source.ASSUMED,
            "how finely Windows cuts was not measured; where programs take no time (`program_seconds`) a line is "
            "answered at once",
        ),
        Feature(
            "programs take `program_seconds` of the site, one after the other, cmd itself included",
            Source.ASSUMED,
            "also both sides of a pipe, which Windows starts together; a side that is no program costs one more cmd",
        ),
        Feature("a line is cut short when its command is terminated, before its next program", Source.ASSUMED),
        *(Feature(f"fault {code}", _SOURCES[shape.source]) for code, shape in SHAPES.items()),
    ),
    missing=(
        "CredSSP and client certificates",
        "channel binding of NTLM is not checked",
        "WINRS_NOPROFILE and WINRS_SKIP_CMD_SHELL are read over: every line goes through cmd",
        "output of one program in pieces while it runs",
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
            "for benches against other modules; of PowerShell's own time only its start is counted "
            "(`powershell_seconds`), which flatters them",
        ),
    ),
    missing=("everything else: no script is read or run",),
)

OPENSSH = Subject(
    "OpenSSH",
    (
        Feature("logon with a Kerberos ticket, where the site is a realm", Source.DOCUMENT, "asyncssh's"),
        Feature("logon with a key or a password, host keys, one line per channel", Source.DOCUMENT),
        Feature("the line goes to the default shell; cmd unless another is named", Source.DOCUMENT),
        Feature("a line for PowerShell that runs one cmd line", Source.ASSUMED, "every other one is a syntax error"),
        Feature("a restart cuts every connection", Source.DOCUMENT),
        Feature("a program's output is sent when the program ends", Source.ASSUMED),
        Feature("faults: port_closed, unauthorized, foreign_certificate (another host key)", Source.DOCUMENT),
    ),
    ("PowerShell itself", "SFTP and SCP", "terminals", "the code page of a console: answers are UTF-8 always"),
)

SUBJECTS = (WINRM, POWERSHELL, OPENSSH)
