# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hierarchy as inventory: what it tells of a site, how often it asks, what it says of failures, a run with it."""

from __future__ import annotations

import itertools
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT, WHOLE, Site, environment_of_ansible, start_lab

from configmgr_lab.control.client import LabClient

pytestmark = pytest.mark.seam

ENFORCE = ROOT / "playbooks" / "enforce_tls12.yml"
PROVIDERS = {"contoso": "CM1", "fabrikam": "FPROV1"}
# A console is nothing that ConfigMgr knows of.
NOT_KNOWN = {"admin_console"}
OWN = re.compile("configmgr|site_[A-Z0-9]{3}|restart_group_[0-9]+")
Listed = tuple[int, dict[str, Any], str]


@pytest.fixture(params=sorted(PROVIDERS))
def estate(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, LabClient, str]]:
    """A lab with the folder for its inventory files, and the name of its SMS Provider."""
    lab, client = start_lab(tmp_path / "lab", site=request.param)
    try:
        yield Site(tmp_path / "lab" / "inventory.yml", tmp_path, client), client, PROVIDERS[request.param]
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture(scope="module")
def contoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, LabClient]]:
    folder = tmp_path_factory.mktemp("inventory")
    lab, client = start_lab(folder / "lab")
    try:
        yield Site(folder / "lab" / "inventory.yml", folder, client), client
    finally:
        lab.__exit__(None, None, None)


def options(site: Site, provider: str, **changed: Any) -> dict[str, Any]:
    row = site.variables[provider]
    port = row.get("configmgr_tls_port_adminservice", 443)
    return {
        "plugin": "configmgr.tls.configmgr",
        "url": f"https://{row['ansible_host']}:{port}",
        "authentication": "ntlm",
        "user": row["ansible_user"],
        "password": next(other["ansible_password"] for other in site.variables.values() if "ansible_password" in other),
        "ca_path": str(site.inventory.parent / "ca.pem"),
        "clients": True,
        "hostnames": "short",
        "retries": 0,
        **changed,
    }


