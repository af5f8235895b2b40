# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""bitsadmin: downloads a file, from web servers of this computer only."""

from __future__ import annotations

import shutil
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from ...features import Feature, Source
from ...machine.files import FileError
from ..process import Call
from .tool import Tool

_NO_SUCH_HOST = -2147012889
_FAILED = -2145844848


def run(call: Call) -> int:
    """The program, for `/transfer NAME /download /priority P URL FILE`."""
    match call.arguments:
        case [transfer, _, download, priority, _, url, target] if (
            transfer.lower(),
            download.lower(),
            priority.lower(),
        ) == ("/transfer", "/download", "/priority"):
            return _transfer(call, url, call.path(target))
    call.complain(call.message("not_emulated", name="bitsadmin with these arguments"))
    return 1


def _transfer(call: Call, url: str, target: str) -> int:
    parts = urlsplit(url)
    if parts.scheme != "http" or not (parts.hostname or "").startswith("127."):
        return _NO_SUCH_HOST
    try:
        with urllib.request.urlopen(url, timeout=30) as answer, tempfile.NamedTemporaryFile() as copy:
            shutil.copyfileobj(answer, copy)
            copy.flush()
            call.files.bring(Path(copy.name), target)
    except (urllib.error.URLError, OSError, FileError):
        return _FAILED
    return 0


TOOL = Tool(
    "bitsadmin",
    run,
    (Feature("`/transfer NAME /download /priority P URL FILE`, over http", Source.DOCUMENT),),
    ("https", "jobs that go on in the background", "proxies", "what it prints"),
)
