# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The disable stage on a whole site: forecast, gate, batches, taking back, and going on after an interruption.

The lab's components talk to each other while the playbooks run; what breaks is counted from their handshakes.
"""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import NEED_AN_UPDATE, ROOT, Outcome, Site, everybody_talks, start_lab

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.endpoints import role_endpoints
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.forecast import Forecast, forecast
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.plan import LEGACY_PROTOCOLS
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements
from configmgr_lab.control.client import LabClient

pytestmark = pytest.mark.seam

PLAYBOOKS = ROOT / "playbooks"
SCHANNEL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
OLDER = [rf"{protocol}\{side}" for protocol in ("TLS 1.0", "TLS 1.1") for side in ("Client", "Server")]
MODERN = {"TLS 1.2", "TLS 1.3"}
# openssl s_client asks for one protocol at a time; everything that its library can do is let through.
S_CLIENT = {"TLS 1.0": "-tls1", "TLS 1.1": "-tls1_1", "TLS 1.2": "-tls1_2", "TLS 1.3": "-tls1_3"}
CATALOG_WAIVER = {
    "id": "catalog-goes",
    "reason": "application-catalog",
    "condition": "contains(facts.roles, 'application_catalog')",
    "why": "nobody uses it any more, the role is removed next week",
    "owner": "site operations",
    "expires": "2999-12-31",
}
STAGE = {"configmgr_tls_disable_legacy": True}


@pytest.fixture(scope="module")
def shared_fabrikam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if os.environ.get("CONFIGMGR_TLS_INVENTORY"):
        pytest.skip("needs the lab")
    work = tmp_path_factory.mktemp("fabrikam")
    lab, client = start_lab(work / "lab", site="fabrikam")
    try:
        yield Site(work / "lab" / "inventory.yml", work, client)
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture
def fabrikam(shared_fabrikam: Site) -> Site:
    """A site that only needs settings, as it was installed."""
    lab_of(shared_fabrikam).reset()
    lab_of(shared_fabrikam).clear_faults()
    return shared_fabrikam


def lab_of(site: Site) -> LabClient:
    assert site.lab is not None
    return site.lab


def enforce(site: Site, folder: Path, *, limit: Sequence[str] = (), **variables: Any) -> tuple[Outcome, dict[str, Any]]:
    """enforce_tls12.yml up to the last stage, and its report; ``limit``: the hierarchy is these hosts alone."""
    given = {**STAGE, "configmgr_tls_report_dir": str(folder), **variables}
    given |= {"configmgr_tls_hierarchy": list(limit)} if limit else {}
    outcome = site.playbook(PLAYBOOKS / "enforce_tls12.yml", limit=limit or "all", variables=given)
    return outcome, json.loads((folder / "enforce_tls12.json").read_text(encoding="utf-8"))


def broken(lab: LabClient) -> set[tuple[str, str, str]]:
    """Conversation, caller and callee of those that do not work now."""
    rows = lab.talk()["conversations"]
    assert {row["state"] for row in rows} <= {"ok", "failed"}, "everything is up"
    return {(row["id"], row["caller"], row["callee"]) for row in rows if row["state"] == "failed"}


def read_forecast(site: Site) -> Forecast:
    read = site.module("tls_facts").expect_ok()
    facts = {host: result.data["ansible_facts"]["configmgr_tls"] for host, result in read.last.items()}
    return forecast(facts, LEGACY_PROTOCOLS)


def forecast_of(expected: Forecast, stage: str, known: set[str]) -> set[tuple[str, str, str]]:
    """As ``broken``: what the forecast says breaks or may break, of the conversations that the lab has."""
    return {
        (row.conversation.id, caller, callee)
        for row in expected.broken(stage)
        for caller in row.caller.hosts
        for callee in row.callee.hosts
        if row.conversation.id in known
    }


def older_protocols(lab: LabClient, host: str) -> list[str]:
    """Which of TLS 1.0 and 1.1, that every Windows here has, the registry of a host has not turned off."""
    registry = lab.dump(host)["registry"]
    kept = []
    for name in OLDER:
        enabled = registry.get(rf"{SCHANNEL}\{name}", {}).get("Enabled", {})
        if enabled.get("data") != "0x0":
            kept.append(name)
    return kept


def untouched(lab: LabClient, host: str) -> bool:
    return older_protocols(lab, host) == OLDER


def endpoints(site: Site) -> Iterator[tuple[str, str, int, str]]:
    """Host, address, port and kind of every endpoint of the site's roles."""
    for host, variables in site.variables.items():
        roles = [group for group, members in site.groups.items() if host in members]
        for endpoint in {(found.port, found.kind) for found in role_endpoints(roles)}:
            yield host, str(variables["ansible_host"]), *endpoint


