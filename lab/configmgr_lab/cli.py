# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command ``configmgr-lab``: start the emulated site, look into it, stop it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from configmgr_lab.control import show
from configmgr_lab.control.client import LabClient, LabRefused, LabUnreachable
from configmgr_lab.control.lab import Lab, LabError, LabSettings
from configmgr_lab.control.process import run_foreground, running, start_background, stop
from configmgr_lab.installers.packages import SIZE, package_rows, write_packages
from configmgr_lab.site import load_site

DEFAULT_STATE = Path("build/lab")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 with a sentence on stderr when not."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (LabError, LabRefused, LabUnreachable, ValueError, OSError) as exc:
        print(f"configmgr-lab: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def up(options: argparse.Namespace) -> int:
    settings = LabSettings(
        options.site,
        options.clients,
        options.network,
        options.state,
        options.requests_log,
        options.port_offset,
        talk=options.talk,
        connection=options.connection,
        program_ms=options.program_ms,
        powershell_ms=options.powershell_ms,
    )
    settings.check()
    client = running(options.state)
    if client is not None:
        print("The lab is up already.")
        print(show.how_to_use(client.status(), client.url))
        return 0
    # Read before a process is started, so that a bad site file is this command's own error.
    site = load_site(
        options.site,
        network=options.network,
        clients=options.clients,
        connection=options.connection,
        program_seconds=_seconds(options.program_ms),
        powershell_seconds=_seconds(options.powershell_ms),
    )
    if options.foreground:
        run_foreground(site, settings, lambda lab: _tell_ready(lab, options.ready_fd))
        return 0
    status = start_background(_as_arguments(settings), options.state)
    print(show.how_to_use(status, settings.control_url))
    return 0


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


def down(options: argparse.Namespace) -> int:
    print("The lab is stopped." if stop(options.state) else "The lab was not up.")
    return 0


def status(options: argparse.Namespace) -> int:
    client = running(options.state)
    if client is None:
        print(f"No lab is up with state folder {options.state}.")
        return 1
    known, talked = client.status(), client.talk(count=False)
    if options.json:
        print(json.dumps({**known, "talk": talked}, indent=2))
    else:
        print(f"{show.status_table(known)}\n\n{show.talk_table(talked)}")
    return 0


def reset(options: argparse.Namespace) -> int:
    names = _client(options).reset(*options.hosts)
    print(f"Reset {len(names)} host{'' if len(names) == 1 else 's'}.")
    return 0


def shell(options: argparse.Namespace) -> int:
    client = _client(options)
    if options.line is not None:
        return _run_line(client, options.host, options.line, options.user)
    code = 0
    while True:
        try:
            line = input(f"{options.host}> ")
        except EOFError:
            print()
            return code
        if line.strip().lower() == "exit":
            return code
        code = _run_line(client, options.host, line, options.user)


def log(options: argparse.Namespace) -> int:
    client = _client(options)
    print(show.log_lines(client.commands(host=options.host), client.requests(host=options.host)))
    return 0


def packages(options: argparse.Namespace) -> int:
    strangers = sorted(set(options.ids) - set(package_rows()))
    if strangers:
        raise LabError(f"there is no package {strangers[0]}; known are {', '.join(package_rows())}")
    written = write_packages(options.folder, options.ids, size=options.size)
    print(f"Wrote {len(written)} files to {options.folder}.")
    return 0


def _run_line(client: LabClient, host: str, line: str, user: str | None) -> int:
    completed = client.run(host, line, user=user)
    sys.stdout.write(completed["stdout"].replace("\r\n", "\n"))
    sys.stdout.flush()
    sys.stderr.write(completed["stderr"].replace("\r\n", "\n"))
    return int(completed["exit_code"])


def _client(options: argparse.Namespace) -> LabClient:
    client = running(options.state)
    if client is None:
        raise LabError(f"no lab is up with state folder {options.state}; start one with: configmgr-lab up")
    return client


def _tell_ready(lab: Lab, ready_fd: int | None) -> None:
    status: dict[str, Any] = lab.status()
    if ready_fd is None:
        print(show.how_to_use(status, lab.settings.control_url), flush=True)
        return
    with os.fdopen(ready_fd, "wb") as stream:
        stream.write(json.dumps(status).encode())


def _as_arguments(settings: LabSettings) -> list[str]:
    arguments = ["--site", settings.site, "--clients", str(settings.clients), "--network", settings.network]
    arguments += ["--state", str(settings.state)]
    if settings.requests_log:
        arguments += ["--requests-log", str(settings.requests_log)]
    if settings.port_offset is not None:
        arguments += ["--port-offset", str(settings.port_offset)]
    if settings.connection:
        arguments += ["--connection", settings.connection]
    if settings.program_ms is not None:
        arguments += ["--program-ms", str(settings.program_ms)]
    if settings.powershell_ms is not None:
        arguments += ["--powershell-ms", str(settings.powershell_ms)]
    if settings.talk is not None:
        arguments += ["--talk", str(settings.talk)]
    return arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="configmgr-lab", description="An emulated ConfigMgr site on this machine.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        added.add_argument("--state", type=Path, default=DEFAULT_STATE, help="folder it keeps things in (%(default)s)")
        return added

    starting = command("up", up, "start the lab and wait until it is ready")
    starting.add_argument("--site", default="contoso", help="a site shipped with the lab, or a file (%(default)s)")
    starting.add_argument("--clients", type=int, default=0, metavar="N", help="add N clients")
    starting.add_argument("--network", default="127.77", help="the first half of its addresses (%(default)s)")
    starting.add_argument("--requests-log", type=Path, metavar="FILE", help="append every record as a JSON line")
    starting.add_argument(
        "--port-offset", type=int, metavar="N", help="add N to the ports of all roles; without: as needed"
    )
    starting.add_argument("--talk", type=float, metavar="SECONDS", help="all components talk, again after so long")
    starting.add_argument(
        "--connection",
        choices=["winrm", "psrp", "ssh"],
        default="",
        help="how all hosts are reached",
    )
    starting.add_argument(
        "--program-ms", type=float, metavar="N", help="a program takes N milliseconds from its start to its end"
    )
    starting.add_argument("--powershell-ms", type=float, metavar="N", help="PowerShell takes N milliseconds to start")
    starting.add_argument("--foreground", action="store_true", help="stay until interrupted")
    starting.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    command("down", down, "stop the lab")
    showing = command("status", status, "show the hosts, and who can talk to whom")
    showing.add_argument("--json", action="store_true", help="as JSON")
    command("reset", reset, "return hosts to their image").add_argument("hosts", nargs="*", metavar="HOST")
    opening = command("shell", shell, "a command prompt on a host")
    opening.add_argument("host", metavar="HOST")
    opening.add_argument("--user", metavar="NAME", help="as this user; mallory is no administrator")
    opening.add_argument("-c", dest="line", metavar="LINE", help="run this line and leave with its exit code")
    command("log", log, "what a host was asked").add_argument("host", metavar="HOST")
    writing = command("packages", packages, "write stand-ins of the installers that Microsoft offers")
    writing.add_argument("folder", type=Path, metavar="FOLDER")
    writing.add_argument("ids", nargs="*", metavar="ID", help="only these")
    writing.add_argument("--size", type=int, default=SIZE, metavar="BYTES", help="of each file (%(default)s)")
    return parser
