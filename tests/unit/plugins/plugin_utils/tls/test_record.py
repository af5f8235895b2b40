# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record of the site record: what of it is believed, and how old it is."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.compliance import moment
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.record import (
    BadRecord,
    Record,
    of_facts,
    parse_record,
)

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def ago(**parts: float) -> str:
    return (NOW - timedelta(**parts)).isoformat(timespec="seconds")


def facts(read_at: str, **given: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "roles": ["client"],
        "boot": "2026-11-01T06:00:00.1234567Z,-",
        "read_at": read_at,
        "read_by": "visit",
        **given,
    }


def kept(record: Record) -> Any:
    """As it comes back from a file."""
    return json.loads(json.dumps(record.as_dict()))


def test_a_record_comes_back_as_it_was() -> None:
    record = of_facts("PC10", facts(ago(days=20)), ago(days=21))
    raw = kept(record)
    assert {name: raw[name] for name in ("format", "host", "read_by", "read_at", "last_start")} == {
        "format": 1,
        "host": "PC10",
        "read_by": "visit",
        "read_at": ago(days=20),
        "last_start": "2026-11-01T06:00:00.1234567Z",
    }
    assert parse_record("PC10", raw, NOW) == record


def test_what_others_told_of_a_machine_needs_no_facts() -> None:
    told = {"baseline": "TLS 1.2", "state": "compliant", "told_at": ago(days=2)}
    record = parse_record("PC10", kept(Record("PC10", compliance=[told])), NOW)
    assert (record.facts, record.read_at, list(record.compliance)) == (None, None, [told])
    assert not record.younger_than(10_000, NOW)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda raw: [raw], "not a record"),
        (lambda raw: raw | {"more": 1}, "not a record"),
        (lambda raw: {name: value for name, value in raw.items() if name != "digest"}, "not a record"),
        (lambda raw: raw | {"format": 2}, "format is 2"),
        (lambda raw: raw | {"read_at": ago(days=1)}, "not as it was written"),
        (lambda raw: raw | {"facts": raw["facts"] | {"roles": []}}, "not as it was written"),
    ],
)
def test_a_record_that_was_not_written_so_is_not_believed(spoil: Any, why: str) -> None:
    raw = kept(of_facts("PC10", facts(ago(days=20))))
    with pytest.raises(BadRecord, match=why):
        parse_record("PC10", spoil(copy.deepcopy(raw)), NOW)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (of_facts("PC11", facts(ago(days=20))), "about 'PC11'"),
        (of_facts("PC10", facts(ago(days=20), schema=9)), "schema 9"),
        (of_facts("PC10", facts(ago(hours=-1))), "not a time in the past"),
        (of_facts("PC10", facts("2026-11-28T08:00:00")), "not a time in the past"),
    ],
)
def test_a_whole_record_that_says_something_else_is_not_believed(record: Record, why: str) -> None:
    with pytest.raises(BadRecord, match=why):
        parse_record("PC10", kept(record), NOW)


@pytest.mark.parametrize(
    ("read_at", "days", "younger"),
    [
        (ago(days=20), 30, True),
        (ago(days=30), 30, True),
        (ago(days=30, seconds=1), 30, False),
        (ago(seconds=5), 0, False),
        (ago(minutes=-5), 1, True),
    ],
)
def test_how_old_is_too_old(read_at: str, days: float, younger: bool) -> None:
    assert of_facts("PC10", facts(read_at)).younger_than(days, NOW) is younger


@pytest.mark.parametrize(
    ("read_at", "changed", "since"),
    [
        (ago(days=2), ago(days=1), True),
        (ago(days=2), ago(days=2), False),
        (ago(days=2), ago(days=3), False),
        (ago(days=2), None, False),
    ],
)
def test_what_was_changed_after_it_was_read(read_at: str, changed: str | None, since: bool) -> None:
    assert of_facts("PC10", facts(read_at), changed).changed_since is since


def test_the_later_reading_stays_and_the_later_change() -> None:
    older = of_facts("PC10", facts(ago(days=3), compliant=False), ago(days=1))
    newer = of_facts("PC10", facts(ago(days=2), compliant=True), ago(days=4))
    told = Record("PC10", compliance=[{"baseline": "TLS 1.2", "told_at": ago(days=1)}])
    for merged in (older.with_newer(newer), newer.with_newer(older)):
        assert merged.facts == newer.facts and merged.last_change == ago(days=1)
    assert newer.with_newer(told).facts == newer.facts
    assert told.with_newer(newer).compliance == told.compliance


@settings(max_examples=25)
@given(st.text(max_size=40), st.dictionaries(st.text(max_size=10), st.text(max_size=10) | st.integers() | st.none()))
def test_any_host_and_any_facts_come_back(host: str, more: dict[str, Any]) -> None:
    record = of_facts(host, {**more, **facts(ago(days=1))})
    assert parse_record(host, kept(record), NOW) == record


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-01-01", None, [1]])
def test_a_time_that_is_none_tells_nothing(text: Any) -> None:
    assert moment(text) is None
