# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations: how long they are waited for, what is asked again, and of whom nothing more is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.answer import AnswerState, ClientAnswer
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.clients import match
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.operation import CmpivotTarget, Patience, ask_all
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.queries import queries
from ansible_collections.configmgr.tls.plugins.plugin_utils._cmpivot.single import MOST, result_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.admin_service import AdminService
from ansible_collections.configmgr.tls.plugins.plugin_utils._estate.errors import estate_failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

GOOD = '<result ResultCode="0" moreResults="False"><e Key="HKEY_LOCAL_MACHINE\\SOFTWARE" Value="1"/></result>'
FAILURES = {400: "admin_service_query", 403: "admin_service_forbidden", 404: "admin_service_not_found"}
FAILURES |= {503: "admin_service_busy"}


def refused(status: int) -> Failure:
    return estate_failure(FAILURES[status], "cm1", "ask")


@dataclass
class Site:
    """A site whose clients answer after so many seconds, each None for never. counts: its own count, None without."""

    clients: dict[int, float | None]
    counts: dict[str, int] | None = None
    envelope: str = "top"
    statuses: list[int] = field(default_factory=list)
    now: float = 0.0
    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    asked: list[set[int]] = field(default_factory=list)
    begun: dict[int, float] = field(default_factory=dict)
    looks: int = 0
    offers: str = "<Action Name='RunCMPivot'/><EntityType Name='SMS_CMPivotStatus'/>"

    def metadata(self) -> str:
        return self.offers

    def entity(self, name: str) -> dict[str, Any]:
        client, number = map(int, re.findall(r"[0-9]+", name))
        after = self.clients[client]
        if after is None or self.now - self.begun[number] < after:
            raise refused(404)
        row = {"Device": "x", "Key": "HKEY_LOCAL_MACHINE\\SOFTWARE", "Value": "1"}
        return {"value": {"Status": "1", "MoreResult": False, "Result": [row]}}

    def call(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        self.names.append(name)
        self.texts.append(body["InputQuery"])
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            raise refused(status)
        ids = {int(part) for part in body.get("ResourceIds", "").split(",") if part} or set(self.clients)
        if name.startswith("Device("):
            assert set(body) == {"InputQuery"}
            ids = {int(name.partition("(")[2].partition(")")[0])}
        self.asked.append(ids)
        number = len(self.asked)
        self.begun[number] = self.now
        return {"OperationId": number} if self.envelope == "top" else {"value": {"OperationId": number}}

    def rows(self, name: str) -> list[dict[str, Any]]:
        if self.counts is None:
            raise refused(404)
        return [{f"{key}Clients": count for key, count in self.counts.items()}]

    def entities(self, name: str, filter: str) -> list[dict[str, Any]]:
        self.looks += 1
        number = int(filter.rpartition(" ")[2])
        rows = [
            {"ResourceId": one, "ScriptExecutionState": 1, "ScriptExitCode": 0, "ScriptOutput": GOOD}
            for one in self.asked[number - 1]
            if (after := self.clients[one]) is not None and self.now - self.begun[number] >= after
        ]
        if not rows:
            raise refused(404)
        return [*rows, {"ResourceId": 99, "ScriptExecutionState": 1, "ScriptExitCode": 0, "ScriptOutput": GOOD}]

    def pause(self, seconds: float) -> None:
        self.now += seconds


def ask(site: Site, online: set[int] | None = None, **patience: float) -> dict[int, dict[str, ClientAnswer]]:
    ids = frozenset(site.clients)
    target = CmpivotTarget(ids, ids if online is None else frozenset(online))
    given = {"timeout": 600.0, "settle": 30.0, "poll": 5.0, **patience}
    return ask_all(cast(AdminService, site), target, Patience(**given, clock=lambda: site.now, pause=site.pause))  # type: ignore[arg-type]


@pytest.mark.parametrize("envelope", ["top", "value"])
def test_everybody_who_answers_has_an_answer_to_everything(envelope: str) -> None:
    site = Site({1: 0, 2: 3}, envelope=envelope)
    answers = ask(site)
    assert set(answers) == {1, 2} and len(site.texts) == len(queries())
    assert {answer.outcome for row in answers.values() for answer in row.values()} == {AnswerState.ANSWERED}


def test_of_who_does_not_answer_the_first_nothing_more_is_asked() -> None:
    site = Site({1: 0, 2: None, 3: None})
    answers = ask(site, online={1, 2})
    assert site.asked[0] == {1, 2, 3} and all(ids == {1} for ids in site.asked[1:])
    first, others = queries()[0].id, {query.id for query in queries()[1:]}
    assert (answers[2][first].outcome, answers[3][first].outcome) == (AnswerState.SILENT, AnswerState.OFFLINE)
    assert {answers[2][name].outcome for name in others} == {AnswerState.NOT_ASKED}


def test_nobody_answers_and_the_wait_ends_at_its_limit() -> None:
    site = Site({1: None})
    answers = ask(site, timeout=100)
    assert 100 <= site.now <= 105 and len(site.texts) == 1
    assert set(answers[1]) == {query.id for query in queries()}


def test_a_wait_ends_when_nobody_further_answers() -> None:
    site = Site({1: 0, 2: None})
    ask(site, timeout=10_000)
    assert site.now <= 40 + 5 * len(queries())


def test_the_wait_goes_on_while_the_site_says_unknown() -> None:
    """They may be those that are still to answer."""
    site = Site({1: 20}, counts={"Total": 1, "Completed": 0, "Failed": 0, "Offline": 0, "Unknown": 1})
    answers = ask(site, timeout=30)
    assert answers[1][queries()[0].id].outcome is AnswerState.ANSWERED and site.now >= 20


def test_a_count_that_is_full_ends_the_wait_at_once() -> None:
    site = Site({1: 0, 2: None}, counts={"Total": 2, "Completed": 1, "Failed": 0, "Offline": 1})
    ask(site)
    assert site.now == 0 and site.looks == len(queries())


def test_two_backslashes_are_tried_once_and_remembered() -> None:
    site = Site({1: 0}, statuses=[400])
    ask(site)
    assert len(site.texts) == len(queries()) + 1
    assert "\\\\" not in site.texts[0] and all("\\\\" in text for text in site.texts[1:])


@pytest.mark.parametrize(
    ("statuses", "code", "tries"),
    [
        ([400, 400], "admin_service_query", 2),
        ([403], "cmpivot_forbidden", 1),
        ([404], "admin_service_not_found", 1),
        ([503] * 9, "admin_service_busy", 4),
    ],
)
def test_what_is_refused_is_not_asked_for_ever(statuses: list[int], code: str, tries: int) -> None:
    site = Site({1: 0}, statuses=statuses)
    with pytest.raises(Failure) as failure:
        ask(site)
    assert failure.value.code == code and len(site.texts) == tries and failure.value.remedy


def test_a_busy_site_is_asked_again() -> None:
    site = Site({1: 0}, statuses=[503, 503, 200])
    assert ask(site)[1][queries()[0].id].outcome is AnswerState.ANSWERED and site.now == 10


def device(number: int, name: str, **changed: Any) -> dict[str, Any]:
    return {"ResourceID": number, "Name": name, "IsClient": True, "IsObsolete": False, "CNIsOnline": True} | changed


def test_hosts_are_devices_by_name_and_never_by_guess() -> None:
    rows = [device(1, "PC1"), device(2, "PC2", CNIsOnline=False), device(3, "PC3"), device(4, "pc3")]
    rows += [device(5, "PC4", IsObsolete=True), device(6, "PC4"), device(7, "PC5", IsClient=False), device(8, "PC6")]
    found = match(["pc1.corp.example", "PC2", "pc3", "pc4", "pc5", "pc6.a.example", "pc6.b.example"], rows)
    assert dict(found.ids) == {"pc1.corp.example": 1, "PC2": 2, "pc4": 6} and found.online == {1, 6}
    assert set(found.unclear) == {"pc3", "pc5", "pc6.a.example", "pc6.b.example"}


def test_who_answers_one_after_the_other_is_waited_for() -> None:
    site = Site({1: 0, 2: 25, 3: 50, 4: 75, 5: None})
    answers = ask(site, timeout=10_000)
    first = queries()[0].id
    assert [answers[one][first].outcome for one in sorted(answers)] == [*[AnswerState.ANSWERED] * 4, AnswerState.SILENT]


OF_A_DEVICE = (
    '<Action Name="RunCMPivot" IsBound="true"><Parameter Name="bindingParameter" Type="AdminService.Device"/></Action>'
)


def test_where_the_site_takes_no_list_devices_are_asked_one_by_one() -> None:
    site = Site({1: 0, 2: 12, 3: None, 4: None}, offers=OF_A_DEVICE, envelope="value")
    answers = ask(site, online={1, 2, 3}, timeout=10_000)
    first, last = queries()[0].id, queries()[-1].id
    assert [answers[one][first].outcome for one in sorted(answers)] == [
        AnswerState.ANSWERED, AnswerState.ANSWERED, AnswerState.SILENT, AnswerState.OFFLINE,
    ]  # fmt: skip
    assert answers[1][first].rows == ({"Key": "HKEY_LOCAL_MACHINE\\SOFTWARE", "Value": "1"},)
    assert {answers[one][last].outcome for one in (1, 2)} == {AnswerState.ANSWERED}
    assert {answers[one][last].outcome for one in (3, 4)} == {AnswerState.NOT_ASKED}
    assert site.names[:4] == [f"Device({one})/AdminService.RunCMPivot" for one in (1, 2, 3, 4)]
    assert len(site.names) == 4 + 2 * (len(queries()) - 1)


@pytest.mark.parametrize(
    ("offers", "clients"),
    [(OF_A_DEVICE.replace("Device", "Collections"), 1), (OF_A_DEVICE, MOST + 1)],
    ids=["only collections", "too many"],
)
def test_who_cannot_be_asked_without_a_collection(offers: str, clients: int) -> None:
    site = Site(dict.fromkeys(range(clients), 0), offers=offers)
    with pytest.raises(Failure) as failure:
        ask(site)
    assert failure.value.code == "cmpivot_no_device_list" and not site.names and "collection" in failure.value.remedy


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ({"Status": "1", "MoreResult": False, "Result": [{"Key": "a"}]}, AnswerState.ANSWERED),
        ({"Status": "1", "MoreResult": False, "Result": []}, AnswerState.NOTHING),
        ({"Status": "1", "MoreResult": True, "Result": [{"Key": "a"}]}, AnswerState.CUT),
        ({"Status": "1", "Result": [{"Key": "a"}]}, AnswerState.CUT),
        ({"Status": "2", "MoreResult": False, "Result": [{"Key": "a"}]}, AnswerState.FAILED),
        ({"MoreResult": False, "Result": [{"Key": "a"}]}, AnswerState.FAILED),
        ({"Status": "1", "MoreResult": False, "Result": "[]"}, AnswerState.FAILED),
        ({"Status": "1", "MoreResult": False, "Result": ["a"]}, AnswerState.FAILED),
        ([], AnswerState.FAILED),
        (None, AnswerState.FAILED),
    ],
)
def test_the_result_of_a_device_is_an_answer_only_when_it_says_so(value: Any, outcome: AnswerState) -> None:
    assert result_of({"value": value}).outcome is outcome
