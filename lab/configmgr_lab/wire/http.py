# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Just enough HTTP/1.1 for http.sys' manners: exact Content-Length, keep-alive, an empty reason phrase on 401."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024 * 1024

REASONS = {200: "OK", 400: "Bad Request", 401: "", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict"}
REASONS |= {411: "Length Required", 413: "Request Entity Too Large", 500: "Internal Server Error"}
REASONS |= {503: "Service Unavailable"}


class BadRequest(Exception):
    """The bytes on the connection are not a request this server takes."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class HttpRequest:
    """A request as read. Header names are lower case; ``size`` counts every byte read for it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    size: int

    @property
    def keep_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True)
class HttpAnswer:
    """An answer to write. ``headers`` may repeat a name, as WWW-Authenticate does."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())
    server: str = "Microsoft-HTTPAPI/2.0"

    def encode(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, '')}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines.append(f"Server: {self.server}")
        lines.extend(f"{name}: {value}" for name, value in self.headers)
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + self.body


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """Read one request; None when the peer closed between requests.

    Raises BadRequest for what cannot be understood, ``asyncio.IncompleteReadError`` or ``ConnectionError`` when the
    peer left in the middle.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as exc:
        if not exc.partial:
            return None
        raise
    except asyncio.LimitOverrunError as exc:
        raise BadRequest(400, "request head too long") from exc
    request_line, *header_lines = head[:-4].decode("latin-1").split("\r\n")
    words = request_line.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest(400, "not an HTTP/1 request line")
    headers: dict[str, str] = {}
    for line in header_lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest(400, "header line without a colon")
        headers[name.strip().lower()] = value.strip()
    if "transfer-encoding" in headers:
        raise BadRequest(411, "chunked bodies are not taken")
    text = headers.get("content-length", "0")
    if not text.isdigit():
        raise BadRequest(400, "Content-Length is not a number")
    length = int(text)
    if length > MAX_BODY:
        raise BadRequest(413, "body too long")
    body = await reader.readexactly(length) if length else b""
    return HttpRequest(words[0], words[1], headers, body, len(head) + length)
