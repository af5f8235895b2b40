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
from .sites import Reach

__all__ = ["OUTSIDE", "Conversation", "Outside", "conversations"]

Caller = Literal["host", "controller", "boot_image"]
Callee = Literal["host", "microsoft", "gateway"]


@dataclass(frozen=True)
class Outside:
    """An end that is no machine of the inventory. ``with_role``: it is only there when some machine has this role.
    ``suites``: by number, None where they are not known. ``doubt``: what nobody can read of it.
    """

    name: str
    protocols: tuple[str, ...]
    with_role: str = ""
    suites: tuple[str, ...] | None = None
    doubt: str = ""


# A distribution point as well, which calls others.
_PULLS = "pull_distribution_point"
_MODERN = ("?TLS 1.0", "?TLS 1.1", "TLS 1.2", "?TLS 1.3")
OUTSIDE = {
    # What OpenSSL on a controller offers at least; its policy may allow more.
    "controller": Outside("the controller", _MODERN),
    # Boot images that ConfigMgr supports are of Windows 10 or later: their WinHTTP has TLS 1.2 by default.
    # Source: Microsoft, "Support for the Windows ADK in Configuration Manager"; "WinHTTP option flags".
    "boot_image": Outside(
        "a boot image",
        _MODERN,
        "distribution_point",
        doubt="what boot images can do is not read: with a Windows PE from an ADK before Windows 10 they have no TLS "
        "1.2 by default, and could no longer deploy operating systems",
    ),
    # Microsoft's services took TLS 1.0 and 1.1 away in 2020; whether one of them has TLS 1.3 is not documented.
    # Its suites: https://learn.microsoft.com/en-us/azure/frontdoor/diffie-hellman-ciphers, and those of TLS 1.3.
    "microsoft": Outside("Microsoft", ("TLS 1.2", "?TLS 1.3"), suites=("1302", "1301", "c030", "c02f", "c028", "c027")),
    # "Enforce TLS 1.2" is a setting of the gateway; without it the older protocols may be there as well.
    # Source: Microsoft, "Security and privacy for the cloud management gateway".
    "gateway": Outside("the cloud management gateway", _MODERN, "cmg_connection_point"),
}


@dataclass(frozen=True, kw_only=True)
class Conversation(Row):
    """Ends are hosts with a role (C(any) for every host), or one that is OUTSIDE.

    ``tls``: always, optional (only where the site uses HTTPS) or never. ``variable``: inventory variable for the port.
    ``reach``: between which sites it takes place. ``probed``: whether a handshake from outside shows what the callee
    accepts there.
    """

    id: str
    title: str
    port: int
    loses: str
    reach: Reach = "site"
    caller: Caller = "host"
    callee: Callee = "host"
    caller_role: str = ""
    caller_stack: str = ""
    callee_role: str = ""
    callee_stack: str = ""
    variable: str = ""
    tls: Literal["always", "optional", "never"] = "always"
    probed: bool = True

    def __post_init__(self) -> None:
        # What is never TLS has no stacks.
        if self.tls == "never":
            return
        if (self.caller == "host") != bool(self.caller_role and self.caller_stack):
            raise FieldError("caller_role", "a host calls with a role and a stack, others without")
        if (self.callee == "host") != bool(self.callee_role and self.callee_stack):
            raise FieldError("callee_role", "a host is called by role and stack, others without")

    @property
    def within(self) -> bool:
        """Whether both ends are machines of the inventory."""
        return self.caller == "host" and self.callee == "host"

    @property
    def among_equals(self) -> bool:
        """Whether a machine has both roles, or one that is both: then it calls others of its kind, and never itself."""
        same = self.callee_role if self.caller_role == _PULLS else self.caller_role
        return self.within and same == self.callee_role

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for role in (self.caller_role, self.callee_role) if role)


def conversations() -> tuple[Conversation, ...]:
    """The catalogue, checked on load."""
    return load_table("conversations", Conversation)
