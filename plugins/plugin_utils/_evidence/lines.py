# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of ConfigMgr's logs, of WSUS and of SQL Server: what they say, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["Stamp", "message", "stamp", "unwrapped"]

_MOST = 160
_WRAPPED = re.compile(r"<!\[LOG\[(.*?)\]LOG\]!>", re.DOTALL)
_TRAILER = re.compile(r"\s*\$\$<[^>]*><[^>]*>.*$", re.DOTALL)
_CMTRACE = re.compile(r'time="(\d\d:\d\d:\d\d)[.0-9]*([+-]\d{1,4})?"\s+date="(\d{1,2})-(\d{1,2})-(\d{4})"')
_COMPONENT = re.compile(r"<(\d{1,2})-(\d{1,2})-(\d{4}) (\d\d:\d\d:\d\d)[.0-9]*([+-]\d{1,4})?>")
_PLAIN = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)[ T](\d\d:\d\d:\d\d)(?:[.0-9]*)( UTC|Z)?")


@dataclass(frozen=True)
class Stamp:
    """The time of a line in a log.

    ``text``: the machine's own time, as C(2026-11-20 08:00:01); ``utc`` where the line tells the difference.
    """

    text: str
    utc: datetime | None


def message(text: str) -> str:
    """What a line says, without what the log puts around it, at most 160 characters."""
    plain = unwrapped(text)
    return plain if len(plain) <= _MOST else plain[: _MOST - 1] + "…"


def unwrapped(text: str) -> str:
    """What a line says: numbers of threads, times and names of source files are left behind."""
    wrapped = _WRAPPED.search(text)
    return " ".join((wrapped[1] if wrapped else _TRAILER.sub("", text)).replace("<![LOG[", "").split())


def stamp(text: str) -> Stamp | None:
    """When a line was written; None when it does not say or says no possible time."""
    if match := _CMTRACE.search(text):
        return _stamp(match[5], match[3], match[4], match[1], match[2])
    if match := _COMPONENT.search(text):
        return _stamp(match[3], match[1], match[2], match[4], match[5])
    if match := _PLAIN.search(text):
        return _stamp(match[1], match[2], match[3], match[4], "0" if match[5] else None)
    return None


def _stamp(year: str, month: str, day: str, time: str, minutes: str | None) -> Stamp | None:
    """``minutes``: what has to be added to the machine's time to get UTC."""
    try:
        local = datetime.fromisoformat(f"{year}-{int(month):02d}-{int(day):02d}T{time}")
        utc = (local + timedelta(minutes=int(minutes))).replace(tzinfo=UTC) if minutes is not None else None
    except (ValueError, OverflowError):
        return None
    return Stamp(local.isoformat(" "), utc)
