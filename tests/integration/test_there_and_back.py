# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of change and its way back, value for value and byte for byte, over each connection; and its bound."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
import yaml
from support import CONNECTION, DOTNET4, SCHANNEL, Site, assert_described, start_lab

from configmgr_lab.control.client import LabClient

pytestmark = pytest.mark.skipif(bool(CONNECTION), reason="has each connection already")

HOSTS = {"MP2": "winrm", "DP1": "psrp", "DP2": "ssh"}
FILE = r"C:\Windows\System32\inetsrv\W2SP.exe.config"
OURS = r"c:\windows\configmgr.tls"
CHANGES = [
    {"configmgr.tls.tls_settings": {"stage": "enable", "run": "there"}},
    {"configmgr.tls.tls_event_logging": {"state": "started", "run": "there"}},
    {"configmgr.tls.tls_config_file": {"run": "there"}},
]
BACK = [
    {"configmgr.tls.tls_config_file": {"state": "restored", "run": "back"}},
    {"configmgr.tls.tls_event_logging": {"state": "stopped", "run": "back"}},
    {"configmgr.tls.tls_rollback": {}},
]
# What was on a machine before: values of every kind in the places that are changed, and beside them.
VALUES: list[tuple[str, str, str, Any]] = [
    (rf"{SCHANNEL}\Protocols\TLS 1.2\Client", "Enabled", "REG_DWORD", 0),
    (rf"{SCHANNEL}\Protocols\TLS 1.2\Client", "DisabledByDefault", "REG_SZ", "a text & ^| ü (1)"),
    (rf"{SCHANNEL}\Protocols\TLS 1.2\Server", "Somebody", "REG_SZ", "else's"),
    (SCHANNEL, "EventLogging", "REG_DWORD", 3),
    (DOTNET4, "SchUseStrongCrypto", "REG_BINARY", "0001ff0d0a"),
    (DOTNET4, "SystemDefaultTlsVersions", "REG_DWORD", 0xFFFFFFFF),
]
CONTENTS = [None, "", "<configuration/>", "<a>\n\r\n&%PATH%^ <!-- #ok 901 -->", "ünï\u2028cödé\x1a\x00 behind"]


@pytest.fixture(scope="module")
def each_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A small site with a host for each connection."""
    work = tmp_path_factory.mktemp("ways")
    site = yaml.safe_load((files("configmgr_lab") / "sites" / "contoso.yml").read_text(encoding="utf-8"))
    site["hosts"] = [row for row in site["hosts"] if row["name"] in ("CM1", "SQL1", *HOSTS)]
    for row in site["hosts"]:
        row["connection"] = HOSTS.get(row["name"], row["connection"])
    (work / "ways.yml").write_text(yaml.safe_dump(site, sort_keys=False), encoding="utf-8")
    lab, client = start_lab(work / "lab", site=str(work / "ways.yml"))
    try:
        yield Site(work / "lab" / "inventory.yml", work, client)
    finally:
        lab.__exit__(None, None, None)


@pytest.fixture
def ways(each_way: Site) -> tuple[Site, LabClient]:
    assert each_way.lab is not None
    each_way.lab.reset()
    return each_way, each_way.lab


def whole(lab: LabClient, host: str) -> tuple[Any, dict[str, Any]]:
    """The registry, and every file but our own backups."""
    dumped = lab.dump(host)
    kept = {path.lower(): row for path, row in dumped["files"].items() if not path.lower().startswith(OURS)}
    return dumped["registry"], kept


@pytest.mark.parametrize("content", CONTENTS, ids=["absent", "empty", "bare", "marks", "odd"])
def test_each_kind_of_change_goes_there_and_back(ways: tuple[Site, LabClient], content: str | None) -> None:
    site, lab = ways
    for host in HOSTS:
        for path, name, kind, data in VALUES if content is not None else ():
            lab.set_value(host, path, name, data, type=kind)
        if content is not None:
            lab.plant_file(host, FILE, content)
    before = {host: whole(lab, host) for host in HOSTS}
    there = site.tasks(CHANGES, limit=list(HOSTS)).expect_ok()
    assert all(result.changed for result in there.results)
    assert all(whole(lab, host) != before[host] for host in HOSTS)
    back = site.tasks(BACK, limit=list(HOSTS)).expect_ok()
    assert all(result.changed for result in back.results)
    assert {host: whole(lab, host) for host in HOSTS} == before
    assert not any(result.changed for result in site.tasks(BACK, limit=list(HOSTS)).expect_ok().results)


def test_output_without_end_is_an_error_over_each_connection(ways: tuple[Site, LabClient]) -> None:
    site, lab = ways
    for host in HOSTS:
        lab.run(host, r"mkdir %SystemRoot%\configmgr.tls")
        lab.plant_file(host, r"C:\Windows\configmgr.tls\journal.txt", "x", padding=9_000_000)
    outcome = site.module("tls_facts", limit=list(HOSTS)).last
    assert {host: row.code for host, row in outcome.items()} == dict.fromkeys(HOSTS, "output_too_long")
    for failed in outcome.values():
        assert (failed.status, failed.code) == ("failed", "output_too_long")
        assert_described(failed)
