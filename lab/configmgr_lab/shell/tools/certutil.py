# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""certutil and fsutil, as far as files and room on the disk go."""

from __future__ import annotations

import base64
import binascii

from ...features import Feature, Source
from ...machine.files import FileError
from ..process import Call
from .tool import Tool

_NOT_FOUND = -2147024894
_BAD_DATA = -2147024883
_WINDOWS_10 = 10240
_GROUPED_SINCE = 19041
_SIZE = 60 * 1024**3


def certutil(call: Call) -> int:
    """The program; its exit code is an HRESULT."""
    words = [word.lower() if word.startswith("-") else word for word in call.arguments]
    try:
        match words:
            case ["-hashfile", path, algorithm] if algorithm.upper() == "SHA256":
                return _hash(call, path)
            case ["-f", "-decode", source, target] | ["-decode", source, target]:
                return _decode(call, source, target)
    except FileError:
        call.say(call.message("certutil_failed"))
        return _NOT_FOUND
    call.complain(call.message("not_emulated", name="certutil with these arguments"))
    return 1


def _hash(call: Call, path: str) -> int:
    entry = call.files.get(call.path(path))
    if entry is None or entry.is_folder:
        raise FileError("file")
    digest = call.files.sha256(entry.path)
    if call.machine.image.build < _WINDOWS_10:
        digest = " ".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    call.say(call.message("hash_header", path=path) + f"{digest}\n" + call.message("hash_end"))
    return 0


def _decode(call: Call, source: str, target: str) -> int:
    try:
        content = base64.b64decode(b"".join(call.files.read(call.path(source)).split()), validate=True)
    except binascii.Error:
        call.say(call.message("certutil_failed"))
        return _BAD_DATA
    call.files.write(call.path(target), content)
    call.say(call.message("decode_end", size=str(len(content))))
    return 0


def fsutil(call: Call) -> int:
    """The program, for `volume diskfree C:` and `reparsepoint query PATH`."""
    if [word.lower() for word in call.arguments[:2]] == ["reparsepoint", "query"] and len(call.arguments) == 3:
        return _reparse_point(call, call.path(call.arguments[2]))
    if [word.lower() for word in call.arguments] not in (["volume", "diskfree", "c:"], ["volume", "diskfree", "c:\\"]):
        call.complain(call.message("not_emulated", name="fsutil with these arguments"))
        return 1
    free, whole = call.machine.files.free, _SIZE
    if call.machine.image.build < _GROUPED_SINCE:
        call.say(call.message("free_old", free=str(free), all=str(whole)))
        return 0
    mark = "." if call.machine.locale == "de" else ","
    grouped = [f"{number:,}".replace(",", mark) for number in (free, whole)]
    call.say(call.message("free_new", free=grouped[0], all=grouped[1], gb=f"{free / 1024**3:.1f}"))
    return 0


def _reparse_point(call: Call, path: str) -> int:
    entry = call.files.get(path)
    if not call.files.token.is_administrator and call.machine.image.build < _WINDOWS_10:
        call.say(call.message("fsutil_rights"))
        return 1
    if entry is None or entry.target is None:
        call.say(call.message("no_reparse_point" if entry is not None else "file_not_found"))
        return 1
    call.say(call.message("reparse_point", target=entry.target))
    return 0


CERTUTIL = Tool(
    "certutil",
    certutil,
    (
        Feature("`-hashfile FILE SHA256`: with blanks before Windows 10, without since", Source.ASSUMED),
        Feature("`[-f] -decode IN OUT`", Source.DOCUMENT),
    ),
    ("everything else",),
)
FSUTIL = Tool(
    "fsutil",
    fsutil,
    (
        Feature("`volume diskfree C:`, grouped from build 19041 on", Source.ASSUMED),
        Feature("`reparsepoint query PATH`: exit code 0 for a junction, 1 for all else", Source.ASSUMED),
        Feature("`reparsepoint` refused to plain users before Windows 10", Source.ASSUMED),
    ),
    ("everything else",),
)