def accepted_by_openssl(address: str, port: int) -> set[str]:
    """What s_client completes a handshake with."""
    taken = set()
    for protocol, option in S_CLIENT.items():
        command = ["openssl", "s_client", "-connect", f"{address}:{port}", option]
        done = subprocess.run(
            [*command, "-cipher", "ALL:@SECLEVEL=0"], stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if done.returncode == 0 and "Cipher is (NONE)" not in done.stdout:
            taken.add(protocol)
    return taken


def waiver_file(folder: Path, *waivers: dict[str, str]) -> str:
    path = folder / "waivers.yml"
    path.write_text(yaml.safe_dump(list(waivers)), encoding="utf-8")
    return str(path)


def test_without_the_gate_exactly_what_the_forecast_names_breaks(site: Site, lab: LabClient) -> None:
    site.set_up("enable")
    known = {row["id"] for row in lab.talk(count=False)["conversations"]}
    assert broken(lab) == set()
    expected = read_forecast(site)
    assert forecast_of(expected, "now", known) == set() == forecast_of(expected, "enable", known)
    named = forecast_of(expected, "disable", known)
    assert {caller for _name, caller, callee in named if callee != "SQL1"} == {"PC7B", "PC7C"}
    assert named, "contoso is a site in which something breaks"
    site.set_up("disable", waived=[requirement.id for requirement in requirements()])
    assert broken(lab) == named


def test_the_gate_stays_shut_names_every_host_and_nothing_breaks(site: Site, lab: LabClient, tmp_path: Path) -> None:
    with everybody_talks(lab):
        outcome, document = enforce(site, tmp_path)
    assert outcome.exit_code != 0
    assert lab.talk_counts()["totals"]["failed"] == 0
    shut_by = {row["host"] for row in document["gate"]["reasons"]}
    assert set(NEED_AN_UPDATE) <= shut_by
    assert all(untouched(lab, host) for host in site.hosts)
    failed = {result.host: result.data["msg"] for result in outcome.results if result.status == "failed"}
    assert set(failed) == shut_by
    assert all(reason in failed[host] for host, reason in NEED_AN_UPDATE.items())


def test_after_the_updates_only_modern_protocols_are_left_on_every_endpoint(
    site: Site, lab: LabClient, tmp_path: Path
) -> None:
    for host in site.hosts:
        lab.install(host)
        lab.restart(host)
    assert all(lab.wait_for_power(host, up=True, restarts=1) for host in site.hosts)
    spare = {**CATALOG_WAIVER, "id": "not-needed", "reason": "schannel-fips"}
    old = {**CATALOG_WAIVER, "id": "too-late", "expires": "2020-01-31"}
    waivers = waiver_file(tmp_path, CATALOG_WAIVER, spare, old)
    with everybody_talks(lab):
        outcome, document = enforce(site, tmp_path, configmgr_tls_waivers=waivers)
    assert outcome.exit_code == 0, outcome.output[-4000:]
    assert lab.talk_counts()["totals"]["failed"] == 0
    gate = document["gate"]
    assert (gate["unused_waivers"], gate["expired_waivers"]) == (["not-needed"], ["too-late"])
    assert [row["waiver"] for row in gate["waived"]] == ["catalog-goes"]
    assert all(older_protocols(lab, host) == [] for host in site.hosts)
    assert all(row["status"] == "pass" and set(row["accepted"]) <= MODERN for row in document["probes"]["endpoints"])
    assert ssl.HAS_TLSv1, "this OpenSSL could not have seen TLS 1.0"
    asked = [(host, address, port) for host, address, port, kind in endpoints(site) if kind == "https"]
    seen = {(host, port): accepted_by_openssl(address, port) for host, address, port in asked}
    assert seen and all("TLS 1.2" in taken and taken <= MODERN for taken in seen.values()), seen
    ours = {(row["host"], row["port"]): set(row["accepted"]) for row in document["probes"]["endpoints"]}
    assert seen.items() <= ours.items()


def when_turned_off(lab: LabClient, host: str, then: Callable[[], None]) -> threading.Thread:
    """Do something as soon as the registry of ``host`` has TLS 1.0 off."""

    def wait() -> None:
        while any(name.startswith("TLS 1.0") for name in older_protocols(lab, host)):
            over.wait(0.05)
        then()

    over = threading.Event()
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_canary_that_is_not_well_afterwards_is_taken_back_and_nobody_else_is_touched(
    fabrikam: Site, tmp_path: Path
) -> None:
    lab = lab_of(fabrikam)
    before: dict[str, Any] = {}

    def fall_ill() -> None:
        lab.set_fault("FSQL2", "refuse_protocol", protocol="TLS 1.2", port=1433)

    def recover() -> None:
        lab.clear_faults("FSQL2")

    fabrikam.set_up("enable")
    before.update({host: lab.dump(host)["registry"] for host in fabrikam.hosts})
    thread = when_turned_off(lab, "FSQL2", fall_ill)
    again = threading.Thread(
        target=lambda: (thread.join(), lab.wait_for_power("FSQL2", up=True, restarts=3), recover())
    )
    again.start()
    outcome, document = enforce(fabrikam, tmp_path, configmgr_tls_health_wait=3)
    again.join()
    assert outcome.exit_code != 0
    stages = {tuple(row["hosts"]): row["state"] for row in document["stages"] if row["stage"] == "disable"}
    assert stages[("FSQL2",)] == "taken_back"
    through = {host for hosts, state in stages.items() if state == "off" for host in hosts}
    assert through == {"FPC10", "FPC11", "FCON1"}
    for host in fabrikam.hosts:
        if host not in through:
            assert lab.dump(host)["registry"] == before[host], host
    assert "FSQL2" in outcome.output and "it talks again" in json.dumps(document["stages"])
    assert broken(lab) == set()


def begin(site: Site, alive: int) -> subprocess.Popen[bytes]:
    """enforce_tls12.yml in a process group of its own, to be killed.

    ``alive`` is the write end of a pipe that all of its processes hold: a worker has its own session, outlives the
    controller, and ends its task.
    """
    recorded = site.work / "killed.jsonl"
    command = [sys.executable, "-m", "ansible", "playbook", str(PLAYBOOKS / "enforce_tls12.yml")]
    command += ["--inventory", str(site.inventory), "--extra-vars", json.dumps(STAGE)]
    return subprocess.Popen(
        command,
        env=site._environment(recorded),
        cwd=site.work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[alive],
    )


@pytest.mark.parametrize("victim", ["FSQL2"])
def test_a_controller_killed_in_the_middle_of_a_batch_is_no_harm(fabrikam: Site, tmp_path: Path, victim: str) -> None:
    lab = lab_of(fabrikam)
    fabrikam.set_up("enable")
    running: list[subprocess.Popen[bytes]] = []
    begun, restarts = lab.mark(), lab.restarts(victim)
    thread = when_turned_off(lab, victim, lambda: os.killpg(running[0].pid, signal.SIGKILL))
    ended, alive = os.pipe()
    running.append(begin(fabrikam, alive))
    os.close(alive)
    thread.join()
    assert running[0].wait() == -signal.SIGKILL
    assert os.read(ended, 1) == b""
    os.close(ended)
    # A restart that was ordered takes place without a controller, too.
    ordered = sum("shutdown /r" in command["line"] for command in lab.commands(since=begun, host=victim))
    assert lab.wait_for_power(victim, up=True, restarts=restarts + ordered)
    assert older_protocols(lab, victim) == []
    assert {host for host in fabrikam.hosts if untouched(lab, host)} >= {"FSQL1", "FMP1", "FMP2", "FCM1"}
    with everybody_talks(lab):
        outcome, document = enforce(fabrikam, tmp_path)
    assert outcome.exit_code == 0, outcome.output[-4000:]
    assert lab.talk_counts()["totals"]["failed"] == 0
    assert all(older_protocols(lab, host) == [] for host in fabrikam.hosts)
    done = next(row["hosts"] for row in document["stages"] if row["kind"] == "done before")
    assert {"FPC10", "FPC11", "FCON1"} <= set(done)
    lab.clear_counters()
    once_more, _document = enforce(fabrikam, tmp_path)
    assert once_more.exit_code == 0
    assert not any(result.changed for result in once_more.results)
    # Four visits, of one line or two.
    assert {counted["commands"] for counted in lab.counters().values()} <= {3, 4, 6, 8}


def test_rollback_reopens_a_group_that_went_through(fabrikam: Site, tmp_path: Path) -> None:
    lab = lab_of(fabrikam)
    fabrikam.set_up("enable", "disable")
    variables = {"configmgr_tls_hosts": "management_point", "configmgr_tls_rollback_stage": "disable"}
    fabrikam.playbook(PLAYBOOKS / "rollback.yml", variables=variables).expect_ok()
    reopened = {host for host in fabrikam.hosts if older_protocols(lab, host)}
    assert reopened == {"FMP1", "FMP2"}
    assert broken(lab) == set()
    verified = fabrikam.playbook(PLAYBOOKS / "verify.yml", variables={"configmgr_tls_report_dir": str(tmp_path)})
    assert verified.exit_code == 0, verified.output[-4000:]
    seen = json.loads((tmp_path / "verify.json").read_text(encoding="utf-8"))["probes"]["endpoints"]
    accepting = {row["host"] for row in seen if set(row["accepted"]) - MODERN}
    assert accepting == {"FMP1", "FMP2"}


def test_a_port_that_nobody_answers_on_is_unknown_and_shuts_the_gate(fabrikam: Site, tmp_path: Path) -> None:
    some = ["FSQL1", "FSQL2", "FMP1", "FPC10"]
    fabrikam.set_up("enable", limit=some)
    outcome, document = enforce(fabrikam, tmp_path, limit=some, configmgr_tls_port_sql=1444)
    assert outcome.exit_code != 0
    codes = {(row["host"], row["code"]) for row in document["gate"]["reasons"]}
    assert codes == {("FSQL1", "endpoint-unknown"), ("FSQL2", "endpoint-unknown")}
    assert all(untouched(lab_of(fabrikam), host) for host in fabrikam.hosts)


def test_a_batch_that_cannot_be_looked_at_is_taken_back(fabrikam: Site, tmp_path: Path) -> None:
    lab, some = lab_of(fabrikam), ["FPC10", "FPC11"]
    fabrikam.set_up("enable", limit=some)
    wait = tmp_path / "wait"
    wait.write_text("300", encoding="utf-8")
    before = {host: lab.dump(host)["registry"] for host in some}
    thread = when_turned_off(lab, "FPC10", lambda: wait.write_text("5m", encoding="utf-8"))
    wanted = {"configmgr_tls_health_wait": f"{{{{ lookup('file', '{wait}') }}}}"}
    outcome, document = enforce(fabrikam, tmp_path, limit=some, **wanted)
    assert outcome.exit_code == 2 and document["gate"]["open"], document["gate"]
    thread.join()
    (row,) = (row for row in document["stages"] if row["hosts"] == ["FPC10"])
    assert row["state"] == "taken_back"
    because = "because of FPC10: it could not be looked at from outside (FPC10: tls_verify_info: argument 'wait'"
    assert because in row["note"]
    assert "it does not talk yet: it could not be looked at" in row["note"]
    assert {host: lab.dump(host)["registry"] for host in some} == before
