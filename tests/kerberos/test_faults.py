# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a Kerberos login, planted: the code, the remedy, and the step at which it is found."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from realm_site import REALM, kadmin, kinit, kinit_by_a_clock
from support import Site

from configmgr_lab.control.client import LabClient

WINRM, PSRP = "CM1", "SQL1"
"""Over https; the others of their kind are over http."""
HTTP = {WINRM: "MP1", PSRP: "MP2"}
NO_LOGIN = {"ansible_user": None, "ansible_password": None}
EXPIRED_HOURS = 2


@dataclass
class World:
    """What a fault may change; all of it is as it was for the next test."""

    site: Site
    lab: LabClient
    patch: pytest.MonkeyPatch
    folder: Path

    @property
    def login(self) -> tuple[str, str]:
        row = self.site.variables[WINRM]
        return row["ansible_user"], row["ansible_password"]

    def address(self, host: str) -> str:
        return str(next(row["address"] for row in self.lab.status()["hosts"] if row["name"] == host))

    def configuration(self, *more: str, without: str = "") -> None:
        """The realm's krb5.conf with these lines for all realms."""
        text = Path(os.environ["KRB5_CONFIG"]).read_text(encoding="utf-8").replace(without or "\0", "")
        changed = self.folder / "krb5.conf"
        changed.write_text(text.replace("[libdefaults]\n", "\n ".join(("[libdefaults]", *more)) + "\n"), "utf-8")
        self.patch.setenv("KRB5_CONFIG", str(changed))


@dataclass(frozen=True)
class Planted:
    """``step``: of tls_connection_info; ``hosts``: on which of the two it can be seen."""

    code: str
    plant: Callable[[World], Any] = lambda world: None
    variables: dict[str, Any] = field(default_factory=dict)
    step: str = "login"
    hosts: tuple[str, ...] = (WINRM, PSRP)
    seen_by_login: str = ""
    """The code of a plain visit, where only tls_connection_info finds the real reason."""


def expired(world: World) -> None:
    world.lab.realm(ahead=-3600 * EXPIRED_HOURS)
    kinit_by_a_clock(-3600 * EXPIRED_HOURS, *world.login, "-l", "1h")
    world.lab.realm()


def wrong_clock(world: World) -> None:
    world.configuration("kdc_timesync = 0")
    world.lab.realm(ahead=1200)


OTHER_HOST = {
    "ansible_winrm_kerberos_hostname_override": "dp1.contoso.example",
    "ansible_psrp_negotiate_hostname_override": "dp1.contoso.example",
}
UNBOUND = {"ansible_winrm_send_cbt": False, "ansible_psrp_negotiate_send_cbt": False}
FAULTS = {
    "no ticket": Planted("kerberos_no_ticket", variables=NO_LOGIN, step="controller"),
    "expired ticket": Planted("kerberos_ticket_expired", expired, NO_LOGIN, step="controller"),
    "wrong password": Planted("kerberos_password", variables={"ansible_password": "Wrong-Only-For-Tests-1!"}),
    "unknown user": Planted("kerberos_user_unknown", variables={"ansible_user": f"nobody@{REALM}"}),
    "locked account": Planted("kerberos_account", lambda world: kadmin("modprinc -allow_tix svc-tls")),
    "unknown realm": Planted("kerberos_realm_unknown", variables={"ansible_user": "svc-tls@OTHER.EXAMPLE"}),
    "no domain controller": Planted("kerberos_kdc_unreachable", lambda world: world.lab.realm(running=False)),
    "no configuration": Planted(
        "kerberos_configuration", lambda world: world.patch.setenv("KRB5_CONFIG", "/none"), step="controller",
        seen_by_login="kerberos_realm_unknown",
    ),
    "broken configuration": Planted("kerberos_configuration", lambda world: world.configuration("= [ nonsense")),
    "no common encryption": Planted(
        "kerberos_encryption_type", lambda world: world.configuration("permitted_enctypes = aes128-cts-hmac-sha1-96")
    ),
    "controller's clock": Planted("kerberos_clock", wrong_clock),
    "host's clock": Planted(
        "kerberos_clock",
        lambda world: [world.lab.set_fault(host, "clock", seconds=-1000) for host in (WINRM, PSRP)],
        seen_by_login="kerberos_refused",
    ),
    "keys of another host": Planted("kerberos_refused", variables=OTHER_HOST),
    "not bound": Planted(
        "channel_binding",
        lambda world: [world.lab.set_fault(host, "binding_strict") for host in (WINRM, PSRP)],
        UNBOUND,
    ),
    "bound to another certificate": Planted(
        "tls_proxy",
        lambda world: world.lab.set_fault(PSRP, "tls_proxy"),
        hosts=(PSRP,),
        seen_by_login="kerberos_refused",
    ),
}  # fmt: skip


