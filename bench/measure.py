# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play costs: requests and bytes as the lab counts them, processor and wall time of ansible-playbook."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from configmgr_lab.control.client import LabClient

ROOT = Path(__file__).resolve().parent.parent


class PlayFailed(Exception):
    """ansible-playbook did not end with 0; the text is the end of what it said."""


@dataclass(frozen=True)
class Cost:
    """Per host. Bytes are those of HTTP heads and bodies; milliseconds of user and system time of all processes.

    starts: programs that the machine started; alone_ms: wall time of the play over one host, with Ansible's own start.
    """

    starts: float
    requests: float
    bytes: float
    cpu_ms: float
    wall_ms: float
    alone_ms: float

    def as_dict(self) -> dict[str, float]:
        return {name: round(value, 2) for name, value in asdict(self).items()}


@dataclass(frozen=True)
class Run:
    """One ansible-playbook from start to end. ``memory``: MiB of its largest process."""

    cpu_ms: float
    wall_ms: float
    memory: float


@dataclass(frozen=True)
class Runner:
    """Runs plays over an inventory with a fixed number of forks; ``log`` holds what the last one said."""

    inventory: Path
    forks: int
    log: Path

    def run(
        self, play: Path, *, limit: str | None = None, variables: Mapping[str, Any] | None = None, check: bool = False
    ) -> Run:
        """Raises PlayFailed. User and system time are those of ansible-playbook and of every worker it waited for."""
        command = [sys.executable, "-m", "ansible", "playbook", "-i", str(self.inventory), "--forks", str(self.forks)]
        command += ["--limit", limit] if limit else []
        command += ["--check"] if check else []
        command += ["--extra-vars", json.dumps(dict(variables))] if variables else []
        with self.log.open("wb") as output:
            begun = time.monotonic()
            process = subprocess.Popen(
                [*command, str(play)], env=_variables(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            # wait4 tells of this process and its descendants alone: the lab runs in a thread of this process.
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise PlayFailed(f"{play.name}: {self.log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        return Run((usage.ru_utime + usage.ru_stime) * 1000, wall * 1000, usage.ru_maxrss / 1024)


@dataclass(frozen=True)
class Pair:
    """A play over one host and over all of them; ``counted``: what the lab counted for the latter, per machine."""

    one: Run
    every: Run
    counted: Sequence[Mapping[str, Any]]


def pair_of_runs(
    runner: Runner, client: LabClient, play: Path, hosts: Sequence[str], prepare: Callable[[], object]
) -> Pair:
    """Runs the play over the first host and over all, each on machines that were prepared for it. Raises PlayFailed."""
    prepare()
    one = runner.run(play, limit=hosts[0])
    prepare()
    client.clear_counters()
    every = runner.run(play)
    return Pair(one, every, list(client.counters().values()))


def per_host(pairs: Sequence[Pair], hosts: int) -> Cost:
    """What one more host costs.

    The start of ansible-playbook, reading the playbook and everything else that is done once is taken off: the
    difference is shared by the hosts that came on top. Of processor time the least counts, since whatever else the
    computer does can only add to it; of wall time the median.
    """
    counted = pairs[-1].counted
    return Cost(
        starts=sum(row["starts"] for row in counted) / hosts,
        requests=sum(row["requests"] for row in counted) / hosts,
        bytes=sum(row["bytes_in"] + row["bytes_out"] for row in counted) / hosts,
        cpu_ms=_more(pairs, hosts, min, lambda run: run.cpu_ms),
        wall_ms=_more(pairs, hosts, statistics.median, lambda run: run.wall_ms),
        alone_ms=statistics.median(pair.one.wall_ms for pair in pairs),
    )


def _more(
    pairs: Sequence[Pair],
    hosts: int,
    chosen: Callable[[Iterable[float]], float],
    quantity: Callable[[Run], float],
) -> float:
    one = chosen(quantity(pair.one) for pair in pairs)
    every = chosen(quantity(pair.every) for pair in pairs)
    return (every - one) / (hosts - 1)


def _variables() -> dict[str, str]:
    collections = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(ROOT / ".venv" / "collections")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return kept | {
        "ANSIBLE_CONFIG": str(ROOT / "bench" / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join([collections, str(ROOT / "build" / "stock")]),
        "ANSIBLE_NOCOLOR": "1",
    }
