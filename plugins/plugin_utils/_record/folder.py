# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of the site record. Several runs may write to it at the same time.

A file is written beside its place and moved there, so that whoever reads finds the former one or the new one, whole. Of
two runs that read the same machine the later reading stays.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
import urllib.parse
from datetime import datetime
from pathlib import Path
from typing import Any

from .._failure import Failure
from .._files import UNFINISHED, write_whole
from .._tls.record import FORMAT, BadRecord, Record, parse_record

__all__ = ["RecordFolder"]

_ENDING = ".json"
_DAY = 24 * 60 * 60
_MOST = 4 * 1024 * 1024
"""Bytes of a file. Facts take ten thousand."""


class RecordFolder:
    """The folder with a record of each machine, as earlier runs left it.

    ``bad``: files that cannot be believed, as they were met, and why. ``now``: with a zone.
    """

    def __init__(self, folder: Path, now: datetime) -> None:
        self._folder = folder
        self._now = now
        self.bad: dict[str, str] = {}

    def read(self, host: str) -> Record | None:
        """What is known of a machine; None when nothing is, or nothing that can be believed."""
        path = self._path(host)
        try:
            return parse_record(host, _content(path), self._now)
        except FileNotFoundError:
            return None
        except BadRecord as error:
            self.bad[path.name] = str(error)
        except OSError as error:
            self.bad[path.name] = "it is a link" if error.errno == errno.ELOOP else str(error.strerror)
        return None

    def learn(self, record: Record) -> bool:
        """Add what was learned of a machine. False when a later reading is there. Failure when it cannot be written."""
        known = self.read(record.host)
        merged = record if known is None else known.with_newer(record)
        if known is not None and merged == known:
            return False
        self._write(record.host, merged)
        return True

    def prepare(self) -> None:
        """Make the folder, for nobody else. Failure when it cannot be used, or everybody may write to it."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            mode = self._folder.stat().st_mode
        except OSError as error:
            raise self._not_written(error) from None
        if mode & stat.S_IWOTH:
            raise Failure(
                "record_not_safe",
                f"everybody may write to {self._folder}, so that what is in it cannot be believed.",
                "Take that right away, or give another folder.",
            )

    def prune(self, days: float) -> list[str]:
        """Remove records that nobody has written to for so many days, and what killed runs left; names of hosts."""
        gone = []
        try:
            for entry in self._older_than(1):
                path = Path(entry.path)
                if path.suffix == UNFINISHED:
                    path.unlink(missing_ok=True)
                elif path.suffix == _ENDING and self._age(entry) > days and (host := _host_of(path)) is not None:
                    path.unlink(missing_ok=True)
                    gone.append(host)
        except OSError as error:
            raise self._not_written(error) from None
        return sorted(gone)

    def _older_than(self, days: float) -> list[os.DirEntry[str]]:
        with os.scandir(self._folder) as entries:
            return [entry for entry in entries if entry.is_file(follow_symlinks=False) and self._age(entry) > days]

    @staticmethod
    def _age(entry: os.DirEntry[str]) -> float:
        """In days; nothing of a file that another run has just removed."""
        try:
            return (time.time() - entry.stat(follow_symlinks=False).st_mtime) / _DAY
        except FileNotFoundError:
            return 0.0

    def _path(self, host: str) -> Path:
        return self._folder / f"{urllib.parse.quote(host, safe='')}{_ENDING}"

    def _write(self, host: str, record: Record) -> None:
        text = json.dumps(record.as_dict(), indent=1) + "\n"
        write_whole(self._path(host), text.encode(), code="record_not_written")

    def _not_written(self, error: OSError) -> Failure:
        return Failure(
            "record_not_written",
            f"the site record could not be written to {self._folder}: {error.strerror}.",
            "Choose a folder on the controller that its user may write to.",
        )


def _content(path: Path) -> Any:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BadRecord("it is not a file")
        text = file.read(_MOST + 1)
    if len(text) > _MOST:
        raise BadRecord(f"it is longer than {_MOST} bytes")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadRecord("it is not JSON") from None


def _host_of(path: Path) -> str | None:
    """Whom a record of ours is about; None of any other file."""
    try:
        raw = _content(path)
    except (BadRecord, OSError):
        return None
    ours = isinstance(raw, dict) and raw.get("format") == FORMAT and {"digest", "host"} <= raw.keys()
    return str(raw["host"]) if ours else None
