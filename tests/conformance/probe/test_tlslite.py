# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SSL 3.0, which neither Debian's OpenSSL nor its GnuTLS speaks any more, against tlslite-ng, which does."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.tests.conformance.probe.asking import accepted, look
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair

tlslite = pytest.importorskip("tlslite.api", reason="the Python package tlslite-ng is missing")

VERSIONS = {
    ProtocolVersion.SSL3: (3, 0),
    ProtocolVersion.TLS10: (3, 1),
    ProtocolVersion.TLS11: (3, 2),
    ProtocolVersion.TLS12: (3, 3),
    ProtocolVersion.TLS13: (3, 4),
}


@contextlib.contextmanager
def serving(pair: KeyPair, lowest: ProtocolVersion, highest: ProtocolVersion) -> Iterator[int]:
    chain = tlslite.X509CertChain()
    chain.parsePemList(pair.certificate.read_text())
    key = tlslite.parsePEMKey(pair.key.read_text(), private=True)
    settings = tlslite.HandshakeSettings()
    settings.minVersion, settings.maxVersion = VERSIONS[lowest], VERSIONS[highest]
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with contextlib.suppress(Exception), connection:
                tlslite.TLSConnection(connection).handshakeServer(certChain=chain, privateKey=key, settings=settings)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.mark.parametrize(
    ("lowest", "highest"),
    [
        (ProtocolVersion.SSL3, ProtocolVersion.SSL3),
        (ProtocolVersion.SSL3, ProtocolVersion.TLS10),
        (ProtocolVersion.SSL3, ProtocolVersion.TLS12),
        (ProtocolVersion.TLS10, ProtocolVersion.TLS12),
        (ProtocolVersion.TLS12, ProtocolVersion.TLS13),
    ],
    ids=lambda protocol: protocol.name,
)
def test_the_probe_agrees_with_the_settings(lowest: ProtocolVersion, highest: ProtocolVersion, pair: KeyPair) -> None:
    with serving(pair, lowest, highest) as port:
        result = look(port)
    assert accepted(result) == {protocol for protocol in VERSIONS if lowest <= protocol <= highest}
    assert result.certificate is not None and result.certificate.sha256 == pair.sha256
