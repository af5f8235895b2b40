# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the real ansible-playbook and reading what came of it, host by host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from configmgr_lab.control.client import LabClient
from configmgr_lab.control.embedded import EmbeddedLab
from configmgr_lab.control.lab import LabError, LabSettings
from configmgr_lab.site import load_site

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
# How the lab's hosts are reached: winrm, psrp or ssh; empty for a mixture of winrm and psrp.
CONNECTION = os.environ.get("CONFIGMGR_TLS_CONNECTION", "")
WINRM_ONLY = pytest.mark.skipif(CONNECTION == "ssh", reason="about logons and certificates of WinRM")
NETWORKS = [f"127.{number}" for number in range(200, 250)]
MODULES = "configmgr.tls."
SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
DOTNET4 = r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319"
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
    """One ansible-playbook: exit code, everything it printed, and its results in the order in which they came."""

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
        assert self.exit_code == 0, self.output[-4000:]
        return self


@dataclass
class Site:
    """What is tested on: an inventory, and the lab behind it (None for real machines)."""

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
        self.runs += 1
        recorded = self.work / f"results-{self.runs}.jsonl"
        recorded.touch()
        hosts = limit if isinstance(limit, str) else ",".join(limit)
        command = [sys.executable, "-m", "ansible", "playbook", str(path), "--inventory", str(self.inventory)]
        command += ["--limit", hosts, "--forks", str(forks), "--extra-vars", json.dumps(dict(variables or {}))]
        command += [*(["--check"] if check else []), *(["--diff"] if diff else []), *options]
        begun = time.monotonic()
        done = subprocess.run(
            command,
            env=self._environment(recorded) | dict(environment or {}),
            cwd=self.work,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        rows = [json.loads(line) for line in recorded.read_text(encoding="utf-8").splitlines()]
        results = tuple(Result(row["host"], row["task"], row["action"], row["status"], row["result"]) for row in rows)
        return Outcome(done.returncode, done.stdout, results, time.monotonic() - begun)

    def tasks(self, tasks: Sequence[Mapping[str, Any]], **how: Any) -> Outcome:
        """Run a play of these tasks; ``how`` is what playbook() takes."""
        named = [{"name": f"{number} {next(iter(task))}", **task} for number, task in enumerate(tasks, start=1)]
        play = [{"name": "test", "hosts": "all", "gather_facts": False, "tasks": named}]
        path = self.work / f"play-{self.runs + 1}.yml"
        path.write_text(yaml.safe_dump(play, sort_keys=False), encoding="utf-8")
        return self.playbook(path, **how)

    def module(self, name: str, arguments: Mapping[str, Any] | None = None, **how: Any) -> Outcome:
        """Run one of our modules, named without its collection."""
        return self.tasks([{MODULES + name: dict(arguments or {})}], **how)

    def _environment(self, recorded: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
        configuration = self.work / "ansible.cfg"
        configuration.write_text("[defaults]\n", encoding="utf-8")
        return kept | {
            "ANSIBLE_CONFIG": str(configuration),
            "ANSIBLE_COLLECTIONS_PATH": collections_path(),
            "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "record_results",
            "ANSIBLE_NOCOLOR": "1",
            "RECORD_RESULTS": str(recorded),
        }

    def _inventory(self) -> tuple[dict[str, list[str]], dict[str, dict[str, Any]]]:
        command = [sys.executable, "-m", "ansible", "inventory", "--inventory", str(self.inventory), "--list"]
        environment = self._environment(self.work / "unused")
        listed = json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)
        variables = listed.pop("_meta")["hostvars"]
        groups = {name: list(row.get("hosts", ())) for name, row in listed.items()}
        return groups, variables


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
            load_site(site, network=network, clients=clients, connection=connection),
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
