# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.handshake import ServerAnswer, ServerHello
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ALERT_NAMES, ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import (
    Endpoint,
    ProbeResult,
    ProtocolStatus,
    Verdict,
    settle_verdicts,
    verdict_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.tds import PreLogin
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.transport import Exchange, Trouble, TroubleCode

ACCEPTED, REFUSED, UNKNOWN = ProtocolStatus.ACCEPTED, ProtocolStatus.REFUSED, ProtocolStatus.UNKNOWN
TIMED_OUT = Trouble(TroubleCode.TIMEOUT, "connected, but no answer in time")
RESET = Trouble(TroubleCode.RESET, "the connection was reset")
NOT_ABOUT_THE_PROTOCOL = {
    "access_denied",
    "internal_error",
    "user_canceled",
    "unrecognized_name",
    "certificate_required",
    "no_application_protocol",
}


@pytest.mark.parametrize(
    ("asked", "met", "status", "reason"),
    [
        (ProtocolVersion.TLS12, Exchange(ServerAnswer(ServerHello(0x0303, "S"))), ACCEPTED, None),
        (ProtocolVersion.TLS12, Exchange(ServerAnswer(ServerHello(0x0303, "S")), trouble=TIMED_OUT), ACCEPTED, None),
        (ProtocolVersion.TLS12, Exchange(ServerAnswer(ServerHello(0x0303, "S"), alert=80)), ACCEPTED, None),
        (ProtocolVersion.TLS12, Exchange(ServerAnswer(ServerHello(0x0301, "S"))), REFUSED, "the server chose TLS 1.0"),
        (ProtocolVersion.TLS13, Exchange(ServerAnswer(ServerHello(0x7F1C, "S"))), REFUSED, "the server chose 0x7F1C"),
        (ProtocolVersion.TLS10, Exchange(ServerAnswer(alert=70), trouble=RESET), REFUSED, "alert protocol_version"),
        (ProtocolVersion.TLS10, Exchange(ServerAnswer(alert=40)), REFUSED, "alert handshake_failure"),
        (ProtocolVersion.TLS10, Exchange(ServerAnswer(alert=80)), UNKNOWN, "alert internal_error"),
        (ProtocolVersion.SSL3, Exchange(ServerAnswer(alert=80)), REFUSED, "alert internal_error"),
        (ProtocolVersion.SSL2, Exchange(ServerAnswer(alert=199)), REFUSED, "alert number 199"),
        (ProtocolVersion.TLS10, Exchange(ServerAnswer(malformed="not TLS: x")), REFUSED, "not TLS: x"),
        (ProtocolVersion.TLS10, Exchange(trouble=TIMED_OUT), UNKNOWN, "timed out"),
        (ProtocolVersion.TLS10, Exchange(trouble=RESET), UNKNOWN, "connection reset"),
        (ProtocolVersion.TLS10, Exchange(trouble=Trouble(TroubleCode.NETWORK, "broken")), UNKNOWN, "broken"),
        (
            ProtocolVersion.TLS10,
            Exchange(trouble=Trouble(TroubleCode.NOT_ENCRYPTED, "no encryption")),
            REFUSED,
            "no encryption",
        ),
        (ProtocolVersion.TLS10, Exchange(), UNKNOWN, "an answer without a decision"),
    ],
)
def test_an_exchange_becomes_a_verdict(
    asked: ProtocolVersion, met: Exchange, status: ProtocolStatus, reason: str | None
) -> None:
    verdict = verdict_of(asked, met)
    assert (verdict.status, verdict.reason) == (status, reason)
    assert verdict.cipher == ("S" if status is ACCEPTED else None)


@pytest.mark.parametrize("code", sorted(ALERT_NAMES))
def test_an_alert_about_something_else_leaves_the_protocol_open(code: int) -> None:
    open_question = ALERT_NAMES[code] in NOT_ABOUT_THE_PROTOCOL
    assert verdict_of(ProtocolVersion.TLS11, Exchange(ServerAnswer(alert=code))).status is (
        UNKNOWN if open_question else REFUSED
    )


YES = Verdict(ACCEPTED, cipher="S")


@pytest.mark.parametrize(
    ("trouble", "other", "settled"),
    [
        (TroubleCode.RESET, YES, REFUSED),
        (TroubleCode.CLOSED, YES, REFUSED),
        (TroubleCode.TIMEOUT, YES, UNKNOWN),
        (TroubleCode.CONNECT_TIMEOUT, YES, UNKNOWN),
        (TroubleCode.REFUSED, YES, UNKNOWN),
        (TroubleCode.RESET, Verdict(REFUSED, "alert protocol_version"), UNKNOWN),
        (TroubleCode.RESET, Verdict(UNKNOWN, "connection reset", trouble=TroubleCode.RESET), UNKNOWN),
    ],
)
def test_a_hang_up_is_a_refusal_only_where_another_protocol_is_accepted(
    trouble: TroubleCode, other: Verdict, settled: ProtocolStatus
) -> None:
    hung_up = Verdict(UNKNOWN, "why", trouble=trouble)
    result = settle_verdicts({ProtocolVersion.TLS12: other, ProtocolVersion.TLS10: hung_up})
    assert result[ProtocolVersion.TLS12] == other
    assert (result[ProtocolVersion.TLS10].status, result[ProtocolVersion.TLS10].reason) == (settled, "why")


def test_a_result_is_told_in_plain_types() -> None:
    result = ProbeResult(
        endpoint=Endpoint("sql1", 1433),
        reachable=True,
        error=RESET,
        protocols={ProtocolVersion.TLS12: YES, ProtocolVersion.TLS10: Verdict(REFUSED, "alert protocol_version")},
        tds=PreLogin("15.0.2000.5", "off"),
    )
    assert result.to_dict() == {
        "host": "sql1",
        "port": 1433,
        "kind": "https",
        "reachable": True,
        "error": {"code": "reset", "detail": "the connection was reset"},
        "protocols": {
            "TLS 1.2": {"status": "accepted", "reason": None, "cipher": "S"},
            "TLS 1.0": {"status": "refused", "reason": "alert protocol_version", "cipher": None},
        },
        "certificate": None,
        "tds": {"version": "15.0.2000.5", "encryption": "off"},
    }
