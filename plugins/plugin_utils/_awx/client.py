# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API of AWX over HTTP: questions, writes, and what went wrong in words.

No redirect is followed: the token goes where its owner sent it, and nowhere else. A write is never sent twice.
"""

from __future__ import annotations

import json
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http.client import IncompleteRead
from typing import Any
from urllib.parse import urlencode

from .._failure import Failure
from .._foreign import json_of

__all__ = ["AwxClient", "Refused", "Send", "connect"]

Send = Callable[[str, str, bytes | None], tuple[int, bytes]]
"""Method, address and body to status and body."""

_PAGE = 200  # the most that AWX gives
_LARGEST = 32 * 1024 * 1024
_MOST_PAGES = 1000
_REMEDIES = {
    401: "Check the token.",
    403: "The user of the token has to be an administrator of the organization.",
    404: "Check configmgr_tls_awx_url and configmgr_tls_awx_api.",
}
_AGAIN = "Mend what is named and run the playbook again."


class Refused(Failure):
    """An answer that is a refusal; ``status`` is HTTP's, ``detail`` what AWX says about it."""

    def __init__(self, place: str, attempted: str, status: int, detail: str) -> None:
        self.status, self.detail = status, detail
        said = f" {detail}" if detail else ""
        text = f"{place}: could not {attempted}: HTTP status {status}{said}."
        super().__init__("awx_refused", text, _REMEDIES.get(status, _AGAIN), {"status": status})


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


def _opener(token: str, *, validate_certs: bool, ca_path: str | None, timeout: float) -> Send:
    """Sends with this token. Certificates are checked unless told otherwise.

    The authorities are read once: Ansible's open_url reads them for every request, which takes longer than all else.
    """
    try:
        context = ssl.create_default_context(cafile=ca_path)
    except OSError as error:
        raise Failure(
            "awx_certificate",
            f"the file of authorities {ca_path} cannot be used: {error.strerror or error}.",
            "Correct configmgr_tls_awx_ca_path; it takes certificates in PEM.",
        ) from None
    if not validate_certs:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    director = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Content-Type": "application/json"}

    def send(method: str, url: str, body: bytes | None) -> tuple[int, bytes]:
        request = urllib.request.Request(url, data=body, headers=headers, method=method)
        try:
            answer = director.open(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            if 300 <= answer.status < 400:
                return int(answer.status), str(answer.headers.get("Location", "elsewhere")).encode()
            text = answer.read(_LARGEST)
            if left := getattr(answer, "length", 0):
                raise IncompleteRead(text, left)
            return int(answer.status), bytes(text)

    return send


def connect(settings: Mapping[str, Any]) -> AwxClient:
    """The client that the options of the module describe. Failure awx_settings, awx_certificate; nothing is sent."""
    if not re.fullmatch(r"https?://[^/@\s]+(/\S*)?", settings["url"]) or not settings["token"]:
        raise Failure(
            "awx_settings",
            "the address of AWX or the token is missing.",
            "Give configmgr_tls_awx_url (such as https://awx.corp.example) and configmgr_tls_awx_token, or the "
            "environment variables CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN.",
        )
    send = _opener(
        settings["token"],
        validate_certs=settings["validate_certs"],
        ca_path=settings["ca_path"],
        timeout=settings["timeout"],
    )
    return AwxClient(send, settings["url"], settings["api"])


class AwxClient:
    """A client of AWX's API.

    ``place``: the address without a path, as the user gave it. ``api``: the path of the API.
    """

    def __init__(self, send: Send, place: str, api: str) -> None:
        self._send = send
        self.place = place.rstrip("/")
        self._api = "/" + api.strip("/")

    def rows(self, path: str, **query: str | int) -> list[dict[str, Any]]:
        """All rows of a list, in the order of AWX."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            asked = {**query, "page_size": _PAGE, **({"page": page} if page > 1 else {})}
            answer = self._ask("GET", f"{path}?{urlencode(asked)}", None)
            rows = answer.get("results")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise self._no_api(f"GET {path}", "the answer has no rows")
            found += rows
            if not answer.get("next") or not rows:
                return found
            page += 1
            if page > _MOST_PAGES:
                raise self._no_api(f"GET {path}", f"the list has more than {_MOST_PAGES} pages")

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Sent once. When the answer is lost, the next run sees what is there."""
        return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None) -> dict[str, Any]:
        attempted = f"{method} {path.partition('?')[0]}"
        data = None if body is None else json.dumps(body).encode()
        try:
            status, text = self._send(method, f"{self.place}{self._api}/{path}", data)
        except Exception as error:
            raise self._no_answer(attempted, error) from None
        if 300 <= status < 400:
            raise Failure(
                "awx_elsewhere",
                f"{self.place}: could not {attempted}: it sends everybody to {_short(text)}.",
                "Give configmgr_tls_awx_url the address that AWX is really at; a token is not sent on.",
            )
        if status not in (200, 201, 202, 204):
            raise Refused(self.place, attempted, status, _detail(text))
        if not text:
            return {}
        try:
            answer = json_of(text)
        except ValueError:
            raise self._no_api(attempted, "the answer is not JSON, or more of it than AWX sends") from None
        if not isinstance(answer, dict):
            raise self._no_api(attempted, "the answer is no object")
        return answer

    def _no_api(self, attempted: str, why: str) -> Failure:
        return Failure(
            "awx_answer",
            f"{self.place}: could not {attempted}: {why}.",
            "Check that configmgr_tls_awx_url and configmgr_tls_awx_api lead to AWX, not to a proxy or a logon page.",
        )

    def _no_answer(self, attempted: str, error: Exception) -> Failure:
        reason = getattr(error, "reason", error)
        said = f"{self.place}: could not {attempted}: "
        if isinstance(reason, ssl.SSLError):
            remedy = "Give configmgr_tls_awx_ca_path the file of the authority that issued its certificate."
            return Failure("awx_certificate", f"{said}{str(reason)[:200]}.", remedy)
        if isinstance(reason, TimeoutError):
            remedy = "See how busy AWX is and run the playbook again; what was made is kept."
            return Failure("awx_time_out", f"{said}no answer in time.", remedy)
        remedy = "Check configmgr_tls_awx_url, and run the playbook again; what was made is kept."
        return Failure("awx_unreachable", f"{said}nobody answered ({type(reason).__name__}).", remedy)


def _detail(text: bytes) -> str:
    """What AWX says. A page in HTML says nothing."""
    try:
        answer = json_of(text)
    except ValueError:
        return ""
    detail = answer.get("detail", answer) if isinstance(answer, dict) else answer
    return (detail if isinstance(detail, str) else json.dumps(detail))[:500].rstrip(".")


def _short(text: bytes) -> str:
    return text.decode("utf-8", "replace")[:200]
