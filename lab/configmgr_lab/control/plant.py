# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is put on a machine: Schannel events of the past, the lines of its logs, what a plain user leaves there, and
people in front of it.
"""

from __future__ import annotations

import ntpath
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..endpoints.tables import table
from ..machine.accounts import PLAIN_USER
from ..machine.events import SCHANNEL, Provider
from ..machine.files import FileError, normal
from ..machine.machine import Machine

MOST_EVENTS = 100_000
MOST_BYTES = 300_000_000
_ENCODINGS = {"utf-8": ("", "utf-8"), "ansi": ("", "cp1252"), "utf-16": ("\ufeff", "utf-16-le")}
_WHY = {"denied": "access is denied", "exists": "it is there already", "path": "its folder is missing"}
_FILLER = '<![LOG[Nothing to report]LOG]!><time="12:00:00.000+000" date="01-01-2026" component="x" thread="1">'


def plant_events(machine: Machine, data: dict[str, Any]) -> int:
    """`count` Schannel events `id` with `fields`, `seconds_ago` seconds and more ago, one a second.

    Of the fields the machine's Windows writes those that its build knows, the ones that are not given empty. How many
    events there are. Raises ValueError.
    """
    count, ago = int(data.get("count", 1)), float(data.get("seconds_ago", 60.0))
    if not 1 <= count <= MOST_EVENTS:
        raise ValueError(f"count must be from 1 to {MOST_EVENTS}")
    given = {str(name): str(text) for name, text in dict(data.get("fields") or {}).items()}
    provider, level, fields = _shaped(int(data["id"]), machine.image.build, given)
    now = machine.clock.now()
    times = [now - timedelta(seconds=ago + number) for number in range(count)]
    machine.events.plant(provider, int(data["id"]), times, fields, int(data.get("level", level)))
    return count


def _shaped(event_id: int, build: int, given: Mapping[str, str]) -> tuple[Provider, int, dict[str, str]]:
    """Who writes an event, its level and its data, in the order and as far as the build has it."""
    known = table("machine/schannel_events.yml")
    if event_id not in known["events"]:
        raise ValueError(f"no Schannel event {event_id}")
    row = known["events"][event_id]
    since: dict[str, int] = {**(known["caller"] if row.get("caller") else {}), **row["fields"]}
    if strange := sorted(set(given) - set(since)):
        raise ValueError(f"event {event_id} has no field {', '.join(strange)}")
    fields = {name: given.get(name, "") for name, first in since.items() if build >= first}
    return replace(SCHANNEL, user_data=row.get("namespace", "")), int(row["level"]), fields


def plant_file(machine: Machine, data: dict[str, Any]) -> int:
    """Write a file with `text` in an `encoding`, behind `padding` bytes of lines that say nothing; its folders too.

    Its size in bytes. A line feed in the text becomes CR LF unless `as_is`. Raises ValueError or FileError.
    """
    mark, encoding = _encoding(str(data.get("encoding", "utf-8")))
    padding = int(data.get("padding", 0))
    if not 0 <= padding <= MOST_BYTES:
        raise ValueError(f"padding must be from 0 to {MOST_BYTES} bytes")
    text = str(data["text"])
    if not data.get("as_is"):
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    filler = (_FILLER + "\r\n").encode(encoding)
    content = mark.encode(encoding) + filler * (padding // len(filler)) + text.encode(encoding)
    path = normal(str(data["path"]))
    folder = ntpath.dirname(path)
    if machine.files.get(folder) is None:
        machine.files.make_folder(folder)
    machine.files.write(path, content)
    return len(content)


def plant_as(machine: Machine, data: dict[str, Any]) -> str:
    """A file with `text`, a junction to the folder `target`, or else a folder, as `user` could make it at the machine.

    The SID of its owner. Raises ValueError where Windows refuses it, or where it is there already.
    """
    user, path = str(data.get("user") or PLAIN_USER), normal(str(data["path"]))
    files = machine.file_access(user)
    try:
        if "text" in data:
            files.write(path, str(data["text"]).encode())
        elif "target" in data:
            files.link(path, normal(str(data["target"])))
        else:
            files.make_folder(path)
    except FileError as error:
        raise ValueError(f"{user} cannot make {path}: {_WHY.get(error.reason, error.reason)}") from error
    return machine.files.security.get(machine.files.stored(path)).owner


def move_people(machine: Machine, data: dict[str, Any]) -> dict[str, Any]:
    """`user` does log_on (at the `session` console or remote, with `documents` that are not saved), disconnect or
    log_off. Who is logged on then, and what was lost so far. Raises ValueError.
    """
    user, does, session = str(data["user"]), str(data.get("does", "log_on")), str(data.get("session", "console"))
    if session not in ("console", "remote") or does not in ("log_on", "disconnect", "log_off"):
        raise ValueError("does is log_on, disconnect or log_off; session is console or remote")
    try:
        if does == "log_on":
            machine.log_on(user, "remote" if session == "remote" else "console", int(data.get("documents", 0)))
        elif does == "disconnect":
            machine.disconnect(user)
        else:
            machine.log_off(user)
    except KeyError:
        raise ValueError(f"{user} is not logged on") from None
    return machine.people.dump()


def _encoding(name: str) -> tuple[str, str]:
    if name not in _ENCODINGS:
        raise ValueError(f"unknown encoding {name!r}, known are {', '.join(_ENCODINGS)}")
    return _ENCODINGS[name]
