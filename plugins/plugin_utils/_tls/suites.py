# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites set by policy: whether two ends have one in common for the protocol that they agree on.

A machine without a policy has the list of its Windows. Only the suites that every Windows from 7 to Server 2025 has are
sure to be on it.
Source: U(https://learn.microsoft.com/en-us/windows/win32/secauthn/cipher-suites-in-schannel) and the pages below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .negotiation import Agreement

__all__ = ["fitting", "policy_suites"]

_CURVE = re.compile(r"_P(256|384|521)$")
_OF_TLS13 = ("TLS_AES_", "TLS_CHACHA20_")
_EVERYWHERE = frozenset(
    {
        "TLS_AES_256_GCM_SHA384",
        "TLS_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    }
)


def policy_suites(policy: Iterable[str] | None) -> list[str] | None:
    """The names without the curves that older Windows writes behind them."""
    return None if policy is None else sorted({_CURVE.sub("", name.strip()) for name in policy if name.strip()})


def fitting(agreement: Agreement, caller: frozenset[str] | None, callee: frozenset[str] | None) -> Agreement:
    """``agreement`` as it is after the suites are looked at; None for an end without a policy."""
    if agreement.works is not True or (caller is None and callee is None):
        return agreement
    both = caller is not None and callee is not None
    shared = (_EVERYWHERE if caller is None else caller) & (_EVERYWHERE if callee is None else callee)
    usable = {name for name in shared if _serves(name, agreement.protocol)}
    # A suite for ECDSA needs a certificate with such a key, which is not known.
    if any("_ECDSA_" not in name for name in usable):
        return agreement
    return Agreement(False if both and not usable else None, None)


def _serves(suite: str, protocol: str | None) -> bool:
    if protocol == "TLS 1.3":
        return suite.startswith(_OF_TLS13)
    if suite.startswith(_OF_TLS13):
        return False
    return protocol in (None, "TLS 1.2") or suite.endswith(("_SHA", "_MD5"))
