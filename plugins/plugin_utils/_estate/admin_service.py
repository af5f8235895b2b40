# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AdminService of an SMS Provider: rows of a class, page by page.

Source: Microsoft, "How to use the administration service"; class names are case-sensitive, and SMS_SCI_SysResUse
refuses to have columns chosen. pypsrp brings the Negotiate logon (Kerberos and NTLM with channel binding) for requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._failure import Failure
from .._foreign import TooMuch, json_of
from .._remote.bounded import AnswerTooLong, bound
from .._remote.errors import table
from .errors import estate_failure
from .logon import MISSING as LOGON_MISSING
from .logon import Choice, KerberosFailure, Login, choose, reason_of
from .records import OF_ACTIVITY, Rows

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.util import Retry
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = LOGON_MISSING

__all__ = ["LIBRARY", "MISSING", "AdminService", "Login", "ClientSelection", "read_rows"]

LIBRARY = "pypsrp"
_STATUSES = {
    400: "admin_service_query",
    403: "admin_service_forbidden",
    404: "admin_service_not_found",
    503: "admin_service_busy",
}
_BACKOFF_SECONDS = 0.2
# Clients of a hierarchy. Source: Microsoft, "Size and scale numbers for Configuration Manager", with room.
_MOST_ROWS = 2_000_000
# Bytes. A client has some three thousand, its answer to CMPivot can have more; a page has many of either.
_LONGEST_ROW, _SMALLEST_BOUND = 8 * 1024, 8 * 1024 * 1024
# Methods are often answered with 201.
_DONE = (200, 201)


@dataclass(frozen=True)
class ClientSelection:
    """Which clients: of a collection, or by an OData filter on SMS_R_System; ``limit`` 0 for all of them.

    activity: whether the site is asked which of them it calls active.
    """

    clients: bool = False
    collection: str = ""
    filter: str = ""
    limit: int = 0
    activity: bool = False


