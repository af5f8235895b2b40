# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that do the same at one end of a conversation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .negotiation import Offer
from .suites import Suites

__all__ = ["PeerGroup", "first_few"]

_SAMPLE = 5


@dataclass
class PeerGroup:
    """Hosts (or an end outside of the hierarchy) that offer the same. ``facts`` are those of the first of them.

    ``suites``: None where no list is known. ``feigns``: protocols that they may answer with and do not have.
    ``scope``: the site of them all, or the top site of their hierarchy in conversations that go that far; empty when it
    is not known. ``in_use``: whether they take TLS at all in a role that may do without. ``off``: protocols that the
    port of this role turns off. ``strict``: whether SQL Server takes strict encryption only.
    """

    hosts: list[str]
    offers: Mapping[str, Offer]
    cause: str = ""
    suites: Suites | None = None
    feigns: frozenset[str] = frozenset()
    facts: Mapping[str, Any] = field(default_factory=dict)
    scope: str = ""
    in_use: bool = True
    off: Offer = field(default_factory=Offer)
    strict: bool = False

    @property
    def name(self) -> str:
        """The hosts by name, the first few when there are many."""
        return first_few(self.hosts)


def first_few(hosts: Sequence[str]) -> str:
    """The hosts by name, and how many more there are."""
    more = len(hosts) - _SAMPLE
    return ", ".join(hosts[:_SAMPLE]) + (f" and {more} more" if more > 0 else "")
