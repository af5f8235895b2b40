# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a conversation breaks, or may break: one sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from .conversation import Conversation
from .group import PeerGroup
from .negotiation import Offer, agree
from .requirement import requirements

__all__ = ["explain", "feigned"]


def explain(conversation: Conversation, caller: PeerGroup, callee: PeerGroup, stage: str) -> tuple[str, str]:
    """The cause in one sentence, and its remedy. ``stage``: the first in which the conversation does not work."""
    if callee.strict and conversation.probed:
        return (
            f"SQL Server of {callee.name} takes strict encryption (TDS 8.0) only, and nothing shows that {caller.name} "
            f"{_verb('asks', caller)} for it"
        ), "Set Force Strict Encryption to No in SQL Server Configuration Manager, and restart the service."
    if "TLS 1.2" in callee.off.sure | callee.off.maybe:
        return (
            f"a certificate's binding on {callee.name} turns TLS 1.2 off for its port"
        ), "Bind the certificate again without that flag; netsh http show sslcert lists the bindings and their flags."
    for group, verb in ((caller, "offers"), (callee, "accepts")):
        if group.cause:
            phrase, remedy = _reason(group)
            return f"{group.name} {_verb(verb, group)} {_spelled(group.offers['enable'])}: {phrase}", remedy
    if (feigning := feigned(caller, callee, stage)) is not None:
        return (
            f"{feigning.name} may answer with {_listed(feigning.feigns)}, which its Windows does not have, and fail",
            "Delete the TLS 1.3 key below SCHANNEL\\Protocols and restart the machine.",
        )
    if agree(caller.offers[stage], callee.offers[stage]).works:
        return (
            f"{caller.name} and {callee.name} are not certain to have a cipher suite in common",
            'Compare the policies "SSL Cipher Suite Order" of both, and the keys Ciphers, Hashes and '
            "KeyExchangeAlgorithms below SCHANNEL; let both allow one more common suite.",
        )
    return (
        f"{caller.name} {_verb('offers', caller)} {_spelled(caller.offers[stage])}, "
        f"{callee.name} {_verb('accepts', callee)} {_spelled(callee.offers[stage])}"
    ), "Run the enable stage and restart the machines, then look again."


def feigned(caller: PeerGroup, callee: PeerGroup, stage: str) -> PeerGroup | None:
    """The end that may answer with a protocol which it does not have, and which the other one offers."""
    for group, other in ((caller, callee), (callee, caller)):
        offer = other.offers[stage]
        if group.feigns & (offer.sure | offer.maybe | other.feigns):
            return group
    return None


def _verb(verb: str, group: PeerGroup) -> str:
    return verb if len(group.hosts) == 1 else verb.removesuffix("s")


def _spelled(offer: Offer) -> str:
    """ "TLS 1.0 only" is said of what offers nothing else; what is possible is said to be so."""
    encoded = offer.encode()
    names = [name for name in encoded if not name.startswith("?")]
    possible = [name[1:] for name in encoded if name.startswith("?")]
    if not names:
        return "nothing that is known for certain"
    if possible:
        return f"{_listed(names)}, and possibly {_listed(possible)}"
    return f"{names[0]} only" if len(names) == 1 else _listed(names)


def _listed(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _reason(group: PeerGroup) -> tuple[str, str]:
    findings = {finding["id"]: finding for finding in group.facts.get("findings", [])}
    finding = findings.get(group.cause)
    if finding and finding.get("reasons"):
        return str(finding["reasons"][0]["phrase"]), str(finding["remedy"])
    remedy = next(
        (row.remedy for row in requirements() if row.id == group.cause), "Audit the machine and mend what is found."
    )
    return "what it is able to do is not known", remedy
