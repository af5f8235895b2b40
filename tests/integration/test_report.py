# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of real runs: its files, what it says of a change made by hand, and how it leaves the controller."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, Outcome, Site

from configmgr_lab.control.client import LabClient

AUDIT = ROOT / "playbooks" / "audit.yml"
TLS12 = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client"
FORMATS = ["html", "json", "junit", "sarif", "csv", "markdown"]
ENDINGS = {".html", ".json", ".junit.xml", ".sarif", ".csv", ".md"}
LIMIT = "MP2,PC10"


class Drop:
    """A web server that keeps what is put; ``refusing`` makes it say no."""

    def __init__(self) -> None:
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
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/tls"


@pytest.fixture
def drop() -> Iterator[Drop]:
    drop = Drop()
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


def test_the_report_is_pushed(site: Site, lab: LabClient, tmp_path: Path, drop: Drop) -> None:
    share, mail = tmp_path / "share", tmp_path / "mail"
    sendmail = tmp_path / "sendmail"
    sendmail.write_text(f"#!/bin/sh\ncat > {mail}\n", encoding="utf-8")
    sendmail.chmod(0o755)
    share.mkdir()
    audit(
        site,
        tmp_path / "kept",
        configmgr_tls_report_share=str(share),
        configmgr_tls_report_url=drop.url,
        configmgr_tls_report_url_user="auditor",
        configmgr_tls_report_url_password="Only-For-Tests-1!",
        configmgr_tls_report_mail_to="owner@contoso.example",
        configmgr_tls_report_sendmail=str(sendmail),
    ).expect_ok()
    kept = {file.name: file.read_bytes() for file in (tmp_path / "kept").iterdir()}
    assert {file.name: file.read_bytes() for file in share.iterdir()} == kept
    assert drop.got == {f"/tls/{name}": body for name, body in kept.items()}
    assert drop.logins == {"Basic YXVkaXRvcjpPbmx5LUZvci1UZXN0cy0xIQ=="}
    text = mail.read_text(encoding="utf-8")
    assert "To: owner@contoso.example\n" in text and "# TLS 1.2 report" in text


def test_a_push_that_fails_makes_the_run_fail_at_its_end(
    site: Site, lab: LabClient, tmp_path: Path, drop: Drop
) -> None:
    drop.refusing = True
    outcome = audit(site, tmp_path, configmgr_tls_report_url=drop.url)
    assert outcome.exit_code != 0
    assert read(tmp_path)["summary"]["hosts"] == 2
    assert "did not get further" in outcome.output
