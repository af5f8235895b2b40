# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions as operations of the site: start them, wait for the clients with a rule of our own, read who said what.

The site does not say when an operation is over: clients that come online within the hour still answer. Source:
Microsoft, "How to use the administration service" (one device); public programs for collections, lists of devices and
SMS_CMPivotStatus.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from .._data.schema_cmpivot import CmpivotQuery
from .._estate.admin_service import AdminService
from .._failure import Failure
from .answer import AnswerState, ClientAnswer, answer_of
from .queries import queries, query_text
from .single import offers_devices, require_few, result_of, result_path, run_path

__all__ = ["Patience", "CmpivotTarget", "ask_all"]

_STATUS = "SMS_CMPivotStatus"
_RUN = "AdminService.RunCMPivot"
_NOTHING_YET, _NOT_PARSED, _BUSY, _FORBIDDEN = (
    "admin_service_not_found",
    "admin_service_query",
    "admin_service_busy",
    "admin_service_forbidden",
)
_MORE_TRIES = 3
_RIGHTS = (
    "Give the account the right Run CMPivot on the collection, Read on Inventory Reports and Read on Collection; "
    "the security role Security Administrator has them, Read-only Analyst does not."
)


@dataclass(frozen=True)
class Patience:
    """Seconds. timeout: for everything. settle: an operation is over when nobody reported for so long. poll: between
    two looks. in_flight: how many operations run at a time.
    """

    timeout: float = 600
    settle: float = 30
    poll: float = 5
    in_flight: int = 4
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class CmpivotTarget:
    """Whom to ask: ``ids`` are the resource ids that matter, ``online`` those of them that the site has as online.

    With a ``collection`` all of its members are asked, else the ids; ``one_by_one`` where the site takes no list.
    """

    ids: frozenset[int]
    online: frozenset[int]
    collection: str = ""
    one_by_one: bool = False


def ask_all(service: AdminService, target: CmpivotTarget, patience: Patience) -> dict[int, dict[str, ClientAnswer]]:
    """For every id of the target an answer to every question. Raises Failure."""
    asking = _Asking(service, patience, patience.clock() + patience.timeout)
    answers: dict[int, dict[str, ClientAnswer]] = {number: {} for number in target.ids}
    left = _by_a_way(service.metadata(), target)
    for wave in _waves(queries(), patience.in_flight):
        started = {query.id: asking.start(query, left) for query in wave if asking.in_time and left.ids}
        for query in wave:
            begun = started.get(query.id)
            reported = asking.reported(begun, left) if begun else {}
            for client, row in answers.items():
                asked = bool(begun) and client in left.ids
                row[query.id] = reported.get(client) or _without(client, target, asked=asked)
        # Who did not answer the first question is known to nobody: nothing more is asked of it.
        first = [query.id for query in wave if query.first]
        if first:
            _require_keys(answers.values(), first)
            known = frozenset(
                n for n in left.ids if all(answers[n][name].outcome is AnswerState.ANSWERED for name in first)
            )
            left = replace(left, ids=known, online=known & target.online)
    return answers


def _waves(rows: Sequence[CmpivotQuery], size: int) -> Iterator[Sequence[CmpivotQuery]]:
    """Those of ``first`` in a wave of their own."""
    first = [row for row in rows if row.first]
    yield first
    others = rows[len(first) :]
    for begin in range(0, len(others), size):
        yield others[begin : begin + size]


def _without(client: int, target: CmpivotTarget, *, asked: bool) -> ClientAnswer:
    if not asked:
        return ClientAnswer(AnswerState.NOT_ASKED)
    return ClientAnswer(AnswerState.SILENT if client in target.online else AnswerState.OFFLINE)


def _by_a_way(metadata: str, target: CmpivotTarget) -> CmpivotTarget:
    """The target as the site lets it be asked: by what it binds RunCMPivot to. Raises Failure."""
    if "RunCMPivot" not in metadata:
        raise Failure(
            "cmpivot_not_offered",
            "the AdminService of this site does not offer CMPivot.",
            "Update ConfigMgr to 2107 or later; until then visit the clients.",
        )
    if target.collection or _STATUS in metadata:
        return target
    if not offers_devices(metadata):
        raise Failure(
            "cmpivot_no_device_list",
            "the AdminService of this site takes no list of devices.",
            "Name a collection of the clients in the option collection.",
        )
    require_few(len(target.ids))
    return replace(target, one_by_one=True)


def _require_keys(answers: Iterable[Mapping[str, ClientAnswer]], names: Sequence[str]) -> None:
    """Since 2107 a row says of which key it is. Without that nothing can be told. Raises Failure."""
    rows = [row for answer in answers for name in names for row in answer[name].rows]
    if rows and not any("Key" in row for row in rows):
        raise Failure(
            "cmpivot_too_old",
            "CMPivot of this site does not say to which key a value belongs.",
            "Update ConfigMgr to 2107 or later; until then visit the clients.",
        )


Started = tuple[int, Mapping[int, int]]
"""The number of an operation; for clients that are asked one by one, those of theirs by client."""