def written(folder: Path, content: dict[str, Any], name: str = "lab.configmgr.yml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def listed(path: Path) -> Listed:
    """Exit code, what ansible-inventory lists, and what it says besides."""
    with tempfile.TemporaryDirectory() as name:
        printed, said = Path(name) / "printed", Path(name) / "said"
        assert Site.warm is not None
        arguments = ["--inventory", str(path), "--list"]
        code = Site.warm.run("inventory", arguments, environment_of_ansible(Path(name)), path.parent, printed, said)
        tree = json.loads(printed.read_text(encoding="utf-8")) if code == 0 else {}
        return code, tree, said.read_text(encoding="utf-8")


def groups(tree: dict[str, Any]) -> dict[str, set[str]]:
    """Hosts by role group."""
    rows = {name: set(row.get("hosts", ())) for name, row in tree.items() if name not in ("_meta", "all", "ungrouped")}
    return {name: hosts for name, hosts in rows.items() if hosts and not OWN.fullmatch(name)}


@pytest.mark.parametrize("method", ["ntlm", "negotiate", "basic"])
def test_it_equals_the_site(estate: tuple[Site, LabClient, str], tmp_path: Path, method: str) -> None:
    site, _lab, provider = estate
    code, tree, said = listed(written(tmp_path / "given", options(site, provider, authentication=method)))
    assert code == 0, said
    expected = {
        name: set(hosts) for name, hosts in site.groups.items() if name not in ("all", "ungrouped", "configmgr")
    }
    assert groups(tree) == {name: hosts for name, hosts in expected.items() if name not in NOT_KNOWN}
    variables = tree["_meta"]["hostvars"]
    assert set(variables) == set(site.hosts)
    assert all(row["configmgr_site_code"] and row["configmgr_release"] >= 2309 for row in variables.values())
    assert "Lab-Only" not in json.dumps(tree) + said


def test_pages_are_put_together(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, lab = contoso
    _code, whole, _said = listed(written(tmp_path / "a", options(site, "CM1")))
    lab.admin_service_reset(page=7)
    for number, size in enumerate((3, 7, 1000)):
        code, tree, said = listed(written(tmp_path / str(number), options(site, "CM1", page_size=size)))
        assert code == 0, said
        assert (groups(tree) == groups(whole)) is (size != 1000), size
    lab.admin_service_reset()


@pytest.mark.both_cores
def test_with_a_cache_the_second_time_asks_nobody(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, lab = contoso
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    path = written(tmp_path / "given", options(site, "CM1", **cached))
    lab.admin_service_reset()
    first = listed(path)
    asked = lab.admin_service_requests()
    assert len(asked) == 5 and not any("$select" in request for request in asked)
    assert listed(path) == first
    assert lab.admin_service_requests() == asked


def test_a_part_of_the_clients(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, _lab = contoso
    given = {"clients_collection": "SMS00001", "clients_activity": True}
    _code, tree, _said = listed(written(tmp_path / "a", options(site, "CM1", **given)))
    assert groups(tree)["client"] == set(site.groups["client"])
    variables = tree["_meta"]["hostvars"]
    assert {variables[host]["configmgr_client_active"] for host in groups(tree)["client"]} == {True}
    assert len({variables[host]["configmgr_resource_id"] for host in groups(tree)["client"]}) == len(
        groups(tree)["client"]
    )
    assert {variables[host]["configmgr_client_online"] for host in groups(tree)["client"]} == {True}
    _code, tree, _said = listed(written(tmp_path / "b", options(site, "CM1", clients_collection="SMS000ZZ")))
    assert "client" not in groups(tree)
    _code, tree, _said = listed(written(tmp_path / "c", options(site, "CM1", clients_filter="Name eq 'PC10'")))
    assert groups(tree)["client"] == {"PC10"}
    _code, tree, _said = listed(written(tmp_path / "d", options(site, "CM1", clients_limit=2)))
    assert len(groups(tree)["client"]) == 2


@pytest.mark.both_cores
def test_what_is_composed_sees_the_variables(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, _lab = contoso
    more = {
        "compose": {"ansible_port": "5986", "shown": "configmgr_roles | join('+')"},
        "groups": {"old": "'site_database' in configmgr_roles"},
        "keyed_groups": [{"key": "configmgr_site_type", "prefix": "type"}],
    }
    _code, tree, said = listed(written(tmp_path, options(site, "CM1", **more)))
    assert tree["old"]["hosts"] == ["SQL1"], said
    assert set(tree["type_primary"]["hosts"]) == set(site.hosts)
    assert tree["_meta"]["hostvars"]["SMP1"]["shown"] == {
        "__ansible_unsafe": "state_migration_point+fallback_status_point"
    }


Change = Callable[[LabClient], None]
FAILURES: dict[str, tuple[Change, dict[str, Any]]] = {
    "admin_service_unreachable": (lambda lab: lab.set_fault("CM1", "close_after_handshake"), {}),
    "admin_service_time_out": (lambda lab: lab.set_fault("CM1", "page_hangs"), {"timeout": 0.5}),
    "admin_service_login": (lambda lab: None, {"authentication": "basic", "password": "Wrong-Only-For-Tests-1!"}),
    "admin_service_ntlm": (lambda lab: None, {"password": "Wrong-Only-For-Tests-1!"}),
    "admin_service_forbidden": (lambda lab: lab.set_fault("CM1", "page_status", code=403), {}),
    "admin_service_not_found": (lambda lab: lab.set_fault("CM1", "page_status", code=404), {}),
    "admin_service_failed": (lambda lab: lab.set_fault("CM1", "page_status", code=500), {}),
    "admin_service_answer": (lambda lab: lab.set_fault("CM1", "page_body", body='{"value": ['), {}),
    "admin_service_certificate": (lambda lab: None, {"ca_path": None}),
}


@pytest.mark.parametrize("code", sorted(FAILURES))
def test_a_failure_names_the_place_the_attempt_and_the_remedy(
    contoso: tuple[Site, LabClient], tmp_path: Path, code: str
) -> None:
    site, lab = contoso
    disturb, changed = FAILURES[code]
    disturb(lab)
    try:
        status, _tree, said = listed(written(tmp_path, options(site, "CM1", **changed)))
    finally:
        lab.clear_faults("CM1")
    told = " ".join(said.split())
    assert status != 0
    assert f"could not read the class SMS_Site ({code})" in told
    assert site.variables["CM1"]["ansible_host"] in told and "lab.configmgr.yml" in told
    assert "Lab-Only" not in told and "Wrong-Only" not in told and "Traceback" not in told


def test_an_answer_without_rows_is_told(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, lab = contoso
    lab.set_fault("CM1", "page_body", body='{"value": [1]}')
    try:
        _status, _tree, said = listed(written(tmp_path, options(site, "CM1")))
    finally:
        lab.clear_faults("CM1")
    assert "the answer has no rows" in " ".join(said.split())


def test_a_closed_port(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, _lab = contoso
    address = site.variables["PC10"]["ansible_host"]
    _status, _tree, said = listed(written(tmp_path, options(site, "CM1", url=f"https://{address}")))
    assert "(admin_service_unreachable)" in " ".join(said.split())


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"url": None}, "url is missing"),
        ({"url": "http://cm01"}, "give an address like https://"),
        ({"clients_collection": "x' or 1 eq 1"}, "give an id like SMS00001"),
        ({"source": "registry"}, "site_server is missing"),
        ({"hostnames": "nice"}, "hostnames"),
    ],
)
def test_a_mistake_in_the_file(
    contoso: tuple[Site, LabClient], tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    site, _lab = contoso
    content = {name: value for name, value in options(site, "CM1", **changed).items() if value is not None}
    status, _tree, said = listed(written(tmp_path, content))
    assert status != 0 and told in " ".join(said.split())


def test_the_registry_of_a_site_server_tells_its_servers(contoso: tuple[Site, LabClient], tmp_path: Path) -> None:
    site, _lab = contoso
    names = [name for name in site.variables["CM1"] if name.startswith("ansible_")]
    content = {
        "plugin": "configmgr.tls.configmgr",
        "source": "registry",
        "site_server": "CM1",
        "site_server_variables": {name: site.variables["CM1"][name] for name in names},
        "hostnames": "short",
    }
    code, tree, said = listed(written(tmp_path, content))
    assert code == 0, said
    assert groups(tree) == {"site_server": {"CM1"}, "site_database": {"SQL1"}}
    assert tree["_meta"]["hostvars"]["CM1"]["configmgr_release"] == 2309
    content["site_server_variables"]["ansible_password"] = "Wrong-Only-For-Tests-1!"
    code, _tree, said = listed(written(tmp_path, content))
    assert code != 0 and "(site_server_unread): auth_rejected" in " ".join(said.split())


def over(connection: str, row: dict[str, Any], ca_path: str) -> dict[str, Any]:
    """The variables that reach a machine of the lab over this connection, with basic where it listens for that."""
    scheme = row.get("ansible_winrm_scheme") or row.get("ansible_psrp_protocol")
    method = row.get("ansible_winrm_transport") or row.get("ansible_psrp_auth")
    names = ("ansible_host", "ansible_port", "ansible_user", "ansible_password")
    common = {"ansible_connection": connection, **{name: row[name] for name in names}}
    common |= {name: value for name, value in row.items() if name.startswith("configmgr_tls_port")}
    sealed = "auto" if scheme == "https" else "always"
    if connection == "winrm":
        own = {"transport": method, "scheme": scheme, "ca_trust_path": ca_path, "message_encryption": sealed}
    else:
        own = {"auth": method, "protocol": scheme, "ca_cert": ca_path, "message_encryption": sealed}
    return common | {f"ansible_{connection}_{name}": value for name, value in own.items()}


# Most other playbooks of these tests run over winrm.
STAGED = [("contoso", "psrp"), ("fabrikam", "ssh")]
ALL_STAGED = list(itertools.product(sorted(PROVIDERS), ["winrm", "psrp", "ssh"]))


@pytest.mark.parametrize(("name", "connection"), ALL_STAGED if WHOLE else STAGED)
def test_a_staged_run_with_this_inventory(tmp_path: Path, name: str, connection: str) -> None:
    running, lab = start_lab(tmp_path / "lab", site=name, connection="ssh" if connection == "ssh" else "")
    try:
        site = Site(tmp_path / "lab" / "inventory.yml", tmp_path, lab)
        staged_run(site, lab, PROVIDERS[name], tmp_path, connection)
    finally:
        running.__exit__(None, None, None)


def staged_run(site: Site, lab: LabClient, provider: str, tmp_path: Path, connection: str) -> None:
    folder = tmp_path / "given"
    ca_path = str(site.inventory.parent / "ca.pem")
    written(folder, options(site, provider))
    for name, row in site.variables.items():
        given = row if connection == "ssh" else over(connection, row, ca_path)
        written(folder / "host_vars", given, f"{name}.yml")
    with_it = Site(folder, tmp_path, lab)
    report = {"configmgr_tls_report_dir": str(tmp_path / "report")}
    with_it.playbook(ENFORCE, variables=report).expect_ok()
    document = json.loads((tmp_path / "report" / "enforce_tls12.json").read_text(encoding="utf-8"))
    assert set(document["hosts"]) == set(site.hosts)
    assert document["summary"]["changed"] == len(site.hosts)
    assert not {host["status"] for host in document["hosts"].values()} & {"stopped", "unreachable", "not_read"}
    if WHOLE:
        again = with_it.playbook(ENFORCE, variables=report).expect_ok()
        assert not any(result.changed for result in again.results)
