# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on one machine is named by a stable code, the others finish, and a second run converges.

All troubles are made in one run, each on machines of its own: one for each way to connect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from support import DOTNET4, SCHANNEL, Outcome, Site, assert_described, start_lab

from configmgr_lab.control.client import LabClient

FAILED_EXIT, UNREACHABLE_EXIT = 2, 4
WAYS = {"A": ("winrm", "basic"), "B": ("winrm", "ntlm"), "C": ("psrp", "basic"), "D": ("psrp", "ntlm")}


@dataclass(frozen=True)
class Trouble:
    """A fault, and what tls_settings makes of it. written: whether it leaves values behind. https_only: it is one of
    TLS.
    """

    fault: Mapping[str, Any]
    status: str
    code: str | None
    written: bool = False
    https_only: bool = False

    def hosts(self, number: int) -> list[str]:
        ways = [way for way, (_, auth) in WAYS.items() if auth == "basic" or not self.https_only]
        return [f"T{number:02d}{way}" for way in ways]


TROUBLES = {
    "no write access to a key": Trouble(
        {"kind": "deny", "path": DOTNET4, "access": "write"}, "failed", "not_applied", written=True
    ),
    "no read access to a key": Trouble({"kind": "deny", "path": SCHANNEL, "access": "read"}, "failed", "unreadable"),
    "no access for the user": Trouble({"kind": "fault", "action": "create", "code": 5}, "failed", "access_denied"),
    "every logon refused": Trouble({"kind": "unauthorized"}, "unreachable", "auth_rejected"),
    "a certificate of somebody else": Trouble(
        {"kind": "foreign_certificate"}, "unreachable", "certificate_untrusted", https_only=True
    ),
    "the host is down": Trouble({"kind": "port_closed"}, "unreachable", "host_refused"),
    "dropped before the change is read": Trouble(
        {"kind": "drop_before", "action": "command", "skip": 1, "count": 1}, "failed", "interrupted"
    ),
    "dropped after the change is made": Trouble(
        {"kind": "drop_after", "action": "command", "skip": 1, "count": 1}, "failed", "interrupted", written=True
    ),
    "dropped in the middle of the answer to the change": Trouble(
        {"kind": "drop_middle", "action": "receive", "skip": 1, "count": 1}, "failed", "interrupted", written=True
    ),
    "gone for good while the change was made": Trouble(
        {"kind": "drop_after", "action": "command", "skip": 1}, "failed", "interrupted_unknown", written=True
    ),
    "every read dropped": Trouble({"kind": "drop_after", "action": "command"}, "unreachable", "connection_dropped"),
    "too many shells once": Trouble(
        {"kind": "fault", "action": "create", "code": 2150859173, "count": 1}, "ok", None, written=True
    ),
    "too many operations once": Trouble(
        {"kind": "fault", "action": "command", "code": 2150859174, "count": 1}, "ok", None, written=True
    ),
    "busy once": Trouble({"kind": "status", "action": "command", "code": 503, "count": 1}, "ok", None, written=True),
    "an idle connection closed": Trouble({"kind": "idle_drop", "seconds": 0, "count": 1}, "ok", None, written=True),
    "nothing to receive yet": Trouble(
        {"kind": "fault", "action": "receive", "code": 2150858793, "count": 1}, "ok", None, written=True
    ),
    "dropped while reading": Trouble({"kind": "drop_after", "action": "command", "count": 1}, "ok", None, written=True),
    "dropped at the goodbye": Trouble(
        {"kind": "drop_before", "action": "delete", "count": 1}, "ok", None, written=True
    ),
}


NUMBERS = {name: number for number, name in enumerate(TROUBLES)}
UNTOUCHED = [f"T{len(TROUBLES):02d}{way}" for way in WAYS]
"""Machines of the same run with which nothing is wrong."""