@dataclass
class _Asking:
    service: AdminService
    patience: Patience
    deadline: float
    doubled: bool = field(default=False)

    @property
    def in_time(self) -> bool:
        return self.patience.clock() < self.deadline

    def start(self, query: CmpivotQuery, target: CmpivotTarget) -> Started:
        text = query_text(query)
        if not target.one_by_one:
            return self._start(text, target), {}
        single = {one: self._start(text, replace(target, ids=frozenset({one}))) for one in sorted(target.ids)}
        return 0, single

    def _start(self, text: str, target: CmpivotTarget) -> int:
        """The number of the operation. One backslash or two: what the site takes is remembered."""
        try:
            return self._run(text.replace("\\", "\\\\") if self.doubled else text, target)
        except Failure as failure:
            if failure.code == _FORBIDDEN:
                raise Failure("cmpivot_forbidden", str(failure), _RIGHTS) from None
            if failure.code != _NOT_PARSED or self.doubled:
                raise _quoted(failure, text) from None
        try:
            number = self._run(text.replace("\\", "\\\\"), target)
        except Failure as failure:
            raise _quoted(failure, text) from None
        self.doubled = True
        return number

    def _run(self, text: str, target: CmpivotTarget) -> int:
        body: dict[str, Any] = {"InputQuery": text}
        if target.collection:
            name = f"Collections('{target.collection}')/{_RUN}"
        elif target.one_by_one:
            (client,) = target.ids
            name = run_path(client)
        else:
            name, body["ResourceIds"] = f"{_STATUS}/{_RUN}", ",".join(map(str, sorted(target.ids)))
        answer = self._patiently(lambda: self.service.call(name, body))
        inner = answer.get("value")
        number = answer.get("OperationId", inner.get("OperationId") if isinstance(inner, Mapping) else None)
        if not isinstance(number, int) or isinstance(number, bool):
            raise Failure(
                "admin_service_answer",
                f"the AdminService started {text} and did not say as which operation.",
                "Check that the address is that of an SMS Provider.",
            )
        return number

    def reported(self, started: Started, target: CmpivotTarget) -> dict[int, ClientAnswer]:
        """Wait, then read. Rows of machines that are not of the target are left out."""
        number, single = started
        found: dict[int, ClientAnswer] = {}
        self._wait(lambda: self._of_devices(single, found, target) if single else self._progress(number, target))
        return found if single else self._answers(number, target)

    def _wait(self, look: Callable[[], tuple[int, bool]]) -> None:
        """Until a look says that it is over, nobody further reported for a while, or the time is up."""
        clock, begun = self.patience.clock, self.patience.clock()
        last, since = -1, begun
        while True:
            done, over = look()
            if done != last:
                last, since = done, clock()
            if over or not self.in_time or (done and clock() - since >= self.patience.settle):
                break
            self.patience.pause(self.patience.poll)

    def _of_devices(
        self, single: Mapping[int, int], found: dict[int, ClientAnswer], target: CmpivotTarget
    ) -> tuple[int, bool]:
        """Adds to ``found`` who answered since."""
        for client, number in single.items():
            if client not in found:
                try:
                    found[client] = result_of(
                        self._patiently(partial(self.service.entity, result_path(client, number)))
                    )
                except Failure as failure:
                    if failure.code != _NOTHING_YET:
                        raise
        return len(found), bool(found) and target.online <= found.keys()

    def _progress(self, number: int, target: CmpivotTarget) -> tuple[int, bool]:
        """How many reported, and whether the site's own count says that this is all; without one, whether all did that
        are online.
        """
        try:
            rows = self._patiently(lambda: self.service.rows(f"SMS_ClientOperationStatus({number})"))
        except Failure as failure:
            if failure.code != _NOTHING_YET:
                raise
            rows = []
        if not rows:
            found = self._answers(number, target).keys()
            return len(found), bool(found) and target.online <= found
        count = {name: int(rows[0].get(f"{name}Clients") or 0) for name in ("Total", "Completed", "Failed", "Offline")}
        done = count["Completed"] + count["Failed"]
        # UnknownClients may be those that are still to answer: they do not end the wait.
        return done, 0 < count["Total"] <= done + count["Offline"]

    def _answers(self, number: int, target: CmpivotTarget) -> dict[int, ClientAnswer]:
        """So far. A client is who the site says it is: what its own output says of that is passed over."""
        found = {}
        for row in self._rows(number):
            client, answer = row.get("ResourceId"), answer_of(row)
            if isinstance(client, int) and client in target.ids and answer is not None:
                found[client] = answer
        return found

    def _rows(self, number: int) -> Collection[dict[str, Any]]:
        try:
            rows: list[dict[str, Any]] = self._patiently(
                lambda: self.service.entities(_STATUS, f"ClientOperationId eq {number}")
            )
            return rows
        except Failure as failure:
            if failure.code != _NOTHING_YET:
                raise
            return []

    def _patiently(self, call: Callable[[], Any]) -> Any:
        for _try in range(_MORE_TRIES):
            try:
                return call()
            except Failure as failure:
                if failure.code != _BUSY or not self.in_time:
                    raise
            self.patience.pause(self.patience.poll)
        return call()


def _quoted(failure: Failure, text: str) -> Failure:
    return Failure(failure.code, f"{str(failure).rstrip('.')}; the question was {text}.", failure.remedy)
