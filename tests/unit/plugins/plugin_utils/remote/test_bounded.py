# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers over HTTP that have no end, or unpack to more than anybody has sent."""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.bounded import AnswerTooLong, bound

MOST = 100_000


class Handler(BaseHTTPRequestHandler):
    """The path says how: so many bytes, so many zeros packed, or without end."""

    def do_GET(self) -> None:
        kind, number = self.path.strip("/").split("-")
        self.send_response(200)
        with contextlib.suppress(OSError):
            if kind == "endless":
                self.end_headers()
                while True:
                    self.wfile.write(bytes(64 * 1024))
            body = bytes(int(number)) if kind == "plain" else gzip.compress(bytes(int(number)))
            if kind == "packed":
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def place() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        bound(session, MOST)
        bound(session, MOST)
        yield session


@pytest.mark.parametrize("path", ["plain-0", f"plain-{MOST}", f"packed-{MOST}"])
def test_an_answer_within_the_bound_is_whole(place: str, session: requests.Session, path: str) -> None:
    assert session.get(f"{place}/{path}").content == bytes(int(path.rpartition("-")[2]))


@pytest.mark.parametrize("path", [f"plain-{MOST + 1}", f"packed-{MOST + 1}", f"packed-{MOST * 1000}", "endless-0"])
def test_an_answer_beyond_it_is_an_error(place: str, session: requests.Session, path: str) -> None:
    with pytest.raises(AnswerTooLong, match="100000"):
        session.get(f"{place}/{path}")