@dataclass(frozen=True)
class Runs:
    """The run with the faults, whose hosts it wrote to, and a run without them that does the same task twice."""

    first: Outcome
    written: Mapping[str, bool]
    second: Outcome


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    work = tmp_path_factory.mktemp("troubles")
    path = work / "troubles.yml"
    path.write_text(yaml.safe_dump(_site()), encoding="utf-8")
    lab, client = start_lab(work / "lab", site=str(path))
    try:
        yield _run(Site(work / "lab" / "inventory.yml", work, client), client)
    finally:
        lab.__exit__(None, None, None)


def _site() -> dict[str, Any]:
    hosts = [
        {
            "name": f"T{number:02d}{way}",
            "address": f"{number + 1}.{index}",
            # Of a client all is read in one line: the second one is the change.
            "image": "windows-11-23h2" if number % 2 else "windows-10-22h2",
            "roles": ["client"],
            "connection": connection,
            "auth": auth,
        }
        for number in range(len(TROUBLES) + 1)
        for index, (way, (connection, auth)) in enumerate(WAYS.items(), start=1)
    ]
    return {
        "name": "troubles",
        "domain": "troubles.example",
        "site_code": "TRB",
        "version": "5.00.9122.1000",
        "site_server": "CM1",
        "database_server": "SQL1",
        "user": "svc",
        "password": "Trouble-Only-1!",
        "hosts": hosts,
    }


def _run(site: Site, lab: LabClient) -> Runs:
    for name, number in NUMBERS.items():
        for host in TROUBLES[name].hosts(number):
            lab.set_fault(host, **TROUBLES[name].fault)
    first = site.module("tls_settings", forks=80)
    written = {host: lab.dump(host)["registry"] != lab.image(host)["registry"] for host in site.hosts}
    lab.clear_faults()
    settings = {"configmgr.tls.tls_settings": {}}
    return Runs(first, written, site.tasks([settings, settings], forks=10))


@pytest.mark.parametrize("name", TROUBLES)
def test_trouble_is_named(runs: Runs, name: str) -> None:
    trouble = TROUBLES[name]
    for host in trouble.hosts(NUMBERS[name]):
        result = runs.first.last[host]
        assert (result.status, result.code) == (trouble.status, trouble.code), (host, result.data)
        assert runs.written[host] == trouble.written, host
        if trouble.status != "ok":
            assert_described(result)


def test_the_others_finish(runs: Runs) -> None:
    assert [runs.first.last[host].changed for host in UNTOUCHED] == [True] * len(UNTOUCHED)
    assert all(runs.written[host] for host in UNTOUCHED)


@pytest.mark.parametrize("name", TROUBLES)
def test_a_second_run_converges(runs: Runs, name: str) -> None:
    runs.second.expect_ok()
    for host in TROUBLES[name].hosts(NUMBERS[name]):
        mended, again = runs.second.of(host)
        assert mended.status == again.status == "ok"
        assert mended.changed or TROUBLES[name].written, host
        assert not again.changed, host


@pytest.mark.seam
@pytest.mark.both_cores
@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({}, 0),
        ({"CM1": {"kind": "deny", "path": DOTNET4, "access": "write"}}, FAILED_EXIT),
        ({"CM1": {"kind": "port_closed"}}, UNREACHABLE_EXIT),
        # ansible-playbook has one exit code: that a host could not be reached is the louder news.
        ({"CM1": {"kind": "deny", "path": DOTNET4}, "DP1": {"kind": "port_closed"}}, UNREACHABLE_EXIT),
    ],
    ids=["nothing", "failed", "unreachable", "both"],
)
def test_the_exit_code_says_what_kind_of_trouble_there_was(
    site: Site, lab: LabClient, faults: Mapping[str, Mapping[str, Any]], code: int
) -> None:
    for host, fault in faults.items():
        lab.set_fault(host, **fault)
    outcome = site.module("tls_settings", limit=["CM1", "DP1", "SMP1"])
    assert outcome.exit_code == code
    assert outcome.last["SMP1"].changed
