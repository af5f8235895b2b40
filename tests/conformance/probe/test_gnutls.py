# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe and GnuTLS."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.tests.conformance.probe.asking import (
    SETS,
    TLS,
    accepted,
    look,
    set_name,
)
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair, gnutls_server

NAMES = dict(zip(TLS, ("VERS-TLS1.0", "VERS-TLS1.1", "VERS-TLS1.2", "VERS-TLS1.3"), strict=True))
# With the oldest suites, without which its TLS 1.0 would have none to offer under a strict policy.
BASE = "NORMAL:+3DES-CBC:-VERS-ALL"


@pytest.mark.parametrize("protocols", SETS, ids=set_name)
def test_the_probe_agrees_with_the_server(protocols: frozenset[ProtocolVersion], pair: KeyPair) -> None:
    priority = ":".join([BASE, *(f"+{NAMES[protocol]}" for protocol in sorted(protocols))])
    with gnutls_server(pair, priority) as port:
        result = look(port)
    assert accepted(result) == protocols
    assert result.certificate is not None and result.certificate.sha256 == pair.sha256
