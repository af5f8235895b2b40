# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which row of the table an exception of pywinrm, pypsrp, requests or a connection plugin belongs to.

The winrm connection plugin keeps only the text of what went wrong, the libraries keep objects: both become the
same evidence, and the table is asked once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Fault, table

_FAULT_IN_TEXT = re.compile(r"'wsmanfault_code': '?(\d+)")
_SUBCODE_IN_TEXT = re.compile(r"'fault_subcode': '(?:\w+:)?(\w+)'")
_HTTP_IN_TEXT = re.compile(r"Bad HTTP response returned from (?:the )?server\. Code:? (\d{3})\b")
# MIT Kerberos numbers its errors from here; its libraries print them with the sign or without.
_KERBEROS_BASE = -1765328384
_KERBEROS_IN_TEXT = re.compile(r"-17653[12]\d{4}\b|\b2529(?:638|639)\d{3}\b")
_FAULT_IN_XML = re.compile(
    r"WSManFault\b[^>]{0,500}?\bCode=[\"'](\d{1,10})[\"']|error_Code\b[^>]{0,500}>\s{0,99}(\d{1,10})\s{0,99}<"
)
_SUBCODE_IN_XML = re.compile(r"Subcode>\s{0,99}<(?:\w{1,20}:)?Value>\s{0,99}(?:\w{1,20}:)?(\w{1,99})\s{0,99}<")
_MOST = 16 * 1024
"""Characters of an answer that are looked at. Anybody in between can send one before there is a login."""


class NotBound(Exception):
    """A login over TLS that was refused, and that was told not to bind itself to the connection (RFC 5929)."""


@dataclass(frozen=True)
class Signs:
    """What an exception says: numbers of faults, subcodes, the HTTP status of an answer without a fault, text,
    numbers of Kerberos errors as RFC 4120 and MIT count them.

    fault: whether the host answered with a SOAP fault at all.
    """

    faults: frozenset[int]
    subcodes: frozenset[str]
    http: int | None
    text: str
    fault: bool
    kerberos: frozenset[int] = frozenset()


def causes(problem: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, outermost first; each once."""
    seen: set[int] = set()
    current: BaseException | None = problem
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def evidence_of(problem: BaseException) -> Signs:
    """Everything about the exception that the table can be asked for."""
    faults: set[int] = set()
    subcodes: set[str] = set()
    statuses: list[int] = []
    lines: list[str] = []
    bodies: list[str] = []
    for cause in causes(problem):
        text = f"{type(cause).__name__}: {cause}"[:_MOST]
        lines.append(text)
        body = _body(cause)
        bodies.append(body)
        faults.update(int(number) for number in _FAULT_IN_TEXT.findall(text))
        faults.update(int(first or second) for first, second in _FAULT_IN_XML.findall(body))
        faults.update(
            number
            for name in ("wsman_fault_code", "wmierror_code", "code")
            if type(cause).__name__ == "WSManFaultError"
            and isinstance(number := getattr(cause, name, None), int)
            and not (name == "code" and hasattr(cause, "wsman_fault_code"))  # there it is the HTTP status
        )
        subcodes.update(_SUBCODE_IN_TEXT.findall(text))
        subcodes.update(_SUBCODE_IN_XML.findall(body))
        statuses.extend(int(status) for status in _HTTP_IN_TEXT.findall(text))
        if type(cause).__name__ == "WinRMTransportError" and isinstance(getattr(cause, "code", None), int):
            statuses.append(cause.code)  # type: ignore[attr-defined]
    text = "\n".join(lines)
    fault = bool(faults or subcodes or "extended fault data" in text or any("Fault>" in body for body in bodies))
    http = statuses[0] if statuses and not fault else None
    return Signs(frozenset(faults), frozenset(subcodes), http, text, fault, _kerberos(text))


def _kerberos(text: str) -> frozenset[int]:
    numbers = (int(number) for number in _KERBEROS_IN_TEXT.findall(text))
    return frozenset((number if number < 0 else number - 2**32) - _KERBEROS_BASE for number in numbers)


def _body(cause: BaseException) -> str:
    for name in ("response_text", "response"):
        body = getattr(cause, name, None)
        if isinstance(body, (str, bytes)):
            return body[:_MOST] if isinstance(body, str) else body[:_MOST].decode("utf-8", "replace")
    return ""


def row_for(evidence: Signs) -> Fault:
    """The first row of the table that matches; the last row matches anything."""
    for row in table().values():
        if (
            row.faults & evidence.faults
            or row.subcodes & evidence.subcodes
            or evidence.http in row.http
            or row.kerberos & evidence.kerberos
        ):
            return row
        if any(text.search(evidence.text) for text in row.texts):
            return row
    return table()["connection_failed"]


# In these the request never reached the service that would have carried it out.
_BEFORE_SENDING = frozenset({"network", "certificate", "authentication", "configuration", "missing_library"})
_BEFORE_SENDING_CODES = frozenset(
    {"connect_time_out", "tls_not_spoken", "tls_no_common_protocol", "tls_weak_dh", "tls_legacy_renegotiation"}
)


def refused(row: Fault, evidence: Signs) -> bool:
    """Whether it is certain that the host did not begin what it was asked: it said so, or it never heard of it."""
    answered = evidence.fault or evidence.http is not None
    return answered or row.kind in _BEFORE_SENDING or row.code in _BEFORE_SENDING_CODES
