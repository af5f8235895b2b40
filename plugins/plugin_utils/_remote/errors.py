# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failures between the controller and a host: one exception, and the table of everything it can be."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from .._failure import Failure

RETRIES = frozenset({"never", "wait", "renew", "reset", "reconnect"})
SCRUBBED = "********"

_DETAIL_LENGTH = 600
_URL_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_REQUIRED = frozenset({"code", "kind", "phrase", "remedy", "unreachable", "retry", "source"})
_MATCHERS = frozenset({"faults", "subcodes", "http", "kerberos", "texts"})
# In the order in which they are asked.
_FILES = ("faults_kerberos.yml", "faults.yml")


class RemoteError(Failure):
    """A command line that did not reach a host, or whose answer did not come back.

    kind: the family (authentication, certificate, network, ...); code: the stable name (auth_rejected, ...);
    host: as the inventory names it; attempted: what was being done ("read the TLS settings"); remedy: what an
    administrator can do;
    detail: the library's own words without secrets; unreachable: whether Ansible should say UNREACHABLE;
    sent: whether the command line had left for the host, so that it may have run.
    """

    def __init__(
        self,
        *,
        kind: str,
        code: str,
        host: str,
        attempted: str,
        remedy: str,
        detail: str = "",
        unreachable: bool = False,
        phrase: str = "",
        sent: bool = False,
    ) -> None:
        self.phrase = phrase or code
        super().__init__(code, f"{host}: could not {attempted}: {self.phrase}. {remedy}", remedy)
        self.kind = kind
        self.host = host
        self.attempted = attempted
        self.detail = detail
        self.unreachable = unreachable
        self.sent = sent

    def __reduce__(self) -> tuple[Any, ...]:
        more = {"unreachable": self.unreachable, "phrase": self.phrase, "sent": self.sent}
        return _rebuild, ({**self.as_result(), **more},)

    def message(self, host: str) -> str:
        return str(self)

    def result(self, host: str) -> dict[str, Any]:
        return {"error": self.as_result(), "code": self.code, "changed": False}

    def as_result(self) -> dict[str, str]:
        """The error as plain data for a task's result: kind, code, host, attempted, remedy, detail."""
        return {
            "kind": self.kind,
            "code": self.code,
            "host": self.host,
            "attempted": self.attempted,
            "remedy": self.remedy,
            "detail": self.detail,
        }


def _rebuild(fields: dict[str, Any]) -> RemoteError:
    return RemoteError(**fields)


@dataclass(frozen=True)
class Fault:
    """One row of faults.yml, where the columns are explained."""

    code: str
    kind: str
    phrase: str
    remedy: str
    unreachable: bool
    retry: str
    source: str
    faults: frozenset[int] = frozenset()
    subcodes: frozenset[str] = frozenset()
    http: frozenset[int] = frozenset()
    kerberos: frozenset[int] = frozenset()
    texts: tuple[re.Pattern[str], ...] = ()


def fault_of(row: Mapping[str, Any]) -> Fault:
    """A row of the table as an object. ValueError names the row and what is wrong with it."""
    code = str(row.get("code", "?"))
    if wrong := (_REQUIRED - row.keys()) | (row.keys() - _REQUIRED - _MATCHERS):
        raise ValueError(f"faults.yml, {code}: missing or unknown columns {sorted(wrong)}")
    if row["retry"] not in RETRIES:
        raise ValueError(f"faults.yml, {code}: unknown retry {row['retry']!r}")
    if not isinstance(row["unreachable"], bool):
        raise ValueError(f"faults.yml, {code}: unreachable must be true or false")
    return Fault(
        code=code,
        kind=row["kind"],
        phrase=row["phrase"],
        remedy=row["remedy"],
        unreachable=row["unreachable"],
        retry=row["retry"],
        source=row["source"],
        faults=frozenset(row.get("faults", ())),
        subcodes=frozenset(row.get("subcodes", ())),
        http=frozenset(row.get("http", ())),
        kerberos=frozenset(row.get("kerberos", ())),
        texts=tuple(re.compile(text, re.DOTALL) for text in row.get("texts", ())),
    )


@lru_cache(maxsize=1)
def table() -> dict[str, Fault]:
    """Every failure by its code, in the order in which rows are matched. Read when the first failure needs it."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts = [importlib.resources.files(__package__).joinpath(name).read_text(encoding="utf-8") for name in _FILES]
    rows = [fault_of(row) for text in texts for row in yaml.load(text, Loader=loader)]
    by_code = {row.code: row for row in rows}
    if len(by_code) != len(rows):
        raise ValueError("faults.yml: a code appears twice")
    return by_code


def scrub(text: str, secrets: Iterable[str]) -> str:
    """The text on one line, at most 600 characters long, without the secrets and the credentials of any URL."""
    for secret in sorted({secret for secret in secrets if secret}, key=len, reverse=True):
        shown = repr(secret)[1:-1]  # the libraries put texts into texts as Python writes them
        for form in dict.fromkeys((secret, shown, shown.replace("'", "\\'"))):
            text = text.replace(form, SCRUBBED)
    text = " ".join(_URL_CREDENTIALS.sub(f"{SCRUBBED}@", text).split())
    return text if len(text) <= _DETAIL_LENGTH else text[: _DETAIL_LENGTH - 3] + "..."


def error(
    code: str,
    *,
    host: str,
    attempted: str,
    detail: str = "",
    secrets: Iterable[str] = (),
    sent: bool = False,
) -> RemoteError:
    """The row of that code as an exception about this host. KeyError: no such code."""
    row = table()[code]
    return RemoteError(
        kind=row.kind,
        code=row.code,
        host=host,
        attempted=attempted,
        remedy=row.remedy,
        detail=scrub(detail, secrets),
        unreachable=row.unreachable,
        phrase=row.phrase,
        sent=sent,
    )
