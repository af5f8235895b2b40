# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back: after both stages each machine is what it was, and nobody else's work is undone."""

from __future__ import annotations

from support import Site

from configmgr_lab.control.client import LabClient

STRONG = (r"HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319", "SchUseStrongCrypto")
TLS12 = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server"
ENABLE = {"configmgr.tls.tls_settings": {"stage": "enable"}}
DISABLE = {"configmgr.tls.tls_settings": {"stage": "disable"}}
RESTART = {"configmgr.tls.tls_restart": {"delay": 0}}
ROLLBACK = {"configmgr.tls.tls_rollback": {}}
SAMPLE = ["CM1", "MP2", "DP1", "RP1"]
"""winrm with basic and NTLM, psrp with basic and NTLM."""


def assert_as_installed(lab: LabClient, *hosts: str) -> None:
    for host in hosts:
        now, image = lab.dump(host), lab.image(host)
        differing = {
            key for key in now["registry"] | image["registry"] if now["registry"].get(key) != image["registry"].get(key)
        }
        assert not differing, host


def test_after_both_stages_a_rollback_restores_every_registry(updated_site: Site) -> None:
    """On a site whose updates are installed, so that no machine is kept back from the disable stage."""
    site, lab = updated_site, updated_site.lab
    assert lab is not None
    both = site.tasks([ENABLE, RESTART, DISABLE], forks=20).expect_ok()
    assert all(result.changed for result in both.results)
    back = site.module("tls_rollback").expect_ok()
    assert all(result.changed and result.data["restart_required"] for result in back.last.values())
    assert_as_installed(lab, *site.hosts)
    again = site.module("tls_rollback").expect_ok()
    assert not any(result.changed for result in again.last.values())


def test_a_rollback_predicts_itself(site: Site, lab: LabClient) -> None:
    site.tasks([ENABLE], limit=SAMPLE).expect_ok()
    changed = {host: lab.dump(host)["registry"] for host in SAMPLE}
    predicted = site.module("tls_rollback", limit=SAMPLE, check=True, diff=True).expect_ok()
    assert {host: lab.dump(host)["registry"] for host in SAMPLE} == changed
    made = site.module("tls_rollback", limit=SAMPLE).expect_ok()
    assert {host: result.places() for host, result in made.last.items()} == {
        host: result.places() for host, result in predicted.last.items()
    }
    assert_as_installed(lab, *SAMPLE)


def test_a_named_run_and_all_after_it_are_taken_back(site: Site, lab: LabClient) -> None:
    site.tasks([{"configmgr.tls.tls_settings": {"run": "first", "components": ["schannel"]}}], limit=SAMPLE).expect_ok()
    first = {host: lab.dump(host)["registry"] for host in SAMPLE}
    site.tasks([{"configmgr.tls.tls_settings": {"run": "second", "components": ["dotnet"]}}], limit=SAMPLE).expect_ok()
    second = {host: lab.dump(host)["registry"] for host in SAMPLE}
    last = site.module("tls_rollback", limit=SAMPLE).expect_ok()
    assert {tuple(result.data["runs"]) for result in last.last.values()} == {("second",)}
    assert {host: lab.dump(host)["registry"] for host in SAMPLE} == first
    site.tasks([{"configmgr.tls.tls_settings": {"run": "second", "components": ["dotnet"]}}], limit=SAMPLE).expect_ok()
    assert {host: lab.dump(host)["registry"] for host in SAMPLE} == second
    everything = site.module("tls_rollback", {"run": "first"}, limit=SAMPLE).expect_ok()
    assert all(set(result.data["runs"]) == {"first", "second"} for result in everything.last.values())
    assert_as_installed(lab, *SAMPLE)


def test_a_run_nobody_made_is_refused(site: Site, lab: LabClient) -> None:
    site.tasks([ENABLE], limit="CM1").expect_ok()
    before = lab.dump("CM1")["registry"]
    outcome = site.module("tls_rollback", {"run": "someone-elses"}, limit="CM1")
    assert (outcome.exit_code, outcome.last["CM1"].code) == (2, "unknown_run")
    assert "someone-elses" in outcome.last["CM1"].data["msg"]
    assert lab.dump("CM1")["registry"] == before


def test_what_somebody_else_changed_is_named_and_kept_until_forced(site: Site, lab: LabClient) -> None:
    site.tasks([ENABLE], limit=SAMPLE).expect_ok()
    path, name = STRONG
    for host in ("CM1", "RP1"):
        lab.set_value(host, path, name, 0)
    kept = {host: lab.dump(host)["registry"] for host in ("CM1", "RP1")}
    outcome = site.module("tls_rollback", limit=SAMPLE)
    assert outcome.exit_code == 2
    for host in ("CM1", "RP1"):
        refused = outcome.last[host]
        assert (refused.status, refused.code, refused.changed) == ("failed", "conflict", False)
        assert [(row["path"], row["name"]) for row in refused.data["conflicts"]] == [(path, name)]
        assert rf"{path}\{name}" in refused.data["msg"]
        assert lab.dump(host)["registry"] == kept[host]
    assert_as_installed(lab, "MP2", "DP1")
    forced = site.module("tls_rollback", {"force": True}, limit=SAMPLE).expect_ok()
    assert [row["name"] for row in forced.last["CM1"].data["conflicts"]] == [name]
    assert_as_installed(lab, *SAMPLE)


def test_a_value_and_a_key_that_were_there_before_come_back_as_they_were(site: Site, lab: LabClient) -> None:
    path, name = STRONG
    lab.set_value("CM1", path, name, 0)
    lab.set_value("CM1", TLS12, "Enabled", 0)
    lab.set_value("CM1", TLS12, "Somebody", "else's", type="REG_SZ")
    before = lab.dump("CM1")["registry"]
    made = site.tasks([ENABLE], limit="CM1").expect_ok()
    assert (path, name, "REG_DWORD 0x0", "REG_DWORD 0x1") in made.last["CM1"].places()
    site.tasks([ROLLBACK], limit="CM1").expect_ok()
    assert lab.dump("CM1")["registry"] == before


def test_a_missing_backup_stops_the_rollback(site: Site, lab: LabClient) -> None:
    site.tasks([{"configmgr.tls.tls_settings": {"run": "one"}}], limit="CM1").expect_ok()
    changed = lab.dump("CM1")["registry"]
    assert lab.run("CM1", r'del "%SystemRoot%\configmgr.tls\one\001-enable.reg"')["exit_code"] == 0
    outcome = site.module("tls_rollback", limit="CM1")
    assert (outcome.exit_code, outcome.last["CM1"].code) == (2, "no_undo_file")
    assert lab.dump("CM1")["registry"] == changed


def test_real_machines_are_as_before_after_a_rollback(site: Site) -> None:
    """What every site can show by itself: our own facts before and after."""
    hosts = site.hosts if site.lab is None else SAMPLE
    before = site.module("tls_facts", limit=hosts).expect_ok()
    made = site.module("tls_settings", limit=hosts).expect_ok()
    changed = [host for host, result in made.last.items() if result.changed]
    if changed:
        site.module("tls_rollback", limit=changed).expect_ok()
    after = site.module("tls_facts", limit=hosts).expect_ok()
    for host in hosts:
        settings = [
            outcome.last[host].data["ansible_facts"]["configmgr_tls"]["settings"] for outcome in (before, after)
        ]
        assert settings[0] == settings[1], host
