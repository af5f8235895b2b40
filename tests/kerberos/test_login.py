# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins with Kerberos alone: tickets and passwords, winrm and psrp, sealed and bound, the inventory, whole runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml
from realm_site import REALM
from support import ROOT, Site, collections_path

from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService, Login
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from configmgr_lab.control.client import LabClient
from configmgr_lab.installers.packages import write_packages

ENFORCE = ROOT / "playbooks" / "enforce_tls12.yml"
PROVIDER = "https://cm1.contoso.example"
PASSWORD = "Lab-Only-7Pz!contoso"
USER = f"svc-tls@{REALM}"


def methods(lab: LabClient) -> set[str]:
    """How everything that was recorded had logged in."""
    return {row["auth"] for row in lab.requests() if row["status"] == 200}


def test_a_ticket_is_enough(site: Site, lab: LabClient, ticket: Path) -> None:
    site.module("tls_facts", variables={"ansible_password": None, "ansible_winrm_kinit_mode": "manual"}).expect_ok()
    assert methods(lab) == {"kerberos"}


def test_a_password_is_enough(site: Site, lab: LabClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'none'}")
    # The winrm plugin hands its cache on in the environment, which threads share.
    site.module("tls_facts", limit=["CM1", "SQL1", "MP1", "MP2"], forks=1).expect_ok()
    assert methods(lab) == {"kerberos"}


def test_a_login_that_is_bound_is_taken_where_it_must_be(site: Site, lab: LabClient, ticket: Path) -> None:
    for host in ("CM1", "SQL1"):
        lab.set_fault(host, "binding_strict")
    site.module("tls_facts", limit=["CM1", "SQL1"], variables={"ansible_winrm_kinit_mode": "manual"}).expect_ok()