class AdminService:
    """The AdminService of an SMS Provider, asked over HTTPS.

    ``verify``: the file or folder of authorities, True for the controller's own, False to trust anybody.
    """

    def __init__(
        self, url: str, login: Login, *, verify: str | bool, timeout: float, retries: int, page_size: int
    ) -> None:
        self._root = f"{url.rstrip('/')}/AdminService"
        self._place = urlsplit(url).netloc
        self._timeout, self._page_size = timeout, page_size
        self._session = requests.Session()
        self._session.verify = verify
        # The environment's own authorities would replace those of verify.
        self._session.trust_env = False
        self._session.mount("https://", HTTPAdapter(max_retries=_again(retries)))
        bound(self._session, max(_SMALLEST_BOUND, page_size * _LONGEST_ROW))
        self._login = login
        self._choice: Choice | None = None

    def rows(self, name: str, filter: str = "", limit: int = 0) -> list[dict[str, Any]]:
        """All rows of a class, or the first ``limit``. Raises Failure."""
        found: list[dict[str, Any]] = []
        for page in self._pages(name, {"$filter": filter} if filter else {}):
            found += page
            if limit and len(found) >= limit:
                return found[:limit]
        return found

    @property
    def not_kerberos(self) -> KerberosFailure | None:
        """Why the logon, which might have been Kerberos, was with NTLM; None when it was not, or was told to."""
        return self._choice.why if self._choice else None

    def entities(self, name: str, filter: str) -> list[dict[str, Any]]:
        """All rows of an entity of the other route (v1.0), whose names are case-sensitive. Raises Failure."""
        return [row for page in self._pages(name, {"$filter": filter}, route="v1.0") for row in page]

    def entity(self, name: str) -> dict[str, Any]:
        """What a function of the route v1.0 gives. Raises Failure."""
        attempted = f"read {name}"
        return self._object(self._ask("GET", f"{self._root}/v1.0/{name}", attempted), attempted)

    def call(self, name: str, body: Mapping[str, Any], route: str = "v1.0") -> dict[str, Any]:
        """Call an action of a route. It is sent once: what may have begun is not begun again. Raises Failure."""
        attempted = f"call {name}"
        answer = self._ask("POST", f"{self._root}/{route}/{name}", attempted, json=dict(body))
        return self._object(answer, attempted)

    def metadata(self) -> str:
        """What the route v1.0 offers, as XML. Raises Failure."""
        text: str = self._ask("GET", f"{self._root}/v1.0/$metadata", "read what the AdminService offers").text
        return text

    def close(self) -> None:
        self._session.close()

    def _pages(self, name: str, options: Mapping[str, str], route: str = "wmi") -> Iterator[list[dict[str, Any]]]:
        """By the links of the answers where there are any, else by $top and $skip until a page is not full."""
        address: str | None = f"{self._root}/{route}/{name}"
        skip, seen, rows = 0, set[str](), 0
        while address is not None:
            ours = {} if skip < 0 else {**options, "$top": str(self._page_size), "$skip": str(skip)}
            body = self._get(address, ours, name)
            page, link = body["value"], body.get("@odata.nextLink")
            rows += len(page)
            if rows > _MOST_ROWS:
                detail = f"more than {_MOST_ROWS} rows"
                raise estate_failure("admin_service_too_long", self._place, f"read the class {name}", detail)
            yield page
            if isinstance(link, str) and link not in seen and _same_host(link, self._root):
                seen.add(link)
                address, skip = link, -1
            elif skip >= 0 and len(page) >= self._page_size:
                skip += len(page)
            else:
                address = None

    def _get(self, address: str, options: Mapping[str, str], name: str) -> dict[str, Any]:
        attempted = f"read the class {name}"
        body = self._object(self._ask("GET", address, attempted, params=dict(options)), attempted)
        if not _is_rows(body.get("value")):
            raise estate_failure("admin_service_answer", self._place, attempted, "the answer has no rows")
        return body

    def _ask(self, method: str, address: str, attempted: str, **content: Any) -> Any:
        self._log_on(attempted)
        try:
            answer = self._session.request(method, address, timeout=self._timeout, allow_redirects=False, **content)
        except AnswerTooLong as error:
            raise estate_failure("admin_service_too_long", self._place, attempted, str(error)) from None
        except requests.exceptions.SSLError as error:
            raise estate_failure("admin_service_certificate", self._place, attempted, _short(error)) from None
        except requests.exceptions.Timeout:
            raise estate_failure(
                "admin_service_time_out", self._place, attempted, f"no answer in {self._timeout:.0f} s"
            ) from None
        except requests.exceptions.RequestException as error:
            raise estate_failure("admin_service_unreachable", self._place, attempted, _short(error)) from None
        except Exception as problem:  # of the logon: as many kinds as there are libraries
            raise self._no_logon(attempted, reason_of(problem, self._login)) from None
        if answer.status_code == 401:
            raise self._refused(attempted)
        if answer.status_code not in _DONE:
            code = _STATUSES.get(answer.status_code, "admin_service_failed")
            raise estate_failure(code, self._place, attempted, f"HTTP status {answer.status_code}")
        return answer

    def _object(self, answer: Any, attempted: str) -> dict[str, Any]:
        try:
            body = json_of(answer.content)
        except TooMuch as error:
            raise estate_failure("admin_service_too_long", self._place, attempted, str(error)) from None
        except ValueError:
            raise estate_failure("admin_service_answer", self._place, attempted, "the answer is not JSON") from None
        if not isinstance(body, dict):
            raise estate_failure("admin_service_answer", self._place, attempted, "the answer has no rows")
        return body

    def _log_on(self, attempted: str) -> None:
        """Before the first request: choosing a way to log in may take a domain controller."""
        if self._choice is None:
            chosen = choose(self._login, urlsplit(self._root).hostname or "")
            if isinstance(chosen, KerberosFailure):
                raise self._no_logon(attempted, chosen)
            self._choice = chosen
            self._session.auth = chosen.auth

    def _no_logon(self, attempted: str, reason: KerberosFailure) -> Failure:
        fault = reason.fault
        return estate_failure(fault.code, self._place, attempted, f"{fault.phrase} ({reason.detail})", fault.remedy)

    def _refused(self, attempted: str) -> Failure:
        if self._choice is None:
            raise AssertionError("a login is refused after it was tried")
        if self._choice.method == "basic":
            return estate_failure("admin_service_login", self._place, attempted, "HTTP status 401")
        if self._choice.method == "kerberos":
            fault = table()["kerberos_refused"]
            return estate_failure(fault.code, self._place, attempted, fault.phrase, fault.remedy)
        why = self._choice.why
        detail = f"; Kerberos was not used: {why.fault.phrase} ({why.detail})" if why else ""
        return estate_failure("admin_service_ntlm", self._place, attempted, f"a login with NTLM was refused{detail}")