@pytest.fixture
def world(site: Site, lab: LabClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    # A login of the winrm plugin leaves its own cache here.
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'cache'}")
    yield World(site, lab, monkeypatch, tmp_path)
    monkeypatch.undo()
    lab.realm()
    kadmin("modprinc +allow_tix svc-tls")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_has_a_code_a_remedy_and_a_step(world: World, name: str) -> None:
    planted = FAULTS[name]
    planted.plant(world)
    how: dict[str, Any] = {"limit": planted.hosts, "variables": planted.variables, "forks": 1}
    for result in world.site.module("tls_facts", **how).results:
        said = result.data["error"]
        assert (result.status, said["code"]) == ("unreachable", planted.seen_by_login or planted.code), said
        assert said["remedy"] in result.data["msg"]
    for result in world.site.module("tls_connection_info", **how).results:
        found = result.data
        assert (result.status, found["code"], found["failed_step"]) == ("failed", planted.code, planted.step), found
        assert found["remedy"] in found["msg"]
        after = [step["status"] for step in found["steps"][[s["step"] for s in found["steps"]].index(planted.step) :]]
        assert after[0] == "failed" and set(after[1:]) <= {"skipped"}
        assert "Lab-Only" not in str(result.data) and "Wrong-Only" not in str(result.data)


def test_an_address_has_no_service(world: World) -> None:
    for host in (HTTP[WINRM], HTTP[PSRP]):
        (found,) = world.site.module("tls_facts", limit=[host], variables={"ansible_host": world.address(host)}).results
        assert found.code == "kerberos_service_unknown"


def test_delegation_that_the_domain_refuses_is_left_out(world: World) -> None:
    kadmin("modprinc -allow_forwardable svc-tls")
    try:
        delegated = {"ansible_winrm_kerberos_delegation": True, "ansible_psrp_negotiate_delegate": True}
        world.site.module("tls_facts", limit=(WINRM, PSRP), variables=delegated, forks=1).expect_ok()
    finally:
        kadmin("modprinc +allow_forwardable svc-tls")


def test_a_healthy_way_is_told_step_by_step(world: World) -> None:
    kinit(*world.login)
    for result in world.site.module("tls_connection_info", limit=(WINRM, HTTP[PSRP]), forks=1).expect_ok().results:
        steps = {row["step"]: row["status"] for row in result.data["steps"]}
        assert list(steps) == ["controller", "name", "port", "tls", "offers", "login", "command"]
        assert set(steps.values()) == ({"ok"} if result.host == WINRM else {"ok", "skipped"})
        assert result.data["target"]["service"].endswith(f"/{result.host.lower()}.contoso.example")
        assert result.data["controller"]["kerberos"]["realm"] == REALM
        assert abs(result.data["clock_difference"]) <= 2


def test_the_ticket_is_shown_without_a_secret(world: World) -> None:
    kinit(*world.login)
    (result,) = world.site.module("tls_connection_info", limit=(PSRP,), variables=NO_LOGIN).expect_ok().results
    ticket = result.data["controller"]["kerberos"]["ticket"]
    assert ticket["principal"] == f"svc-tls@{REALM}" and ticket["seconds_left"] > 0
    assert subprocess.run(["klist", "-s"], check=False).returncode == 0


def test_what_the_controller_lacks_is_said_once(world: World) -> None:
    limit = [host for host in world.site.hosts if world.site.variables[host]["ansible_connection"] == "psrp"]
    # All alike but for the port: one that differs would let the run go on.
    alike = {**NO_LOGIN, "ansible_psrp_protocol": "http", "ansible_port": 5985}
    first, *_others = world.site.module(
        "tls_connection_info", {"scope": "controller"}, limit=limit, variables=alike
    ).results
    assert first.code == "kerberos_no_ticket" and f"all {len(limit)} machines; none was visited" in first.data["msg"]
    assert not world.lab.requests()
    mixed = world.site.module("tls_connection_info", {"scope": "controller"}, variables=NO_LOGIN)
    assert mixed.exit_code == 0
