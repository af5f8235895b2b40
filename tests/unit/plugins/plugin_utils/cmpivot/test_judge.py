# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From answers to facts: every doubt is a warning or unknown, and never a pass."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.answer import AnswerState, ClientAnswer
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.judge import client_facts
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.queries import queries, query_text
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.readings import registry_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.load import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_cmpivot import CmpivotLimit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, View

CONTROL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control"
SOFTWARE = r"HKEY_LOCAL_MACHINE\SOFTWARE"
PROVIDERS = rf"{CONTROL}\SecurityProviders"
PROTOCOLS = rf"{PROVIDERS}\SCHANNEL\Protocols"
WINDOWS = rf"{SOFTWARE}\Microsoft\Windows NT\CurrentVersion"
RUNTIMES = ("v2.0.50727", "v4.0.30319")
NAMES = ("SystemDefaultTlsVersions", "SchUseStrongCrypto")
SETTINGS = r"Microsoft\Windows\CurrentVersion\Internet Settings"

Rows = dict[str, list[dict[str, str]]]


def value(key: str, name: str, data: str) -> dict[str, str]:
    return {"Key": key, "Property": name, "Value": data}


def keys(*names: str) -> list[dict[str, str]]:
    return [{"Key": name} for name in names]


def healthy() -> Rows:
    """A Windows 10 with everything in place."""
    rows: Rows = {query.id: [] for query in queries()}
    rows["windows"] = [
        value(WINDOWS, "CurrentBuild", "19045"),
        value(WINDOWS, "ProductName", "Windows 10 Enterprise"),
        value(WINDOWS, "InstallationType", "Client"),
    ]
    rows["architecture"] = [value(rf"{CONTROL}\Session Manager\Environment", "PROCESSOR_ARCHITECTURE", "AMD64")]
    rows["provider-keys"] = keys(PROTOCOLS, rf"{PROVIDERS}\SCHANNEL\Ciphers")
    rows["policy-keys"] = keys(rf"{SOFTWARE}\Policies\Microsoft\SystemCertificates")
    rows["schannel"] = [value(rf"{PROVIDERS}\SCHANNEL", "EventLogging", "1")]
    rows["lsa-keys"] = keys(rf"{CONTROL}\Lsa\FipsAlgorithmPolicy", rf"{CONTROL}\Lsa\Data")
    rows["fips"] = [value(rf"{CONTROL}\Lsa\FipsAlgorithmPolicy", "Enabled", "0")]
    for suffix, root in (("", SOFTWARE), ("-32", rf"{SOFTWARE}\WOW6432Node")):
        runtimes = [rf"{root}\Microsoft\.NETFramework\{name}" for name in RUNTIMES]
        rows[f"dotnet{suffix}-keys"] = keys(*runtimes)
        rows[f"dotnet{suffix}"] = [value(key, name, "1") for key in runtimes for name in NAMES]
        rows[f"winhttp{suffix}-keys"] = keys(rf"{root}\{SETTINGS}\Zones")
    setup = rf"{SOFTWARE}\Microsoft\NET Framework Setup\NDP"
    rows["dotnet-setup-keys"] = keys(rf"{setup}\v4")
    rows["dotnet-release"] = [value(rf"{setup}\v4\Full", "Release", "528372")]
    return rows


def judged(rows: Rows, outcomes: dict[str, AnswerState] | None = None, **how: Any) -> dict[str, Any]:
    answers = {
        name: ClientAnswer(AnswerState.ANSWERED if found else AnswerState.NOTHING, tuple(found))
        for name, found in rows.items()
    }
    answers |= {name: ClientAnswer(outcome) for name, outcome in (outcomes or {}).items()}
    return client_facts(answers, ["client"], 2309, **how)


def statuses(facts: dict[str, Any]) -> dict[str, str]:
    return {finding["id"]: finding["status"] for finding in facts["findings"]}


def test_a_good_client_is_compliant_with_what_is_not_told_as_warnings() -> None:
    facts = judged(healthy())
    found = statuses(facts)
    assert facts["compliant"] and facts["read_by"] == "cmpivot" and facts["restart_required"] is None
    assert found["schannel-tls12-client"] == "pass" and found["windows-known"] == "pass"
    assert {found[name] for name in ("dotnet-v4-settings", "state-readable", "restart-after-change")} == {"warn"}
    assert facts["stacks"]["winhttp"]["now"] == []


@pytest.mark.parametrize("query", [query.id for query in queries() if not query.first])
@pytest.mark.parametrize("outcome", [AnswerState.SILENT, AnswerState.CUT, AnswerState.FAILED, AnswerState.NOT_ASKED])
def test_a_question_without_a_whole_answer_is_never_compliant(query: str, outcome: AnswerState) -> None:
    facts = judged(healthy(), {query: outcome})
    assert not facts["compliant"]
    assert statuses(facts)["state-readable"] == "unknown"


@pytest.mark.parametrize(
    ("query", "finding"),
    [
        ("provider-keys", "schannel-tls12-client"),
        ("lsa-keys", "schannel-fips"),
        ("dotnet-keys", "dotnet-v4-settings"),
        ("dotnet-32-keys", "dotnet-v4-settings"),
        ("winhttp-keys", "winhttp-protocols"),
        ("winhttp-32-keys", "winhttp-protocols"),
        ("dotnet-release", "dotnet-release"),
    ],
)
def test_absent_without_a_roll_call_is_unknown(query: str, finding: str) -> None:
    """A list that came back empty does not say that there is nothing: the site may not take its wildcards."""
    rows = healthy()
    values = next((one.id for one in queries() if one.listed_by == query and one.ask == "values"), query)
    rows[query] = rows[values] = []
    assert statuses(judged(rows))[finding] in ("unknown", "fail", "not_applicable")
    assert statuses(judged(rows))[finding] == "unknown" or query == "dotnet-release"


