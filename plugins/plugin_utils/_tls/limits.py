# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a port takes away from what its machine accepts elsewhere: flags of a certificate's binding, and SQL Server's
strict encryption.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .negotiation import Offer

__all__ = ["is_strict", "ports_off", "within"]


def ports_off(facts: Mapping[str, Any], stack: str, ports: Iterable[int]) -> Offer:
    """The protocols that are off on ``ports`` of a machine: certain when they are so on each of them."""
    by_port = facts.get("https_off")
    if stack != "http_sys" or not by_port:
        return Offer()
    offs = [Offer.decode(by_port.get(str(port), ())) for port in ports]
    if not offs:
        return Offer()
    sure = frozenset.intersection(*(off.sure for off in offs))
    return Offer(sure, frozenset().union(*(off.sure | off.maybe for off in offs)) - sure)


def within(offer: Offer, off: Offer) -> Offer:
    """What is left of ``offer`` on a port where ``off`` is turned off."""
    left = offer.without(off.sure)
    return left.unsure(off.maybe & (left.sure | left.maybe))


def is_strict(facts: Mapping[str, Any], stack: str) -> bool:
    """Whether an instance of SQL Server takes TLS first and no other beginning (TDS 8.0).

    Its clients have to be told to begin so. Source: Microsoft, "Connect to SQL Server with strict encryption".
    """
    return stack == "sql_server" and "strict" in (facts.get("sql_encryption") or {}).values()
