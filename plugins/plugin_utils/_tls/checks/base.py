# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every check is given, and the ways it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..finding import CheckResult, Evidence, Reason, Status, seen
from ..requirement import Requirement
from ..state import HostState, Setting

__all__ = [
    "LEVELS",
    "WHERE_RELEASE_UNKNOWN",
    "Check",
    "Context",
    "answer",
    "fail",
    "not_applicable",
    "passed",
    "settings_outcome",
    "unknown",
    "warn",
]

# How much ConfigMgr insists, by the level of a row of its requirements.
LEVELS = {
    "guidance": "guidance",
    "recommended": "recommended",
    "warning": "its setup warns",
    "required": "required",
    "error": "its setup stops",
}
# Ends the phrase about what another release than the one that is not known may do without.
WHERE_RELEASE_UNKNOWN = "; whether this site needs it depends on its ConfigMgr release, which is not known here"


@dataclass(frozen=True)
class Context:
    """The machine that a check looks at, and what is known about it.

    ``roles``: all the roles of the machine, whoever named them. ``release``: the site's ConfigMgr release, None
    when not known.
    """

    state: HostState
    roles: frozenset[str]
    release: int | None


Check = Callable[[Context, Requirement], CheckResult]


def answer(
    status: Status, expected: str, actual: str, reasons: Iterable[Reason] = (), evidence: Iterable[Evidence] = ()
) -> CheckResult:
    return CheckResult(status, expected, actual, tuple(reasons), tuple(evidence))


def passed(expected: str, actual: str) -> CheckResult:
    return CheckResult(Status.PASS, expected, actual)


def not_applicable(why: str) -> CheckResult:
    return CheckResult(Status.NOT_APPLICABLE, "", why)


def fail(expected: str, actual: str, code: str, phrase: str, evidence: Iterable[Evidence] = ()) -> CheckResult:
    return answer(Status.FAIL, expected, actual, [Reason(code, phrase)], evidence)


def warn(expected: str, actual: str, code: str, phrase: str, evidence: Iterable[Evidence] = ()) -> CheckResult:
    return answer(Status.WARN, expected, actual, [Reason(code, phrase)], evidence)


def unknown(expected: str, actual: str, code: str, phrase: str, evidence: Iterable[Evidence] = ()) -> CheckResult:
    return answer(Status.UNKNOWN, expected, actual, [Reason(code, phrase)], evidence)


def settings_outcome(
    expected: str, wrong: list[Setting], unreadable: list[Setting], code: str, phrase: str
) -> CheckResult:
    """One answer for several values: unreadable ones make it unknown, unless others are wrong anyway."""
    if wrong:
        actual = ", ".join(dict.fromkeys(f"{item.name} {item}" for item in wrong))
        return answer(Status.FAIL, expected, actual, [Reason(code, phrase)], seen([*wrong, *unreadable]))
    if unreadable:
        return unknown(
            expected, "unreadable", "unreadable", "the registry key exists but could not be read", seen(unreadable)
        )
    return passed(expected, "as expected")
