# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of real runs: its files, what it says of a change made by hand, and how it leaves the controller."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import ROOT, Outcome, Site

from configmgr_lab.control.client import LabClient
from configmgr_lab.wire.certificates import Authority

pytestmark = pytest.mark.seam

AUDIT = ROOT / "playbooks" / "audit.yml"
TLS12 = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"
FORMATS = ["html", "json", "junit", "sarif", "csv", "markdown"]
ENDINGS = {".html", ".json", ".junit.xml", ".sarif", ".csv", ".md"}
LIMIT = "MP2,PC10"


class Drop:
    """A web server over https that keeps what is put; ``refusing`` makes it say no."""

    def __init__(self, folder: Path) -> None:
        self.got: dict[str, bytes] = {}
        self.logins: set[str] = set()
        self.refusing = False
        drop = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                drop.got[self.path] = body
                drop.logins.add(str(self.headers["Authorization"]))
                self.send_response(507 if drop.refusing else 201)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        authority = Authority.create("authority of the server of reports")
        self.ca_path = folder / "authority.pem"
        self.ca_path.write_bytes(authority.pem)
        context, _certificate = authority.server_context(("localhost",), "127.0.0.1")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}/tls"


@pytest.fixture
def drop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    drop = Drop(tmp_path_factory.mktemp("drop"))
    thread = threading.Thread(target=drop.server.serve_forever, daemon=True)
    thread.start()
    yield drop
    drop.server.shutdown()
    drop.server.server_close()
    thread.join()


def audit(site: Site, folder: Path, **variables: Any) -> Outcome:
    given = {"configmgr_tls_report_dir": str(folder), "configmgr_tls_report_formats": FORMATS, **variables}
    return site.playbook(AUDIT, limit=LIMIT, variables=given)