def test_a_job_of_a_runner_logs_in_with_its_credential(site: Site, lab: LabClient, tmp_path: Path) -> None:
    inventory = yaml.safe_load(site.inventory.read_text(encoding="utf-8"))
    for row in inventory["all"]["hosts"].values():
        row.pop("ansible_user")
        row.pop("ansible_password", None)
    for part in ("inventory", "env"):
        (tmp_path / part).mkdir()
    (tmp_path / "project").symlink_to(ROOT / "playbooks")
    (tmp_path / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    environment = {"ANSIBLE_COLLECTIONS_PATH": collections_path()}
    (tmp_path / "env" / "envvars").write_text(yaml.safe_dump(environment), encoding="utf-8")
    # What AWX does with a machine credential.
    (tmp_path / "env" / "passwords").write_text(yaml.safe_dump({"SSH [pP]assword:": PASSWORD}), encoding="utf-8")
    (tmp_path / "env" / "cmdline").write_text(f"-u {USER} --ask-pass", encoding="utf-8")
    job = ansible_runner.run(private_data_dir=str(tmp_path), playbook="audit.yml", quiet=True, limit="CM1:SQL1:MP1:MP2")
    assert job.rc == 0, job.stdout.read()
    assert methods(lab) == {"kerberos"}


def service(site: Site, method: str, user: str | None = USER, password: str | None = PASSWORD) -> AdminService:
    login = Login(method, user, password)
    return AdminService(
        PROVIDER, login, verify=str(site.inventory.parent / "ca.pem"), timeout=10, retries=0, page_size=1000
    )


@pytest.mark.parametrize("method", ["kerberos", "negotiate"])
@pytest.mark.parametrize("by", ["password", "ticket"])
def test_the_inventory_of_a_site_that_refuses_ntlm(
    site: Site, lab: LabClient, ticket: Path, monkeypatch: pytest.MonkeyPatch, method: str, by: str
) -> None:
    lab.admin_service_reset()
    if by == "password":
        monkeypatch.setenv("KRB5CCNAME", "FILE:/none")
    asked = service(site, method) if by == "password" else service(site, method, None, None)
    assert [row["SiteCode"] for row in asked.rows("SMS_Site")] == ["PS1"]
    assert lab.admin_service_logons() == ["kerberos"] and asked.not_kerberos is None


@pytest.mark.parametrize(
    ("method", "login", "code", "said"),
    [
        ("ntlm", ("svc-tls", PASSWORD), "admin_service_ntlm", "NTLM was refused"),
        ("negotiate", (f"svc-tls@{REALM}", None), "kerberos_no_ticket", "no Kerberos ticket"),
        ("negotiate", (None, None), "kerberos_no_ticket", "no Kerberos ticket"),
        ("negotiate", ("svc-tls@OTHER.EXAMPLE", PASSWORD), "admin_service_ntlm", "does not know the Kerberos realm"),
        ("negotiate", (USER, "Wrong-Only-For-Tests-1!"), "kerberos_password", "rejected the password"),
        ("kerberos", (USER, "Wrong-Only-For-Tests-1!"), "kerberos_password", "rejected the password"),
    ],
)
def test_why_the_inventory_cannot_be_read(
    site: Site, lab: LabClient, method: str, login: tuple[Any, Any], code: str, said: str
) -> None:
    lab.admin_service_reset()
    with pytest.raises(Failure) as raised:
        service(site, method, *login).rows("SMS_Site")
    assert raised.value.code == code and said in str(raised.value) and raised.value.remedy
    assert lab.admin_service_logons() == []
    assert "Only" not in str(raised.value)


@pytest.mark.seam
def test_a_whole_run_knows_nothing_but_kerberos(site: Site, lab: LabClient, ticket: Path, tmp_path: Path) -> None:
    given = tmp_path / "given"
    (given / "host_vars").mkdir(parents=True)
    plugin = {
        "plugin": "configmgr.tls.configmgr",
        "url": PROVIDER,
        "authentication": "kerberos",
        "user": USER,
        "password": PASSWORD,
        "ca_path": str(site.inventory.parent / "ca.pem"),
        "clients": True,
        "hostnames": "short",
    }
    (given / "lab.configmgr.yml").write_text(yaml.safe_dump(plugin), encoding="utf-8")
    for name, row in site.variables.items():
        (given / "host_vars" / f"{name}.yml").write_text(yaml.safe_dump(row), encoding="utf-8")
    lab.admin_service_reset()
    run = Site(given, tmp_path, lab)
    # winrm and psrp, over https and http, and ssh.
    each_way = ["CM1", "SQL1", "MP1", "MP2", "PC11"]
    first = run.playbook(ENFORCE, limit=each_way).expect_ok()
    assert {result.host for result in first.results if result.changed} == set(each_way)
    assert methods(lab) == set(lab.admin_service_logons()) == {"kerberos"}
    again = run.playbook(ENFORCE, limit=each_way).expect_ok()
    assert not any(result.changed for result in again.results)


@pytest.mark.parametrize("by", ["password", "ticket"])
def test_an_update_is_pushed_with_the_login_of_the_connection(
    site: Site, lab: LabClient, ticket: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, by: str
) -> None:
    if by == "password":
        monkeypatch.setenv("KRB5CCNAME", "FILE:/none")
    write_packages(tmp_path / "files")
    (manifest,) = site.module("tls_update_manifest", {"folder": str(tmp_path / "files")}, limit=["SQL1"]).results
    assert manifest.status == "ok", manifest.data["msg"]
    variables = {"ansible_winrm_kinit_mode": "manual", "ansible_password": None} if by == "ticket" else {}
    given = {"source": str(tmp_path / "files"), "transfer": "smb", "restart": True, "timeout": 60}
    (result,) = site.module("tls_update", given, limit=["MP1"], variables=variables).results
    assert result.status == "ok", result.data["msg"]
    assert [row["state"] for row in result.data["packages"]] == ["installed"]
    assert set(lab.smb_logons("MP1")) == {"kerberos"}
    assert methods(lab) == {"kerberos"}
