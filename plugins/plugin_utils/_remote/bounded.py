# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bound on the answers of requests, which takes whatever a server sends into memory before anybody can look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .environment import keep_environment

__all__ = ["AnswerTooLong", "bound", "bounding"]


class AnswerTooLong(Exception):
    """One answer over HTTP was longer than any that is expected."""


def bound(session: Any, most: int) -> None:
    """Let no answer of this requests session be longer than ``most`` bytes, unpacked. May be called again.

    Where the library that made the session logs in by itself, it sends through the same adapters.
    """
    for adapter in getattr(session, "adapters", {}).values():
        if not isinstance(adapter.send, _Bounded):
            adapter.send = _Bounded(adapter.send, most)


def bounding(build: Callable[..., Any], most: int) -> Callable[..., Any]:
    """Give a function that makes a requests session as ``build`` does: bounded, and asking the environment no more.

    A library that makes a session and logs in with it in one call leaves no time for either in between.
    """

    def built(*given: Any) -> Any:
        session = build(*given)
        bound(session, most)
        keep_environment(session)
        return session

    return built


@dataclass(frozen=True)
class _Bounded:
    send: Callable[..., Any]
    most: int

    def __call__(self, *request: Any, **options: Any) -> Any:
        response = self.send(*request, **options)
        blocks = response.iter_content

        def counted(*how: Any, **more: Any) -> Iterator[bytes]:
            size = 0
            for block in blocks(*how, **more):
                size += len(block)
                if size > self.most:
                    response.close()
                    raise AnswerTooLong(f"more than {self.most} bytes in one answer")
                yield block

        # Not read here: a login over TLS still wants the connection that the answer came over.
        response.iter_content = counted
        return response
