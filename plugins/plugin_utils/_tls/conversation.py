# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The row type of C(conversations.yml): who talks to whom in a hierarchy, and what is lost when they no longer can."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .._data import load_table
from .._data.convert import FieldError
from .._data.rows import Row

__all__ = ["Conversation", "conversations"]

# Microsoft's services took TLS 1.0 and 1.1 away in 2020; whether one of them has TLS 1.3 is not documented.
MICROSOFT = ["TLS 1.2", "?TLS 1.3"]
# What OpenSSL on a controller offers at least; its policy may allow more.
CONTROLLER = ["?TLS 1.0", "?TLS 1.1", "TLS 1.2", "?TLS 1.3"]


@dataclass(frozen=True, kw_only=True)
class Conversation(Row):
    """Ends are hosts with a role (C(any) for every host), or C(microsoft) and C(controller) outside of the hierarchy.

    ``tls``: always, optional (only where the site uses HTTPS) or never. ``variable``: inventory variable for the port.
    """

    id: str
    title: str
    port: int
    loses: str
    caller: Literal["host", "controller"] = "host"
    callee: Literal["host", "microsoft"] = "host"
    caller_role: str = ""
    caller_stack: str = ""
    callee_role: str = ""
    callee_stack: str = ""
    variable: str = ""
    tls: Literal["always", "optional", "never"] = "always"

    def __post_init__(self) -> None:
        if (self.caller == "host") != bool(self.caller_role and self.caller_stack):
            raise FieldError("caller_role", "a host calls with a role and a stack, the controller without")
        if (self.callee == "host") != bool(self.callee_role and self.callee_stack):
            raise FieldError("callee_role", "a host is called by role and stack, Microsoft without")


def conversations() -> tuple[Conversation, ...]:
    """The catalogue, checked on load."""
    return load_table("conversations", Conversation)
