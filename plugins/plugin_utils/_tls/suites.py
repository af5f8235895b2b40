# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites: which ones a machine offers, and whether two ends have one in common.

A policy replaces the machine's own list, and that the default of its build. From either the suites are gone whose
cipher, hash or key exchange is turned off below SCHANNEL. A policy is a string below 1,024 characters: another type is
ignored, what comes after is not known to count. Before Windows 10 the suites with elliptic curves are known there by
names with the curve behind.
Source: U(https://learn.microsoft.com/en-us/windows/win32/secauthn/cipher-suites-in-schannel) and the pages below it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .._data import SchannelAlgorithm, cipher_suite, cipher_suites, schannel_algorithms
from .negotiation import Agreement
from .state import HostState, Setting

__all__ = ["MOST_OF_A_POLICY", "Suites", "fitting", "offered_suites", "policy_names", "algorithms_off"]

MOST_OF_A_POLICY = 1023
_CURVE = re.compile(r"_P(256|384|521)$")
_OF_TLS13 = ("TLS_AES_", "TLS_CHACHA20_")
# Without one of these an old Windows does not know the name.
_NEEDS_A_CURVE = "TLS_ECDHE_"
_FIRST_WITHOUT_CURVES = 10240
_ON = 0xFFFFFFFF
_SHORTEST_DH_KEY = 1024


@dataclass(frozen=True)
class Suites:
    """What one end offers, in its order; ``maybe``: those of which that is not certain."""

    names: tuple[str, ...]
    maybe: frozenset[str] = frozenset()

    @classmethod
    def decode(cls, listed: Iterable[str]) -> Suites:
        """From their numbers in a hello, a question mark before each that is not certain; names of other suites."""
        texts = list(listed)
        names = [_name(text.removeprefix("?")) for text in texts]
        return cls(tuple(names), frozenset(name for name, text in zip(names, texts, strict=True) if text[:1] == "?"))

    def encode(self) -> list[str]:
        """Short, since every machine's facts hold it."""
        return [f"?{_code(name)}" if name in self.maybe else _code(name) for name in self.names]

    def serving(self, protocol: str) -> tuple[str, ...]:
        """Those that can be used with ``protocol``."""
        return tuple(name for name in self.names if _serves(name, protocol))

    def protocols(self, among: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Of these protocols, those with a suite that is certain, and those with any."""
        return _protocols(self, frozenset(among))


@functools.cache
def _names() -> dict[str, str]:
    return {f"{row.number:04x}": row.id for row in cipher_suites()}


def _name(code: str) -> str:
    return _names().get(code, code)


def _code(name: str) -> str:
    row = cipher_suite(name)
    return f"{row.number:04x}" if row else name


@functools.lru_cache(maxsize=16)
def _protocols(suites: Suites, among: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Each stack of a machine asks the same of the same suites."""
    serving = {protocol: suites.serving(protocol) for protocol in among}
    return (
        frozenset(protocol for protocol, names in serving.items() if set(names) - suites.maybe),
        frozenset(protocol for protocol, names in serving.items() if names),
    )


def _serves(suite: str, protocol: str) -> bool:
    if protocol == "TLS 1.3":
        return suite.startswith(_OF_TLS13)
    if suite.startswith(_OF_TLS13):
        return False
    return protocol == "TLS 1.2" or suite.endswith(("_SHA", "_MD5"))


def policy_names(policy: str | None) -> Iterator[tuple[str, bool]]:
    """The names of a policy without curves, and whether it is certain that Windows reads them."""
    end = -1
    for text in (policy or "").split(","):
        end += len(text) + 1
        if text.strip():
            yield text.strip(), text == text.strip() and end <= MOST_OF_A_POLICY


def offered_suites(state: HostState) -> Suites:
    """What the machine offers in handshakes, either way."""
    listed = _listed(state)
    off = algorithms_off(state)
    # As a caller it may refuse a server's key; as a server it makes a longer one, which callers take.
    least = state.schannel.dh_minimum["client"]
    keys_of_any_length = not least.unreadable and (least.dword or 0) <= _SHORTEST_DH_KEY
    names, maybe = [], set()
    for name, certain in listed.items():
        touched = [(row, setting) for row, setting in off if row.touches(name)]
        if any(setting.dword == 0 and row.takes_out(name) for row, setting in touched):
            continue
        names.append(name)
        row = cipher_suite(name)
        weak = row is None or not row.strong
        if not certain or touched or weak or ("_DHE_" in name and not keys_of_any_length):
            maybe.add(name)
    return Suites(tuple(names), frozenset(maybe))


def algorithms_off(state: HostState) -> list[tuple[SchannelAlgorithm, Setting]]:
    """The algorithms that are off, or of which that is not certain, and the value that says so."""
    return [
        (row, setting)
        for row in schannel_algorithms()
        if (setting := state.schannel.algorithms[row.id]).unreadable or (setting.value and setting.dword != _ON)
    ]


def _listed(state: HostState) -> dict[str, bool]:
    """Names, and whether they are certain, before the algorithms are looked at."""
    build, release = state.windows.build or 0, state.windows.release
    own = _own(state)
    policy = state.schannel.cipher_policy
    if policy is None:
        readable = not state.schannel.policy.unreadable
        return {name: certain and readable for name, certain in own.items()}
    listed: dict[str, bool] = {}
    for text, read in policy_names(policy):
        name = _CURVE.sub("", text)
        row = cipher_suite(name)
        certain = read
        if build < _FIRST_WITHOUT_CURVES and name == text and name.startswith(_NEEDS_A_CURVE):
            certain = False
        if release is None or release.assumed:
            certain = certain and own.get(name, False)
        elif row is None or not row.is_available(build):
            continue
        listed[name] = listed.get(name, False) or certain
    # What Windows does with a policy that names nothing is not documented.
    return listed if any(name for name, _read in policy_names(policy)) else dict.fromkeys(own, False)


def _own(state: HostState) -> dict[str, bool]:
    build, release = state.windows.build or 0, state.windows.release
    if state.schannel.cipher_order:
        names = dict.fromkeys(_CURVE.sub("", text) for text in state.schannel.cipher_order)
        unknown = release is None or release.assumed
        return {name: cipher_suite(name) is not None for name in names if unknown or cipher_suite(name)}
    certain = release is not None and not release.assumed
    return {row.id: certain for row in cipher_suites() if row.is_default(build) or not certain}


def fitting(agreement: Agreement, protocols: Iterable[str], caller: Suites | None, callee: Suites | None) -> Agreement:
    """The agreement that is left when both ends also need a suite in common.

    ``protocols``: those that may be agreed on. ``caller``, ``callee``: None for an end of which no list is known.
    """
    if agreement.works is not True or caller is None or callee is None:
        return agreement
    found = {_in_common(protocol, caller, callee) for protocol in protocols}
    if found == {True}:
        return agreement
    return Agreement(False if found == {False} else None, None)


def _in_common(protocol: str, caller: Suites, callee: Suites) -> bool | None:
    orders = caller.serving(protocol), callee.serving(protocol)
    common = set(orders[0]) & set(orders[1])
    if not common:
        # Whether Windows then takes an older protocol is not documented.
        return None if protocol == "TLS 1.3" else False
    sure = {name for name in common - caller.maybe - callee.maybe if not _needs_other_certificate(name)}
    if not sure:
        return None
    for order in orders:
        # Either end may decide by its own order. A key that turns out to be too short breaks the handshake off.
        first = next(name for name in order if name in sure or (name in common and "_DHE_" in name))
        if first not in sure:
            return None
    return True


def _needs_other_certificate(suite: str) -> bool:
    """Suites for ECDSA and DSA need a certificate with such a key, which is not known of any end."""
    return "_ECDSA_" in suite or "_DSS_" in suite