def _again(retries: int) -> Any:
    """Connections that were not made, and questions (never calls) that a busy site did not take."""
    return Retry(
        total=retries,
        read=False,
        status_forcelist=[503],
        allowed_methods=["GET"],
        backoff_factor=_BACKOFF_SECONDS,
        raise_on_status=False,
        respect_retry_after_header=False,
    )


def read_rows(service: AdminService, wanted: ClientSelection) -> Rows:
    """Everything that the hierarchy is made of."""
    return Rows(
        service.rows("SMS_Site"),
        service.rows("SMS_SCI_SiteDefinition"),
        service.rows("SMS_SCI_SysResUse"),
        service.rows("SMS_HA_SiteServerTopLevelMonitoring"),
        _with_activity(service, _clients(service, wanted)) if wanted.activity else _clients(service, wanted),
    )


def _clients(service: AdminService, wanted: ClientSelection) -> list[dict[str, Any]]:
    """Machines with a client that is not obsolete; those of a collection by their resource ids."""
    if not wanted.clients:
        return []
    if not wanted.collection:
        rows = service.rows("SMS_R_System", wanted.filter)
        return _first([row for row in rows if _is_client(row)], wanted.limit)
    members = service.rows("SMS_FullCollectionMembership", f"CollectionID eq '{wanted.collection}'")
    ids = {row.get("ResourceID") for row in members}
    rows = [row for row in service.rows("SMS_R_System", wanted.filter) if row.get("ResourceID") in ids]
    return _first([row for row in rows if _is_client(row)], wanted.limit)


def _with_activity(service: AdminService, clients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with the properties that another class has of it."""
    rows = service.rows("SMS_CombinedDeviceResources") if clients else []
    known = {row.get("ResourceID"): {name: row.get(name) for name in OF_ACTIVITY} for row in rows}
    return [{**client, **known.get(client.get("ResourceID"), {})} for client in clients]


def _first(rows: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    return rows[:limit] if limit else rows


def _is_client(row: Mapping[str, Any]) -> bool:
    return row.get("Client") == 1 and row.get("Obsolete") in (0, None, False)


def _is_rows(value: Any) -> bool:
    """Rows are told apart by the number of their machine, where they have one."""
    return isinstance(value, list) and all(
        isinstance(row, dict) and isinstance(row.get("ResourceID"), (int, str, type(None))) for row in value
    )


def _same_host(link: str, base: str) -> bool:
    """A link to somewhere else would take the login there."""
    return urlsplit(link)[:2] == urlsplit(base)[:2]


def _short(error: Exception) -> str:
    cause: BaseException = error
    while cause.__context__ is not None or cause.__cause__ is not None:
        cause = cause.__cause__ or cause.__context__  # type: ignore[assignment]
    return f"{type(cause).__name__}: {cause}"[:200]
