# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is seen of a machine from outside, held against what its facts say: agreement, disagreement, or not known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from .finding import CheckResult, Evidence, Finding, Reason, Status
from .forecast import stage_offers
from .limits import ports_off
from .negotiation import Offer

__all__ = [
    "EXPECTATIONS",
    "Expectation",
    "SeenEndpoint",
    "SeenHealth",
    "compare_endpoint",
    "expected_offer",
    "findings",
    "worse_than_before",
]

Expectation = Literal["now", "enable", "disable", "pending"]
EXPECTATIONS: tuple[Expectation, ...] = ("now", "enable", "disable", "pending")
GOOD_HEALTH = frozenset({"healthy", "limited"})
_SOURCE = "https://learn.microsoft.com/en-us/windows-server/security/tls/tls-registry-settings"
_HANDSHAKE_TROUBLE = frozenset({"handshake", "not_tls", "not_encrypted"})


@dataclass(frozen=True)
class SeenEndpoint:
    """An endpoint, what its host's facts lead to (``expected``, encoded), and what each protocol met with.

    ``seen``: accepted, refused or unknown per protocol. ``error``: why nothing was learned of any protocol.
    """

    host: str
    role: str
    port: int
    kind: str
    expected: tuple[str, ...]
    seen: Mapping[str, str]
    error: str = ""

    @property
    def place(self) -> str:
        return f"{self.host} {self.port}"

    @property
    def accepted(self) -> list[str]:
        return [name for name, status in self.seen.items() if status == "accepted"]

    def as_dict(self) -> dict[str, Any]:
        status, phrase = compare_endpoint(self)
        plain = {
            "host": self.host,
            "role": self.role,
            "port": self.port,
            "kind": self.kind,
            "expected": list(self.expected),
            "accepted": self.accepted,
            "status": status.value,
        }
        return {**plain, "phrase": phrase} if phrase else plain


@dataclass(frozen=True)
class SeenHealth:
    """One health check. ``health``: healthy, limited, failing or unreachable. ``surely``: the check has a source.

    ``doubt``: why nobody vouches for who answered.
    """

    host: str
    role: str
    check: str
    port: int
    health: str
    phrase: str = ""
    error: str = ""
    surely: bool = True
    doubt: str = ""

    @property
    def place(self) -> str:
        return f"{self.host} {self.check}"

    @property
    def status(self) -> Status:
        """A handshake that fails is a failure, like a wrong answer; a host that cannot be reached from here is not."""
        if self.health in GOOD_HEALTH:
            return Status.PASS
        if self.health == "failing" or self.error in _HANDSHAKE_TROUBLE:
            return Status.FAIL if self.surely else Status.WARN
        return Status.UNKNOWN

    def as_dict(self) -> dict[str, Any]:
        plain = {
            "host": self.host,
            "role": self.role,
            "check": self.check,
            "port": self.port,
            "health": self.health,
            "status": self.status.value,
        }
        said = {"phrase": self.phrase, "doubt": self.doubt}
        return {**plain, **{name: text for name, text in said.items() if text}}


def expected_offer(
    facts: Mapping[str, Any], stack: str, port: int, expectation: Expectation, protocols: Sequence[str]
) -> Offer:
    """What ``stack`` of a host accepts on ``port`` according to its facts.

    pending: the protocols are turned off in the registry, but whether that is in force cannot be told.
    """
    entry = (facts.get("stacks") or {}).get(stack)
    stages = stage_offers(entry, bool(facts.get("fips")), protocols, ports_off(facts, stack, [port]))
    return stages["enable"].unsure(protocols) if expectation == "pending" else stages[expectation]


def compare_endpoint(endpoint: SeenEndpoint) -> tuple[Status, str]:
    """PASS when every protocol met with what was expected, FAIL when one did not, UNKNOWN when that was not seen."""
    expected = Offer.decode(endpoint.expected)
    accepted = [name for name in endpoint.accepted if name not in expected.sure | expected.maybe]
    refused = [name for name, status in endpoint.seen.items() if status == "refused" and name in expected.sure]
    if accepted or refused:
        phrases = [f"it accepts {_spelled(accepted)}, which should be off"] if accepted else []
        phrases += [f"it refuses {_spelled(refused)}, which should be on"] if refused else []
        return Status.FAIL, f"on port {endpoint.port} {' and '.join(phrases)}"
    if endpoint.error:
        return Status.UNKNOWN, f"port {endpoint.port} could not be seen: {endpoint.error}"
    unseen = [name for name, status in endpoint.seen.items() if status == "unknown"]
    if unseen:
        return Status.UNKNOWN, f"port {endpoint.port} gave no clear answer to {_spelled(unseen)}"
    if not expected.sure and not endpoint.accepted:
        return Status.UNKNOWN, f"what port {endpoint.port} should accept is not known"
    return Status.PASS, ""


