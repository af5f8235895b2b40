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

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import Protocol
from ansible_collections.configmgr.tls.tests.conformance.probe.asking import accepted, look
from ansible_collections.configmgr.tls.tests.conformance.probe.programs import KeyPair

tlslite = pytest.importorskip("tlslite.api", reason="the Python package tlslite-ng is missing")

VERSIONS = {
    Protocol.SSL3: (3, 0),
    Protocol.TLS10: (3, 1),
    Protocol.TLS11: (3, 2),
    Protocol.TLS12: (3, 3),
    Protocol.TLS13: (3, 4),
}


@contextlib.contextmanager
def serving(pair: KeyPair, lowest: Protocol, highest: Protocol) -> Iterator[int]:
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
        (Protocol.SSL3, Protocol.SSL3),
        (Protocol.SSL3, Protocol.TLS10),
        (Protocol.SSL3, Protocol.TLS12),
        (Protocol.TLS10, Protocol.TLS12),
        (Protocol.TLS12, Protocol.TLS13),
    ],
    ids=lambda protocol: protocol.name,
)
def test_the_probe_agrees_with_the_settings(lowest: Protocol, highest: Protocol, pair: KeyPair) -> None:
    with serving(pair, lowest, highest) as port:
        result = look(port)
    assert accepted(result) == {protocol for protocol in VERSIONS if lowest <= protocol <= highest}
    assert result.certificate is not None and result.certificate.sha256 == pair.sha256
