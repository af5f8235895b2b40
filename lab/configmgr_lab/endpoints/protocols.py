# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The versions of SSL and TLS, oldest first, numbered as they are on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Protocol(IntEnum):
    """A protocol version. Their order is their age; SSL 2.0 has its own number format."""

    SSL2 = 0x0002
    SSL3 = 0x0300
    TLS10 = 0x0301
    TLS11 = 0x0302
    TLS12 = 0x0303
    TLS13 = 0x0304

    @property
    def label(self) -> str:
        """The name as the registry and the documentation write it: ``TLS 1.2``."""
        return _LABELS[self]

    @classmethod
    def named(cls, label: str) -> Protocol:
        """Raises KeyError for a name that is none."""
        return _BY_LABEL[label]


_LABELS = {
    Protocol.SSL2: "SSL 2.0",
    Protocol.SSL3: "SSL 3.0",
    Protocol.TLS10: "TLS 1.0",
    Protocol.TLS11: "TLS 1.1",
    Protocol.TLS12: "TLS 1.2",
    Protocol.TLS13: "TLS 1.3",
}
_BY_LABEL = {label: protocol for protocol, label in _LABELS.items()}
NOTHING: frozenset[Protocol] = frozenset()


def sentence(protocols: Iterable[Protocol]) -> str:
    """`TLS 1.0 and TLS 1.1`, `nothing` for none."""
    labels = [protocol.label for protocol in sorted(protocols)]
    if len(labels) < 2:
        return labels[0] if labels else "nothing"
    return f"{', '.join(labels[:-1])} and {labels[-1]}"
