# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped site is whole, and a wrong site file is refused with its place and problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from configmgr_lab.machine.clock import ManualClock
from configmgr_lab.site import ROLES, BadSite, load_site

HOST = {
    "name": "A",
    "address": "0.1",
    "image": "windows-8.1",
    "roles": ["client"],
    "connection": "winrm",
    "auth": "basic",
}
SITE = {
    "name": "small",
    "domain": "small.example",
    "site_code": "S01",
    "version": "5.00.9122.1000",
    "site_server": "A",
    "database_server": "A",
    "user": "u",
    "password": "p",
    "hosts": [HOST],
}


# Roles that other sites have.
ELSEWHERE = {
    "passive_site_server", "secondary_site", "cmg_connection_point", "pull_distribution_point", "cloud_gateway",
}  # fmt: skip


def write(tmp_path: Path, **changes: Any) -> str:
    path = tmp_path / "site.yml"
    path.write_text(yaml.safe_dump({**SITE, **changes}), encoding="utf-8")
    return str(path)


def test_contoso_has_every_role_and_way_to_connect() -> None:
    site = load_site("contoso")
    rows = [machine.site_host for machine in site.machines.values()]
    assert {role for row in rows for role in row.roles} == set(ROLES) - ELSEWHERE
    assert {(row.connection, row.auth) for row in rows} == {
        ("winrm", "basic"), ("winrm", "ntlm"), ("psrp", "basic"), ("psrp", "ntlm"),
    }  # fmt: skip
    assert len(rows) == 17


def test_every_host_of_contoso_restarts_and_answers() -> None:
    clock = ManualClock()
    site = load_site("contoso", clock=clock)
    for machine in site.machines.values():
        assert machine.run("shutdown /r /t 0", user="svc-tls").exit_code == 0
    clock.advance(10)
    for name, machine in site.machines.items():
        assert machine.restarts == 1
        assert machine.run("hostname", user="svc-tls").stdout == f"{name}\r\n".encode()
        assert machine.dump()["registry"] == machine.image_dump()["registry"]


def test_variables_of_the_site_stand_in_the_registry() -> None:
    registry = load_site("contoso").machines["CM1"].registry
    assert registry.text("HKLM\\SOFTWARE\\Microsoft\\SMS\\Identification", "Site Code") == "PS1"
    assert registry.text("HKLM\\SOFTWARE\\Microsoft\\SMS\\Setup", "Full Version") == "5.00.9122.1000"
    assert registry.text("HKLM\\SOFTWARE\\Microsoft\\SMS\\SQL Server", "Server") == "SQL1.contoso.example"
    assert registry.key("HKLM\\SOFTWARE\\Microsoft\\SMS\\Triggers\\PS1") is not None


def test_clients_are_added_with_addresses_of_their_own() -> None:
    site = load_site("contoso", network="127.5", clients=300)
    rows = [machine.site_host for machine in site.machines.values()]
    assert len({row.address for row in rows}) == 317
    assert (rows[17].name, rows[17].address, rows[-1].name, rows[-1].address) == (
        "CL0001",
        "127.5.10.1",
        "CL0300",
        "127.5.11.50",
    )


def test_inventory() -> None:
    tree = load_site("contoso").inventory("/ca.pem")["all"]
    groups = tree["children"]["configmgr"]["children"]
    assert set(groups) == set(ROLES) - ELSEWHERE
    assert groups["management_point"] == {"hosts": {"MP1": None, "MP2": None}}
    assert tree["hosts"]["MP2"] == {
        "ansible_host": "127.77.0.22",
        "ansible_connection": "winrm",
        "ansible_port": 5985,
        "ansible_user": "svc-tls",
        "ansible_password": "Lab-Only-7Pz!contoso",
        "ansible_winrm_transport": "ntlm",
        "ansible_winrm_scheme": "http",
        "ansible_winrm_ca_trust_path": "/ca.pem",
        "ansible_winrm_message_encryption": "always",
    }
    assert tree["hosts"]["SQL1"]["ansible_psrp_protocol"] == "https"
    assert tree["hosts"]["SQL1"]["ansible_port"] == 5986


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"hosts": []}, "at least one host"),
        ({"hosts": ["A"]}, "a host is no mapping"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"site_code": "LONG"}, "site_code 'LONG'"),
        ({"hosts": [HOST, HOST]}, "name A is given to more than one host"),
        ({"hosts": [HOST, {**HOST, "name": "B"}]}, "address 127.77.0.1 is given to more than one host"),
        ({"hosts": [{**HOST, "address": "0.999"}]}, "host A: address '0.999'"),
        ({"hosts": [{**HOST, "auth": "digest"}]}, "auth 'digest' is none of"),
        ({"hosts": [{**HOST, "auth": "kerberos"}]}, "needs kerberos: true"),
        ({"kerberos": "yes please"}, "must be true or false"),
        ({"hosts": [{**HOST, "connection": "telnet"}]}, "connection 'telnet' is none of"),
        ({"hosts": [{**HOST, "roles": ["king"]}]}, "role 'king' is none of"),
        ({"hosts": [{**HOST, "locale": "xx"}]}, "no messages in locale 'xx'"),
        ({"hosts": [{**HOST, "name": "has space"}]}, "the name must be"),
        ({"hosts": [{"name": "A"}]}, "host A: address is missing"),
    ],
)
def test_a_wrong_site_is_refused(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadSite, match=problem):
        load_site(write(tmp_path, **changes))


def test_a_site_that_is_not_there() -> None:
    with pytest.raises(BadSite, match="neither a file that can be read nor one of: contoso"):
        load_site("nowhere")


def test_a_network_that_is_none() -> None:
    with pytest.raises(BadSite, match="network '10'"):
        load_site("contoso", network="10")


def test_clients_need_their_images(tmp_path: Path) -> None:
    with pytest.raises(BadSite, match="client_images is missing"):
        load_site(write(tmp_path), clients=1)


def test_a_site_says_how_long_programs_take(tmp_path: Path) -> None:
    assert load_site("contoso").machines["CM1"].program_seconds == 0.0
    slow = load_site("contoso", program_seconds=0.02, powershell_seconds=0.3).machines["CM1"]
    assert (slow.program_seconds, slow.powershell_seconds) == (0.02, 0.3)
    for wrong in (-1, 2.5):
        with pytest.raises(BadSite, match="program_seconds"):
            load_site("contoso", program_seconds=wrong)
