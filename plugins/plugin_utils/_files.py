# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the collection writes on the controller: whole or not at all, for their owner, never to somewhere else."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ._failure import Failure

__all__ = ["AS_UMASK", "OWNER_ONLY", "UNFINISHED", "write_whole"]

OWNER_ONLY: Final = 0o600
AS_UMASK: Final = 0o666
"""Less what the user's umask takes away."""
UNFINISHED: Final = ".unfinished"
"""How the name of a file ends that a killed run may have left."""


def write_whole(path: Path, data: bytes, *, code: str, mode: int = OWNER_ONLY) -> None:
    """Put a file in its place in one step, with the folders above: a reader finds the old one or the new one.

    Failure with ``code`` when that cannot be done, or when somebody else has laid a link there that leads elsewhere.
    """
    try:
        _refuse_strangers(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data, mode)
    except OSError as error:
        raise Failure(
            code,
            f"{path} could not be written: {error.strerror}.",
            "Choose a place on the controller where its user, and nobody else, may write.",
        ) from None


def _replace(path: Path, data: bytes, mode: int) -> None:
    temporary = path.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    stream = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb")
    try:
        with stream:
            stream.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _refuse_strangers(path: Path) -> None:
    """As Linux does in folders that everybody may write to: a link is followed when root or its user has made it."""
    # A link at the place itself is replaced, whoever made it.
    if path.exists() and not path.is_file() and not path.is_symlink():
        raise OSError(errno.EINVAL, "there is something that is no plain file")
    for link in _links(path.parent, set()):
        if not _is_ours(link):
            raise OSError(errno.ELOOP, f"{link} is a link of somebody else, and leads elsewhere")


def _links(path: Path, seen: set[Path]) -> Iterator[Path]:
    for part in (*reversed(path.parents), path):
        if part not in seen and part.is_symlink():
            seen.add(part)
            yield part
            yield from _links(part.parent / part.readlink(), seen)


def _is_ours(link: Path) -> bool:
    return link.lstat().st_uid in (0, os.geteuid())
