# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookups about Schannel's cipher suites, and about flags of bindings."""

from __future__ import annotations

import functools

from .load import load_table
from .schema_suites import CipherSuite, HttpFlag, SchannelAlgorithm


def cipher_suites() -> tuple[CipherSuite, ...]:
    """Every suite, in Windows' order."""
    return load_table("cipher_suites", CipherSuite)


@functools.cache
def _by_name() -> dict[str, CipherSuite]:
    return {row.id: row for row in cipher_suites()}


def cipher_suite(name: str) -> CipherSuite | None:
    """The suite with this name; None for one that is not in the table."""
    return _by_name().get(name)


def schannel_algorithms() -> tuple[SchannelAlgorithm, ...]:
    """Every algorithm that can be turned off singly."""
    return load_table("schannel_algorithms", SchannelAlgorithm)


def http_flags() -> tuple[HttpFlag, ...]:
    """Every flag of a binding that turns protocols off."""
    return load_table("http_flags", HttpFlag)
