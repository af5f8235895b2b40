# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab of made-up machines that answer a few words of their own, so that these tests are about the wire only."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import LabSettings
from configmgr_lab.machine.faults import Faults

USER, PASSWORD = "lab-admin", "Grüße & <Käse> 1!"


@dataclass(frozen=True)
class Said:
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0
    starts: int = 1


@dataclass
class WordMachine:
    """``say TEXT``, ``fail N``, ``big N``, ``input``, ``env NAME``, ``where``, ``break``, ``hold`` (until released)."""

    name: str
    address: str
    users: dict[str, str] = field(default_factory=lambda: {USER: PASSWORD})
    is_up: bool = True
    restarts: int = 0
    is_silent: bool = False
    powershell_seconds: float = 0.0
    faults: Faults = field(default_factory=Faults)
    held: threading.Event = field(default_factory=threading.Event)
    ran: list[str] = field(default_factory=list)
    _callbacks: list[Callable[[bool], None]] = field(default_factory=list)

    def on_power(self, callback: Callable[[bool], None]) -> None:
        self._callbacks.append(callback)

    def switch(self, up: bool) -> None:
        self.is_up = up
        for callback in self._callbacks:
            callback(up)

    def run(
        self,
        line: str,
        *,
        user: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        directory: str | None = None,
        listener: Callable[[bytes, bytes], bool] | None = None,
    ) -> Said:
        self.ran.append(line)
        word, _, rest = line.partition(" ")
        if word == "hold":
            self.held.wait(30)
        words: dict[str, Callable[[], Said]] = {
            "say": lambda: Said(f"{rest}\r\n".encode()),
            "who": lambda: Said(user.encode()),
            "fail": lambda: Said(b"", b"it failed\r\n", int(rest)),
            "big": lambda: Said(bytes(range(256)) * (int(rest) // 256)),
            "input": lambda: Said(stdin),
            "env": lambda: Said((environment or {}).get(rest, "").encode()),
            "where": lambda: Said((directory or "").encode()),
            "break": lambda: Said(exit_code=1 // 0),
            "hold": lambda: Said(b"released"),
        }
        return words.get(word, Said)()

    def restart(self, seconds: float = 0.0) -> bool:
        return True

    def write_registry(self, path: str, value: Any, view: Any = None) -> None:
        return None

    def delete_registry(self, path: str, name: str | None = None, view: Any = None) -> bool:
        return True

    def dump(self) -> dict[str, Any]:
        return {"ran": len(self.ran)}

    def image_dump(self) -> dict[str, Any]:
        return {"ran": 0}

    def reset(self) -> None:
        self.ran.clear()


@dataclass
class WordSite:
    machines: dict[str, WordMachine]
    code: str = "W01"
    version: str = "5.00.9122.1000"
    sites: tuple[()] = ()

    def inventory(self, ca_path: str) -> dict[str, Any]:
        return {"all": {"vars": {"ca": ca_path}}}


@dataclass(frozen=True)
class WireLab:
    """A running lab: its client, its first machine, and the path of its authority's certificate."""

    client: LabClient
    site: WordSite
    machine: WordMachine
    ca: str

    def actions(self, since: int) -> list[tuple[str, int]]:
        rows = self.client.requests(since=since, host=self.machine.name)
        return [(row["action"], row["status"]) for row in rows]


def network() -> str:
    # Test processes side by side must not take each other's addresses.
    return f"127.{100 + os.getpid() % 150}"


@pytest.fixture(scope="session")
def _session_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireLab]:
    state: Path = tmp_path_factory.mktemp("lab")
    machines = {f"W{n}": WordMachine(f"W{n}", f"{network()}.{n // 250}.{n % 250 + 1}") for n in range(200)}
    site = WordSite(machines)
    with EmbeddedLab(site, LabSettings("words", network=network(), state=state)) as client:
        yield WireLab(client, site, machines["W0"], str(state / "ca.pem"))


@pytest.fixture
def lab(_session_lab: WireLab) -> Iterator[WireLab]:
    """The lab, as new."""
    _session_lab.client.reset()
    _session_lab.machine.held.clear()
    yield _session_lab
    _session_lab.machine.held.set()
    _session_lab.client.reset()
