# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the lab: every request and every command, in a bounded ring, with counters that are never lost."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TextIO

RING_SIZE = 50_000
LINE_LIMIT = 8_191


@dataclass(frozen=True)
class RequestRecord:
    """One HTTP request. Bytes are those of HTTP heads and bodies, without TLS. ``status`` 0: dropped unanswered."""

    sequence: int
    time: float
    host: str
    port: int
    connection: int
    auth: str
    action: str
    bytes_in: int
    bytes_out: int
    status: int
    milliseconds: float


@dataclass(frozen=True)
class CommandRecord:
    """One command line that ran. `starts`: programs that it took, cmd itself included."""

    sequence: int
    time: float
    host: str
    user: str
    line: str
    exit_code: int
    stdout_bytes: int
    stderr_bytes: int
    starts: int
    milliseconds: float


@dataclass
class Counters:
    """Totals of one host since the start or the last reset of counters."""

    requests: int = 0
    commands: int = 0
    starts: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    connections: int = 0
    failed_handshakes: int = 0
    refused_logons: int = 0
    actions: dict[str, int] = field(default_factory=dict)


class Recorder:
    """Used from the event loop's thread only."""

    def __init__(self, path: Path | None = None) -> None:
        self.requests: deque[RequestRecord] = deque(maxlen=RING_SIZE)
        self.commands: deque[CommandRecord] = deque(maxlen=RING_SIZE)
        self.counters: dict[str, Counters] = {}
        self._sequence = 0
        self._stream: TextIO | None = path.open("a", encoding="utf-8", buffering=1) if path else None

    def of(self, host: str) -> Counters:
        return self.counters.setdefault(host, Counters())

    def request(
        self,
        *,
        host: str,
        port: int,
        connection: int,
        auth: str,
        action: str,
        bytes_in: int,
        bytes_out: int,
        status: int,
        milliseconds: float,
    ) -> None:
        record = RequestRecord(
            self._next(), time.time(), host, port, connection, auth, action, bytes_in, bytes_out, status,
            round(milliseconds, 3),
        )  # fmt: skip
        self.requests.append(record)
        totals = self.of(host)
        totals.requests += 1
        totals.bytes_in += bytes_in
        totals.bytes_out += bytes_out
        totals.actions[action] = totals.actions.get(action, 0) + 1
        self._write("request", record)

    def command(
        self,
        *,
        host: str,
        user: str,
        line: str,
        exit_code: int,
        stdout_bytes: int,
        stderr_bytes: int,
        starts: int,
        milliseconds: float,
    ) -> None:
        record = CommandRecord(
            self._next(), time.time(), host, user, line[:LINE_LIMIT], exit_code, stdout_bytes, stderr_bytes, starts,
            round(milliseconds, 3),
        )  # fmt: skip
        self.commands.append(record)
        self.of(host).commands += 1
        self.of(host).starts += starts
        self._write("command", record)

    def clear(self) -> None:
        """Forget records and counters; sequence numbers go on."""
        self.requests.clear()
        self.commands.clear()
        self.counters.clear()

    def close(self) -> None:
        if self._stream:
            self._stream.close()
            self._stream = None

    @property
    def last_sequence(self) -> int:
        return self._sequence

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _write(self, kind: str, record: RequestRecord | CommandRecord) -> None:
        if self._stream:
            row: dict[str, Any] = {"kind": kind, **asdict(record)}
            self._stream.write(json.dumps(row, separators=(",", ":")) + "\n")
