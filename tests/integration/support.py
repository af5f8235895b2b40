# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running tasks and playbooks on a site and reading what came of it, host by host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from one_process import OneProcess
from warm_ansible import WarmAnsible, settings_of

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import LabError, LabSettings
from configmgr_lab.site import load_site

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# How the lab's hosts are reached: winrm, psrp or ssh; empty for a mixture of winrm and psrp.
CONNECTION = os.environ.get("CONFIGMGR_TLS_CONNECTION", "")
WHOLE = os.environ.get("CONFIGMGR_TLS_WHOLE") == "yes"
"""Whether every task goes through ansible-playbook, marked or not."""
WINRM_ONLY = pytest.mark.skipif(CONNECTION == "ssh", reason="about logons and certificates of WinRM")
NETWORKS = [f"127.{number}" for number in range(200, 250)]
MODULES = "configmgr.tls."
RESTART_SECONDS = 0.1
"""How long the lab's machines are away when they restart."""
TALK_PAUSE = 1.0
"""A round takes the lab a quarter of a second of work, and a batch longer than the pause."""
AT_ONCE = {"configmgr_tls_restart_delay": 0}
"""Nobody is in front of the machines of the tests."""
FAILED, UNREACHABLE = 2, 4
"""Exit codes of ansible-playbook."""
SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
DOTNET4 = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
# What the site file leaves out on purpose; no setting can replace it.
NEED_AN_UPDATE = {
    "APP1": "dotnet-release",
    "MP1": "sql-native-client",
    "PC7B": "winhttp-update",
    "PC7C": "winhttp-update",
    "SQL1": "sql-server-build",
    "SUP1": "wsus-update",
}
ROLES = (
    "site_server", "sms_provider", "site_database", "management_point", "distribution_point", "state_migration_point",
    "fallback_status_point", "software_update_point", "reporting_services_point", "service_connection_point",
    "application_catalog", "admin_console", "client",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """What one task gave on one host. status: ok, failed, unreachable or skipped."""

    host: str
    task: str
    action: str
    status: str
    data: dict[str, Any]

    @property
    def changed(self) -> bool:
        return bool(self.data.get("changed"))

    @property
    def code(self) -> str | None:
        code: str | None = self.data.get("code")
        return code

    def places(self) -> set[tuple[str, str, str, str]]:
        """The changes of a result as a set: path, name, before, after."""
        return {(row["path"], row["name"], row["before"], row["after"]) for row in self.data["changes"]}


def assert_described(result: Result) -> None:
    """A failure says on which host, what happened and what to do, in one message and in fields of its own."""
    data = result.data
    remedy = data.get("remedy") or data["error"]["remedy"]
    assert data["msg"].startswith(f"{result.host}: ") and remedy in data["msg"]
    assert "Traceback" not in data["msg"]
    assert data.get("exception", "(traceback unavailable)") == "(traceback unavailable)"


@dataclass(frozen=True)
class Outcome:
    """One run: exit code, everything that was printed, and its results in the order in which they came."""

    exit_code: int
    output: str
    results: tuple[Result, ...]
    seconds: float

    @cached_property
    def last(self) -> dict[str, Result]:
        """The last result of each host."""
        return {result.host: result for result in self.results}

    def of(self, host: str) -> list[Result]:
        return [result for result in self.results if result.host == host]

    def by_status(self) -> dict[str, str]:
        return {host: result.status for host, result in self.last.items()}

    def expect_ok(self) -> Outcome:
        """Itself, when the run ended with 0. Shows what was printed when not."""
        assert self.exit_code == 0, self.output[-4000:] or [row.data.get("msg") for row in self.results]
        return self


@dataclass
class Site:
    """What is tested on: an inventory, and the lab behind it (None for real machines).

    whole: every task goes through ansible-playbook, as a test with the mark ``seam`` wants it. warm: the parent that
    forks ansible-playbook.
    """

    whole: ClassVar[bool] = False
    warm: ClassVar[WarmAnsible | None] = None
    inventory: Path
    work: Path
    lab: LabClient | None
    extra: dict[str, Any] = field(default_factory=dict)
    runs: int = 0

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        """The variables of each host in the group ``configmgr``, or of all hosts when there is no such group."""
        return self._inventory()[1]

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        return self._inventory()[0]

    @property
    def hosts(self) -> list[str]:
        return list(self.variables)

    def hosts_by(self, connection: str, auth: str) -> list[str]:
        """The hosts with this connection (winrm, psrp) and this auth (basic, ntlm)."""
        return [
            name
            for name, row in self.variables.items()
            if row.get("ansible_connection") == connection
            and auth in (row.get("ansible_winrm_transport"), row.get("ansible_psrp_auth"))
        ]

    def playbook(
        self,
        path: Path,
        *,
        limit: str | Sequence[str] = "all",
        variables: Mapping[str, Any] | None = None,
        check: bool = False,
        diff: bool = False,
        forks: int = 10,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run a playbook over these hosts. Extra variables are given as JSON."""
        assert Site.whole, "a test that runs ansible-playbook has the mark seam"
        self.runs += 1
        recorded, printed = self.work / f"results-{self.runs}.jsonl", self.work / f"output-{self.runs}.txt"
        recorded.touch()
        hosts = limit if isinstance(limit, str) else ",".join(limit)
        arguments = [str(path), "--inventory", str(self.inventory), "--limit", hosts, "--forks", str(forks)]
        arguments += ["--extra-vars", json.dumps({**AT_ONCE, **(variables or {})})]
        arguments += [*(["--check"] if check else []), *(["--diff"] if diff else []), *options]
        begun = time.monotonic()
        exit_code = self._run(arguments, self._environment(recorded) | dict(environment or {}), printed)
        rows = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
        results = tuple(Result(row["host"], row["task"], row["action"], row["status"], row["result"]) for row in rows)
        output = printed.read_text(encoding="utf-8", errors="replace")
        return Outcome(exit_code, output, results, time.monotonic() - begun)

    def _run(self, arguments: list[str], environment: dict[str, str], printed: Path) -> int:
        if Site.warm is not None and Site.warm.settings == settings_of(environment):
            return Site.warm.run("playbook", arguments, environment, self.work, printed)
        command = [sys.executable, "-m", "ansible", "playbook", *arguments]
        with printed.open("wb") as output:
            return subprocess.run(
                command, env=environment, cwd=self.work, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            ).returncode

    def tasks(self, tasks: Sequence[Mapping[str, Any]], **how: Any) -> Outcome:
        """Run a play of these tasks; ``how`` is what playbook() takes.

        Each task is one module of ours and runs in this process, unless the test has the mark ``seam``.
        """
        named = [{"name": f"{number} {next(iter(task))}", **task} for number, task in enumerate(tasks, start=1)]
        if not Site.whole:
            return self._in_one_process(named, **how)
        play = [{"name": "test", "hosts": "all", "gather_facts": False, "tasks": named}]
        path = self.work / f"play-{self.runs + 1}.yml"
        path.write_text(yaml.safe_dump(play, sort_keys=False), encoding="utf-8")
        return self.playbook(path, **how)

    def set_up(self, *stages: str, limit: str | Sequence[str] = "all", **arguments: Any) -> None:
        """Change and restart the machines as a run with these stages leaves them, without the run."""
        for stage in stages:
            settings = {MODULES + "tls_settings": {"stage": stage, **arguments}}
            restart = {MODULES + "tls_restart": {"when": "always", "delay": 0}}
            tasks = [{"name": f"{stage} {next(iter(task))}", **task} for task in (settings, restart)]
            self._in_one_process(tasks, limit=limit, forks=20).expect_ok()

    def _in_one_process(
        self,
        tasks: Sequence[Mapping[str, Any]],
        *,
        limit: str | Sequence[str] = "all",
        variables: Mapping[str, Any] | None = None,
        check: bool = False,
        diff: bool = False,
        forks: int = 10,
    ) -> Outcome:
        chosen = limit.split(",") if isinstance(limit, str) else limit
        hosts = self.hosts if limit == "all" else [host for host in self.hosts if host in chosen]
        assert hosts, f"no host is called {limit}"
        begun = time.monotonic()
        known = {host: {**mine, **dict(variables or {})} for host, mine in self.variables.items()}
        play = OneProcess(known, self.groups, hosts)
        results = []
        for task in tasks:
            action = list(task)[1]
            once = hosts[0] if task.get("run_once") else ""
            rows = play.run(action, task[action], check=check, diff=diff, forks=forks, once=once)
            results += [Result(host, task["name"], action, status, data) for host, status, data in rows]
        states = {result.status for result in results}
        exit_code = UNREACHABLE if "unreachable" in states else FAILED if "failed" in states else 0
        return Outcome(exit_code, "", tuple(results), time.monotonic() - begun)

    def module(self, name: str, arguments: Mapping[str, Any] | None = None, **how: Any) -> Outcome:
        """Run one of our modules, named without its collection."""
        return self.tasks([{MODULES + name: dict(arguments or {})}], **how)

    def _environment(self, recorded: Path) -> dict[str, str]:
        return environment_of_ansible(self.work) | {"RECORD_RESULTS": str(recorded)}

    def _inventory(self) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
        if self.lab is not None:
            return read_inventory(self.inventory)
        command = [sys.executable, "-m", "ansible", "inventory", "--inventory", str(self.inventory), "--list"]
        environment = self._environment(self.work / "unused")
        listed = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
        variables = listed.pop("_meta")["hostvars"]
        groups = {name: list(row.get("hosts", ())) for name, row in listed.items()}
        return groups, variables


@contextmanager
def everybody_talks(lab: LabClient) -> Iterator[None]:
    """All conversations again and again until the block is left, and once more then; the lab counts them."""
    over = threading.Event()
    lab.talk_reset()

    def rounds() -> None:
        lab.talk()
        while not over.wait(TALK_PAUSE):
            lab.talk()

    talker = threading.Thread(target=rounds)
    talker.start()
    try:
        yield
    finally:
        over.set()
        talker.join()
        lab.talk()


def environment_of_ansible(folder: Path) -> dict[str, str]:
    """This process's own, without what it says of Ansible, and what the tests want of it. Writes into the folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    configuration = folder / "ansible.cfg"
    # Ansible looks a thousand times a second whether a worker is done.
    configuration.write_text("[defaults]\ninternal_poll_interval = 0.01\n", encoding="utf-8")
    return kept | {
        "ANSIBLE_CONFIG": str(configuration),
        "ANSIBLE_COLLECTIONS_PATH": collections_path(),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record_results",
        "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
        "ANSIBLE_NOCOLOR": "1",
    }


def read_inventory(path: Path) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
    """Groups and host variables of a file as the lab writes it, without starting Ansible to read it."""
    groups: dict[str, list[str]] = {}
    hosts: dict[str, dict[str, Any]] = {}

    def read(name: str, group: Mapping[str, Any], inherited: Mapping[str, Any], above: tuple[str, ...]) -> None:
        shared = {**inherited, **(group.get("vars") or {})}
        for host, own in (group.get("hosts") or {}).items():
            hosts[host] = {**hosts.get(host, {}), **shared, **(own or {})}
            for each in (*above, name):
                if host not in groups.setdefault(each, []):
                    groups[each].append(host)
        for child, content in (group.get("children") or {}).items():
            read(child, content or {}, shared, (*above, name))

    for name, content in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        read(name, content, {}, ())
    return groups, hosts


def collections_path() -> str:
    """From the environment; without it, the folder above the collection that this checkout is, or the one in .venv."""
    if given := os.environ.get("ANSIBLE_COLLECTIONS_PATH"):
        return given
    above = ROOT.parents[2]
    return str(above if (above / "ansible_collections").is_dir() else ROOT / ".venv" / "collections")


def start_lab(
    state: Path, *, site: str = "contoso", clients: int = 0, connection: str = CONNECTION
) -> tuple[EmbeddedLab, LabClient]:
    """A lab in this process on a network that no other lab uses. Raises LabError when none is free."""
    for network in NETWORKS:
        lab = EmbeddedLab(
            load_site(site, network=network, clients=clients, connection=connection, restart_seconds=RESTART_SECONDS),
            LabSettings(site, clients, network=network, state=state, connection=connection),
        )
        try:
            return lab, lab.__enter__()
        except (LabError, OSError) as taken:
            refused = taken
    raise LabError(f"no network is free for a lab: {refused}")


def updated_contoso(folder: Path) -> Path:
    """The shipped site after its administrator installed every update: nothing but settings is missing."""
    installed = {
        "sql-2012-sp2": "sql-2019",
        "native-client-11-old": "native-client-11",
        "wsus-2012-r2": "wsus-2012-r2-updated",
        "dotnet-4.5.2": "dotnet-4.8",
    }
    site = yaml.safe_load((files("configmgr_lab") / "sites" / "contoso.yml").read_text(encoding="utf-8"))
    # The application catalog cannot do without older protocols: it went away with Internet Explorer.
    site["hosts"] = [row for row in site["hosts"] if row["name"] != "APP1"]
    for row in site["hosts"]:
        row["products"] = [installed.get(product, product) for product in row["products"]]
        if row["image"].startswith("windows-7") and "winhttp-update-7-sp1" not in row["products"]:
            row["products"].append("winhttp-update-7-sp1")
    path = folder / "updated.yml"
    path.write_text(yaml.safe_dump(site, sort_keys=False), encoding="utf-8")
    return path
