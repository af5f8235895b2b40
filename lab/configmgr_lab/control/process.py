# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's process: in the foreground, or started into the background and found again through its state folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from configmgr_lab.control.api import serve
from configmgr_lab.control.client import LabClient, LabUnreachable
from configmgr_lab.control.lab import CONTROL_PORT, Lab, LabError, LabSettings
from configmgr_lab.wire.seam import Site

STOP_SECONDS = 20
LOG_TAIL_LINES = 15


def run_foreground(site: Site, settings: LabSettings, ready: Callable[[Lab], None]) -> None:
    """Run until stopped by a signal or the control API. Raises LabError when it cannot start."""
    asyncio.run(_run(site, settings, ready))


async def _run(site: Site, settings: LabSettings, ready: Callable[[Lab], None]) -> None:
    settings.state.mkdir(parents=True, exist_ok=True)
    lab = Lab(site, settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lab.stopping.set)
    try:
        server = await serve(lab, settings.control_address, CONTROL_PORT)
    except OSError as exc:
        raise LabError(
            f"cannot listen on {settings.control_address}:{CONTROL_PORT}: {exc.strerror} "
            f"(is another lab running on network {settings.network}?)"
        ) from exc
    try:
        lab.open()
        _write_pid_file(settings)
        ready(lab)
        await lab.stopping.wait()
    finally:
        server.close()
        lab.close()
        pid_file(settings.state).unlink(missing_ok=True)


def pid_file(state: Path) -> Path:
    return state / "lab.json"


def running(state: Path) -> LabClient | None:
    """A client of the lab whose state folder this is, or None when it does not run."""
    try:
        known = json.loads(pid_file(state).read_text(encoding="utf-8"))
        client = LabClient(known["control"])
        return client if client.status()["pid"] == known["pid"] else None
    except (OSError, ValueError, KeyError, LabUnreachable):
        return None


def start_background(arguments: list[str], state: Path) -> dict[str, Any]:
    """Start ``configmgr-lab up --foreground`` with the arguments, wait until it is ready or gone, give its status.

    Raises LabError with what it said when it did not come up.
    """
    state.mkdir(parents=True, exist_ok=True)
    log, (reading, writing) = state / "lab.log", os.pipe()
    command = [sys.executable, "-m", "configmgr_lab", "up", "--foreground", "--ready-fd", str(writing), *arguments]
    with log.open("wb") as stream, os.fdopen(reading, "rb") as answer:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        # Ends with a status when the lab is up, with nothing when its process ended before.
        said = answer.read()
    if not said:
        process.wait()
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:]
        raise LabError("the lab did not start: " + "\n".join(tail).removeprefix("configmgr-lab: "))
    return dict(json.loads(said))


def stop(state: Path) -> bool:
    """Stop the lab of this state folder and wait until its process has ended. False when none ran."""
    client = running(state)
    if client is None:
        return False
    pid = int(client.status()["pid"])
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        client.stop()
        if not select.select([handle], [], [], STOP_SECONDS)[0]:
            os.kill(pid, signal.SIGKILL)
            select.select([handle], [], [], STOP_SECONDS)
    finally:
        os.close(handle)
    with contextlib.suppress(FileNotFoundError):
        pid_file(state).unlink()
    return True


def _write_pid_file(settings: LabSettings) -> None:
    data = {"pid": os.getpid(), "control": settings.control_url, "site": settings.site}
    pid_file(settings.state).write_text(json.dumps(data), encoding="utf-8")
