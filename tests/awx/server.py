# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An AWX in memory, over HTTP: the endpoints that the playbook uses, strict as the contract is, with a record of what
was written.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .contract import CONTRACT, mistakes, survey_mistakes

TOKEN = "Only-For-Tests-Token-1"
PREFIX = "/api/v2/"


class Awx:
    """``objects``: by endpoint and id. ``writes``: every request that was not a question."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[int, dict[str, Any]]] = {endpoint: {} for endpoint in CONTRACT}
        self.attached: dict[str, list[int]] = {}
        self.surveys: dict[int, Any] = {}
        self.writes: list[tuple[str, str]] = []
        self.status = 0
        self._next = 1
        self.add("organizations", {"name": "Default", "description": ""})

    def add(self, endpoint: str, fields: dict[str, Any]) -> int:
        number, self._next = self._next, self._next + 1
        self.objects[endpoint][number] = {**fields, "id": number}
        if endpoint == "workflow_job_template_nodes":
            self.objects[endpoint][number].setdefault("unified_job_template", None)
        return number

    def named(self, endpoint: str, name: str) -> dict[str, Any]:
        return next(row for row in self.objects[endpoint].values() if row.get("name", row.get("identifier")) == name)

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> tuple[int, Any]:
        if self.status:
            return self.status, {"detail": "as told"}
        if method != "GET":
            self.writes.append((method, path))
        parts = path.strip("/").split("/")
        if parts[0] not in self.objects:
            return 404, {"detail": "Not found."}
        if len(parts) == 1:
            return self._list(parts[0], query) if method == "GET" else self._make(parts[0], body)
        number = int(parts[1])
        if number not in self.objects[parts[0]]:
            return 404, {"detail": "Not found."}
        if len(parts) == 2:
            return self._change(parts[0], number, body)
        return self._part(parts[0], number, parts[2], method, body)

    def _list(self, endpoint: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        wanted = {name: values[0] for name, values in query.items() if name != "page_size"}
        rows = [
            row
            for row in self.objects[endpoint].values()
            if all(str(row.get(name)) == value for name, value in wanted.items())
        ]
        return 200, {"count": len(rows), "results": rows}

    def _make(self, endpoint: str, body: Any) -> tuple[int, Any]:
        if problems := list(mistakes(endpoint, body)):
            return 400, {"detail": problems}
        return 201, self.objects[endpoint][self.add(endpoint, body)]

    def _change(self, endpoint: str, number: int, body: Any) -> tuple[int, Any]:
        if problems := list(mistakes(endpoint, body, whole=False)):
            return 400, {"detail": problems}
        self.objects[endpoint][number].update(body)
        return 200, self.objects[endpoint][number]

    def _part(self, endpoint: str, number: int, part: str, method: str, body: Any) -> tuple[int, Any]:
        if part == "survey_spec":
            if method == "GET":
                return 200, self.surveys.get(number, {})
            if problems := list(survey_mistakes(body)):
                return 400, {"detail": problems}
            self.surveys[number] = body
            return 200, None
        if part == "create_approval_template":
            self.objects[endpoint][number]["unified_job_template"] = -number
            self.objects[endpoint][number]["approval"] = body
            return 201, {"id": -number}
        related = self.attached.setdefault(f"{endpoint}/{number}/{part}", [])
        if method == "GET":
            return 200, {"count": len(related), "results": [{"id": each} for each in related]}
        if not any(body["id"] in rows for rows in self.objects.values()):
            return 400, {"detail": "there is no such object"}
        related.append(body["id"])
        return 204, None


@contextmanager
def running(awx: Awx) -> Iterator[str]:
    """Serves it; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, answer = 401, {"detail": "Authentication credentials were not provided."}
            elif not address.path.startswith(PREFIX):
                status, answer = 404, {"detail": "Not found."}
            else:
                path = address.path[len(PREFIX) :]
                status, answer = awx.answer(self.command, path, parse_qs(address.query), body)
            text = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