def test_a_key_that_its_list_leaves_out_is_absent() -> None:
    rows = healthy()
    rows["protocol-keys"] = keys(rf"{PROTOCOLS}\TLS 1.2\Client")
    rows["protocols"] = [value(rf"{PROTOCOLS}\TLS 1.2\Client", "Enabled", "-1")]
    answers = {name: ClientAnswer(AnswerState.ANSWERED, tuple(found)) for name, found in rows.items()}
    registry = registry_of(answers, "REG_DWORD")
    root = Key(PROTOCOLS)
    assert registry.key(root.child(r"TLS 1.2\Client")).values["Enabled"].dword == 0xFFFFFFFF
    assert registry.key(root.child(r"TLS 1.2\Server")).presence is Presence.ABSENT
    assert registry.key(root.child(r"TLS 1.0\Client")).presence is Presence.ABSENT
    assert registry_of(answers, "REG_SZ").key(root.child(r"TLS 1.2\Client")).values["Enabled"].dword is None


@pytest.mark.parametrize(
    ("enabled", "by_default", "status"),
    [("0", "0", "fail"), ("1", "0", "warn"), ("-1", "0", "warn"), ("1", "1", "fail"), ("yes", "no", "warn")],
)
def test_a_protocol_that_may_be_off_does_not_pass(enabled: str, by_default: str, status: str) -> None:
    rows = healthy()
    key = rf"{PROTOCOLS}\TLS 1.2\Client"
    rows["protocol-keys"] = keys(key)
    rows["protocols"] = [value(key, "Enabled", enabled), value(key, "DisabledByDefault", by_default)]
    assert statuses(judged(rows))["schannel-tls12-client"] == status


def test_older_protocols_that_may_be_off_are_not_proved_to_be_off() -> None:
    rows = healthy()
    places = [rf"{PROTOCOLS}\{name}\{side}" for name in LEGACY for side in ("Client", "Server")]
    rows["protocol-keys"] = keys(*places)
    rows["protocols"] = [value(place, "Enabled", "0") for place in places]
    facts = judged(rows, legacy_off=True)
    assert statuses(facts)["legacy-protocols"] == "warn"
    assert facts["protocols"]["client"]["TLS 1.0"] == "unknown"
    rows["protocols"] = rows["protocols"][1:]
    assert statuses(judged(rows | {"protocols": []}, legacy_off=True))["legacy-protocols"] == "fail"


LEGACY = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1")


def test_a_32_bit_path_is_the_32_bit_view() -> None:
    rows = healthy()
    answers = {name: ClientAnswer(AnswerState.ANSWERED, tuple(found)) for name, found in rows.items()}
    registry = registry_of(answers, "REG_DWORD")
    key = Key(r"SOFTWARE\Microsoft\.NETFramework\v4.0.30319")
    assert registry.key(key, View.WOW).values["SchUseStrongCrypto"].dword == 1
    assert not any("WOW6432Node" in place.path for _view, place in registry.readings)


def test_rows_of_another_question_are_passed_over() -> None:
    rows = healthy()
    rows["fips"] = [value(rf"{PROTOCOLS}\TLS 1.2\Client", "Enabled", "0"), {"Value": "1"}]
    assert statuses(judged(rows))["schannel-tls12-client"] == "pass"


def test_limits_are_those_of_requirements() -> None:
    """Without a row nothing that CMPivot says of a requirement stands."""
    assert {row.id for row in load_table("cmpivot_limits", CmpivotLimit)} <= {row.id for row in requirements()}


def test_lists_and_texts_of_the_questions() -> None:
    known = {query.id: query for query in queries()}
    assert queries()[0].first and all(known[query.listed_by].ask == "keys" for query in queries() if query.listed_by)
    texts = [query_text(query) for query in queries()]
    assert len(set(texts)) == len(texts) and not any("join" in text or '"' in text for text in texts)


@pytest.mark.parametrize("outcome", [AnswerState.CUT, AnswerState.FAILED])
def test_half_an_answer_is_not_read_at_all(outcome: AnswerState) -> None:
    rows = healthy()
    answers = {
        name: ClientAnswer(AnswerState.ANSWERED if found else AnswerState.NOTHING, tuple(found))
        for name, found in rows.items()
    }
    answers["dotnet"] = ClientAnswer(outcome, tuple(rows["dotnet"][:1]))
    key = Key(rf"SOFTWARE\Microsoft\.NETFramework\{RUNTIMES[0]}")
    assert registry_of(answers, "REG_DWORD").key(key).presence is Presence.UNREADABLE


def test_a_cipher_that_is_turned_off_is_seen_when_it_is_told() -> None:
    rows = healthy()
    key = rf"{PROVIDERS}\SCHANNEL\KeyExchangeAlgorithms\ECDH"
    assert statuses(judged(rows))["schannel-algorithms"] == "warn"
    rows["algorithm-keys"] = keys(key)
    rows["algorithms"] = [value(key, "Enabled", "0")]
    found = {finding["id"]: finding for finding in judged(rows)["findings"]}["schannel-algorithms"]
    assert found["status"] in ("warn", "fail") and found["reasons"][0]["code"] != "not_told_by_cmpivot"