def read(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    return document


@pytest.mark.both_cores
def test_every_format_has_its_file(site: Site, lab: LabClient, tmp_path: Path) -> None:
    audit(site, tmp_path).expect_ok()
    assert {file.name.removeprefix("audit") for file in tmp_path.iterdir()} == ENDINGS
    document = read(tmp_path)
    assert set(document["hosts"]) == {"MP2", "PC10"}
    assert document["conversations"], "the playbook makes a forecast"


def test_two_audits_with_a_change_by_hand_between_them(site: Site, lab: LabClient, tmp_path: Path) -> None:
    audit(site, tmp_path).expect_ok()
    unchanged = audit(site, tmp_path / "same", configmgr_tls_compare_with=str(tmp_path / "audit.json")).expect_ok()
    assert read(tmp_path / "same")["comparison"]["by_others"] == []
    assert "0 new, 0 fixed" in unchanged.output

    lab.set_value("MP2", TLS12, "Enabled", 0)
    after = audit(site, tmp_path / "after", configmgr_tls_compare_with=str(tmp_path / "audit.json")).expect_ok()
    comparison = read(tmp_path / "after")["comparison"]
    assert comparison["by_others"] == [{"host": "MP2", "what": "TLS 1.2 client Enabled", "before": None, "after": 0}]
    assert [(row["host"], row["id"]) for row in comparison["new"]] == [("MP2", "schannel-tls12-client")]
    assert "MP2: TLS 1.2 client Enabled: absent -> 0" in after.output


def test_a_change_of_ours_is_not_somebody_elses(site: Site, lab: LabClient, tmp_path: Path) -> None:
    audit(site, tmp_path).expect_ok()
    enforce = ROOT / "playbooks" / "enforce_tls12.yml"
    variables = {"configmgr_tls_report_dir": str(tmp_path), "configmgr_tls_compare_with": str(tmp_path / "audit.json")}
    site.playbook(enforce, limit=LIMIT, variables=variables).expect_ok()
    comparison = json.loads((tmp_path / "enforce_tls12.json").read_text(encoding="utf-8"))["comparison"]
    assert comparison["by_others"] == comparison["new"] == comparison["still_open"] == []
    assert {row["host"] for row in comparison["fixed"]} == {"MP2", "PC10"}


@pytest.mark.parametrize(("days", "state", "open_still"), [(0, "used", False), (-1, "expired", True)])
def test_what_an_owner_accepts_does_not_stand_against_compliance(
    site: Site, lab: LabClient, tmp_path: Path, days: int, state: str, open_still: bool
) -> None:
    lab.set_value("MP2", TLS12, "Enabled", 0)
    waiver = {
        "id": "old-mp",
        "reason": "schannel-tls12-client",
        "condition": "name == 'MP2'",
        "why": "replaced in March",
        "owner": "Ada Example",
        "expires": (datetime.date.today() + datetime.timedelta(days)).isoformat(),
    }
    (tmp_path / "waivers.yml").write_text(yaml.safe_dump([waiver]), encoding="utf-8")
    given = {"configmgr_tls_waivers": str(tmp_path / "waivers.yml"), "configmgr_tls_fail_on": "high"}
    outcomes = [audit(site, tmp_path / str(number), **given) for number in range(2)]
    for number, outcome in enumerate(outcomes):
        document = read(tmp_path / str(number))
        findings = {row["id"]: row for row in document["hosts"]["MP2"]["facts"]["findings"]}
        assert (findings["schannel-tls12-client"]["status"] == "fail") is open_still
        assert [(row["id"], row["state"]) for row in document["waivers"]] == [("old-mp", state)]
        report = next(result for result in outcome.results if result.action.endswith("tls_report"))
        assert ("schannel-tls12-client" in report.data["failing"]["MP2"]) is open_still
        assert ("waived by its owner" in outcome.output) is not open_still
    assert read(tmp_path / "0")["summary"] == read(tmp_path / "1")["summary"]


def test_a_waiver_file_with_a_mistake_is_refused(site: Site, lab: LabClient, tmp_path: Path) -> None:
    (tmp_path / "waivers.yml").write_text("- id: x\n", encoding="utf-8")
    outcome = audit(site, tmp_path, configmgr_tls_waivers=str(tmp_path / "waivers.yml"))
    assert outcome.exit_code != 0
    assert [result.code for result in outcome.results] == ["bad_argument"]
    assert "configmgr_tls_waivers is" in outcome.output


def test_a_staged_run_tells_when_and_what_was_on_before(site: Site, lab: LabClient, tmp_path: Path) -> None:
    lab.set_value("MP2", TLS12, "Enabled", 0)
    begun = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    variables = {"configmgr_tls_report_dir": str(tmp_path)}
    site.playbook(ROOT / "playbooks" / "enforce_tls12.yml", limit=LIMIT, variables=variables).expect_ok()
    document = json.loads((tmp_path / "enforce_tls12.json").read_text(encoding="utf-8"))
    host = document["hosts"]["MP2"]
    assert host["protocols_before"]["client"]["TLS 1.2"] == "off"
    assert host["facts"]["protocols"]["client"]["TLS 1.2"] == "on"
    times = [datetime.datetime.fromisoformat(host["times"]["enable"][name]) for name in ("begun", "ended")]
    assert begun <= times[0] <= times[1] <= datetime.datetime.now(datetime.UTC)
    rows = [row for row in document["stages"] if "MP2" in row["hosts"]]
    assert all(row["begun"] <= host["times"]["enable"]["begun"] for row in rows) and rows


def test_a_first_time_has_nothing_to_compare_with(site: Site, lab: LabClient, tmp_path: Path) -> None:
    outcome = audit(site, tmp_path, configmgr_tls_compare_with=str(tmp_path / "audit.json")).expect_ok()
    assert "Nothing to compare with yet" in outcome.output
    assert read(tmp_path)["comparison"] is None


@pytest.mark.parametrize("text", ["{", "[]", '{"hosts": {}, "schema": 99}'])
def test_an_earlier_report_that_is_none_is_refused(site: Site, lab: LabClient, tmp_path: Path, text: str) -> None:
    (tmp_path / "old.json").write_text(text, encoding="utf-8")
    outcome = audit(site, tmp_path, configmgr_tls_compare_with=str(tmp_path / "old.json"))
    assert outcome.exit_code != 0
    assert "report_not_read" in [result.code for result in outcome.results]
    # The summary is shown all the same, and the reason comes last.
    assert " machines are compliant" in outcome.output
    assert "old.json cannot be used" in outcome.results[-1].data["msg"]


def test_the_report_is_pushed(site: Site, lab: LabClient, tmp_path: Path, drop: Drop) -> None:
    share, mail = tmp_path / "share", tmp_path / "mail"
    sendmail = tmp_path / "sendmail"
    sendmail.write_text(f"#!/bin/sh\ncat > {mail}\n", encoding="utf-8")
    sendmail.chmod(0o755)
    share.mkdir()
    audit(
        site,
        tmp_path / "kept",
        configmgr_tls_report_formats=["json", "markdown"],
        configmgr_tls_report_share=str(share),
        configmgr_tls_report_url=drop.url,
        configmgr_tls_report_url_ca_path=str(drop.ca_path),
        configmgr_tls_report_url_user="auditor",
        configmgr_tls_report_url_password="Only-For-Tests-1!",
        configmgr_tls_report_mail_to="owner@contoso.example",
        configmgr_tls_report_sendmail=str(sendmail),
    ).expect_ok()
    kept = {file.name: file.read_bytes() for file in (tmp_path / "kept").iterdir()}
    assert {file.name: file.read_bytes() for file in share.iterdir()} == kept
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "kept").iterdir()} == {0o600}
    assert {file.stat().st_mode & 0o777 for file in share.iterdir()} == {0o640}
    assert drop.got == {f"/tls/{name}": body for name, body in kept.items()}
    assert drop.logins == {"Basic YXVkaXRvcjpPbmx5LUZvci1UZXN0cy0xIQ=="}
    text = mail.read_text(encoding="utf-8")
    assert "To: owner@contoso.example\n" in text and "# TLS 1.2 report" in text


def test_a_push_that_fails_makes_the_run_fail_at_its_end(
    site: Site, lab: LabClient, tmp_path: Path, drop: Drop
) -> None:
    drop.refusing = True
    outcome = audit(
        site,
        tmp_path,
        configmgr_tls_report_formats=["json"],
        configmgr_tls_report_url=drop.url,
        configmgr_tls_report_url_ca_path=str(drop.ca_path),
    )
    assert outcome.exit_code != 0
    assert read(tmp_path)["summary"]["hosts"] == 2
    assert "did not get further" in outcome.output