def findings(endpoints: Iterable[SeenEndpoint], health: Iterable[SeenHealth]) -> dict[str, list[dict[str, Any]]]:
    """Per host, one finding for endpoints that disagree, one for those that were not seen, one for its health."""
    notes: dict[str, dict[tuple[str, Status], _Notes]] = {}
    for endpoint in endpoints:
        status, phrase = compare_endpoint(endpoint)
        if status is not Status.PASS:
            note = notes.setdefault(endpoint.host, {}).setdefault((_ENDPOINT[status], status), _Notes())
            note.add(phrase, f"{endpoint.host}:{endpoint.port}", _spelled(endpoint.accepted))
    for check in health:
        if check.status is not Status.PASS:
            note = notes.setdefault(check.host, {}).setdefault(("role-health", check.status), _Notes())
            note.add(check.phrase, f"{check.host}:{check.port} {check.check}", check.health)
    return {
        host: [note.finding(name, status).as_dict() for (name, status), note in found.items()]
        for host, found in notes.items()
    }


_ENDPOINT = {Status.FAIL: "endpoint-disagrees", Status.UNKNOWN: "endpoint-unknown"}
# Title, expected, and remedy of each finding.
_TEXTS = {
    "endpoint-disagrees": (
        "Seen from outside",
        "what the machine's own settings lead to",
        "Restart the machine and look again; if it stays so, a proxy, another program on the port, or a setting that "
        "this collection does not know is in between.",
    ),
    "endpoint-unknown": (
        "Seen from outside",
        "an answer to every handshake",
        "Let the controller reach the port, name the right one (0 for a port that is not used) in the variable of the "
        "role, or run the verification from another machine.",
    ),
    "role-health": (
        "Health of the role",
        "the answer of a healthy role",
        "See the role's own logs and the state of its services.",
    ),
}


@dataclass
class _Notes:
    reasons: list[Reason] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def add(self, phrase: str, path: str, value: str) -> None:
        self.reasons.append(Reason("seen_from_outside", phrase))
        self.evidence.append(Evidence(path, value))

    def finding(self, name: str, status: Status) -> Finding:
        title, expected, remedy = _TEXTS[name]
        actual = "; ".join(reason.phrase for reason in self.reasons)
        outcome = CheckResult(status, expected, actual, tuple(self.reasons), tuple(self.evidence))
        return Finding(name, title, "high", outcome, remedy, "manual", _SOURCE)


def worse_than_before(
    now: tuple[Sequence[SeenEndpoint], Sequence[SeenHealth]], before: Mapping[str, Any] | None
) -> dict[str, list[str]]:
    """Per host, what speaks against a change that was just made.

    ``before`` is the plain result of an earlier look: what could not be seen or was not well then is not held against
    the change. Without it, everything has to be seen and well. A disagreement always counts.
    """
    ill = _ill_before(before)
    against: dict[str, list[str]] = {}
    for endpoint in now[0]:
        status, phrase = compare_endpoint(endpoint)
        if status is Status.FAIL or (status is Status.UNKNOWN and endpoint.place not in ill):
            against.setdefault(endpoint.host, []).append(phrase)
    for check in now[1]:
        if check.health not in GOOD_HEALTH and check.place not in ill:
            against.setdefault(check.host, []).append(check.phrase)
    return against


def _ill_before(before: Mapping[str, Any] | None) -> set[str]:
    if before is None:
        return set()
    endpoints = (f"{row['host']} {row['port']}" for row in before["endpoints"] if row["status"] != Status.PASS.value)
    checks = (f"{row['host']} {row['check']}" for row in before["health"] if row["health"] not in GOOD_HEALTH)
    return {*endpoints, *checks}


def _spelled(names: Sequence[str]) -> str:
    if not names:
        return "nothing"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
