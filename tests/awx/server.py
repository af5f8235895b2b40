# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in over HTTP, with the troubles that a network and a proxy bring."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from .stand_in import Awx

PREFIX = "/api/v2/"
HTML = b"<!doctype html><html><body><h1>Sorry</h1>" + b"a page of a proxy " * 40 + b"</body></html>"


@contextmanager
def running(awx: Awx, trouble: str = "", certificate: Path | None = None) -> Iterator[str]:
    """Serves it; gives its address. certificate: with its key in PEM, to speak https.

    trouble: ``html 500``, ``html 200``, ``silence`` (no answer until the server ends), ``cut`` (the connection is
    closed in the middle of an answer), ``elsewhere`` (everything is sent to another address).
    """
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            address = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            if trouble:
                self._trouble()
            elif " //" in self.requestline:
                # Python's server would make one slash of the two.
                self._reply(500, HTML, "text/html")
            elif not address.path.startswith(PREFIX):
                # Its pages, not its API.
                self._reply(404, HTML, "text/html")
            else:
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                path, query = address.path[len(PREFIX) :], dict(parse_qsl(address.query))
                status, answer = awx.answer(token, self.command, path, query, body)
                self._reply(status, b"" if answer is None else json.dumps(answer).encode(), "application/json")

        def _trouble(self) -> None:
            if trouble == "silence":
                over.wait()
            elif trouble == "elsewhere":
                self._reply(302, b"", "text/html", Location="http://elsewhere.example/login")
            elif trouble == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{")
                self.close_connection = True
            else:
                self._reply(int(trouble.split()[1]), HTML, "text/html")

        def _reply(self, status: int, text: bytes, kind: str, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = _serve

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
