# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the files of a report go, and which earlier report is taken."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.action import tls_report
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._report import RENDERERS
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.report.documents import document

ENDINGS = {"html": ".html", "json": ".json", "junit": ".junit.xml", "sarif": ".sarif", "csv": ".csv", "markdown": ".md"}


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("out", "out/report"),
        ("out/", "out/report"),
        ("out/v1.2", "out/v1.2/report"),
        ("out/tls.json", "out/tls"),
        ("out/tls.junit.xml", "out/tls"),
        ("out/tls.md", "out/tls"),
        ("out/.json", "out/.json/report"),
        ("/srv/reports/site.html", "/srv/reports/site"),
    ],
)
def test_names(path: str, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert tls_report._base(path) == tmp_path / base


def test_every_format_is_written_and_documented(tmp_path: Path) -> None:
    files = tls_report._write(document(), str(tmp_path / "new" / "folder"), list(RENDERERS))
    assert files == [str(tmp_path / "new" / "folder" / f"report{ENDINGS[name]}") for name in RENDERERS]
    for name, file in zip(RENDERERS, files, strict=True):
        assert Path(file).read_text(encoding="utf-8") == RENDERERS[name].render(document())


def test_a_lone_surrogate_does_not_keep_a_report_from_being_written(tmp_path: Path) -> None:
    made = document()
    made["hosts"]["PC1"]["facts"]["findings"][0]["actual"] = "broken \ud800 text"
    for file in tls_report._write(made, str(tmp_path), list(RENDERERS)):
        assert Path(file).read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Failure) as caught:
        tls_report._write(document(), str(tmp_path / "file" / "report.json"), ["json"])
    assert caught.value.code == "report_not_written"
    assert str(tmp_path / "file") in str(caught.value)


def test_an_earlier_report(tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    assert tls_report._earlier(file) is None
    file.write_text(RENDERERS["json"].render(document()), encoding="utf-8")
    assert tls_report._earlier(file) == json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "why"), [("{", "it is not JSON"), ("[]", "not a report"), ('{"hosts": {}, "schema": 2}', "schema is 2")]
)
def test_an_earlier_report_that_is_none(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Failure, match=why) as caught:
        tls_report._earlier(file)
    assert caught.value.code == "report_not_read"


@pytest.mark.parametrize("deep", [False, True])
def test_an_earlier_report_beyond_all_bounds(deep: bool, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_bytes(b"[" * 10_000 if deep else b"")
    if not deep:
        os.truncate(file, 1024**3)
    with pytest.raises(Failure, match="nested too deep" if deep else "longer than") as caught:
        tls_report._earlier(file)
    assert caught.value.code == "report_not_read"


def test_events_are_taken_only_when_the_log_answered() -> None:
    assert tls_report._events(None) is None
    assert tls_report._events({"failed": True, "code": "no_events"}) is None
    assert tls_report._events({"legacy_use": None, "days": 7, "peers": {"rows": []}, "changed": False}) == {
        "days": 7,
        "legacy_use": None,
    }
