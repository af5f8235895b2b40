# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of signs: the machine's search and the controller's pattern agree, and every row leads somewhere."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.convert import FieldError
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import (
    KnownIssue,
    LogFile,
    LogSignature,
    SchannelEvent,
)

SIGNATURES = {row.id: row for row in load_table("log_signatures", LogSignature)}
# A line that shows each sign, as logs print it.
LINES = {
    "snac-10054": "[08001][10054][Microsoft][SQL Server Native Client 11.0]SSL Provider: closed",
    "snac-forcibly-closed": "[08001][10054][Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: An existing "
    "connection was forcibly closed by the remote host.",
    "sql-ssl-security-error": "[DBNETLIB][ConnectionOpen (SECDoClientHandshake()).]SSL Security error.",
    "sql-login-prelogin": "A connection was established, but then an error occurred during the pre-login handshake. "
    "(provider: SSL Provider, error: 0)",
    "sql-connect-failed": "*** Failed to connect to the SQL Server, connection type: SMS ACCESS.",
    "odbc18-untrusted": "[ODBC Driver 18 for SQL Server]SSL Provider: The certificate chain was issued by an authority "
    "that is not trusted.",
    "odbc18-setup-blocked": "SQL client prerequisite missing for Configuration Manager setup",
    "odbc18-18611": "Cannot insert the value NULL into column 'VersionCode', table 'x'",
    "srsrp-receive": "System.Net.WebException: The underlying connection was closed: An unexpected error occurred on a "
    "receive.",
    "reporting-no-database": "rsReportServerDatabaseUnavailable",
    "console-azure": r"Microsoft.CloudBase.AAD.AADAuthenticationException\r\nThe underlying connection was closed: An "
    "unexpected error occurred on a receive.",
    "console-onboarding": "WebException: The underlying connection was closed: An unexpected error occurred on a send.",
    "service-connection-upload": "ERROR: The underlying connection was closed: x",
    "dmpdownloader-send": "Failed to download Admin UI content payload with exception: The underlying connection was "
    "closed: An unexpected error occurred on a send.",
    "dmpdownloader-error-code": "Failed to call AdminUIContentDownload. error = Error -2146233079",
    "service-connection-tool": "AdminUIContentDownload: The underlying connection was closed: An unexpected error "
    "occurred on a send.",
    "wsus-common-algorithm": "The client and server cannot communicate, because they do not possess a common algorithm",
    "wsus-send-reset": "Helper.ProcessWebServiceProxyException found Exception was WebException. "
    "An unexpected error occurred on a send.",
    "wsyncmgr-import": "ImportUpdateFromCatalogSite failed. Arg = 1. The underlying connection was closed: An "
    "unexpected error occurred on a receive.",
    "wsus-connection": "Could not create SSL/TLS secure channel.",
    "wsus-protocols-told": "SCHANNEL Protocol TLS 1.2 client enabled",
    "cmg-certificate": "403 CMGConnector_Clientcertificaterequired",
    "winhttp-secure-failure": "[CCMHTTP] ERROR INFO: StatusCode=0 StatusText=, 0x80072F8F",
    "winhttp-reset": "failed with 0x80072EFE",
    "appcatalog-soap": "SOAP security negotiation failed. They don't share a common algorithm.",
    "software-center-catalog": "The underlying connection was closed: x",
    "ag-endpoint-handshake": "Connection handshake failed. An OS call failed: (80090331) 0x80090331. State 56.",
    "sql-certificate-loaded": "A self-generated certificate was successfully loaded for encryption.",
}


def test_every_sign_in_a_log_has_a_line_here() -> None:
    assert set(LINES) == {row.id for row in SIGNATURES.values() if row.logs}


@pytest.mark.parametrize("name", sorted(LINES))
def test_what_the_pattern_takes_the_machine_finds(name: str) -> None:
    row, line = SIGNATURES[name], LINES[name]
    assert row.regex is not None
    assert row.regex.search(line)
    assert any(literal.lower() in line.lower() for literal in row.literals)


@pytest.mark.parametrize("name", sorted(LINES))
def test_a_line_of_another_kind_shows_nothing(name: str) -> None:
    regex = SIGNATURES[name].regex
    assert regex is not None
    assert not regex.search("Successfully connected to SQL Server with TLS 1.2, 0 errors.")


def test_every_sign_is_seen_somewhere_or_says_that_people_see_it() -> None:
    for row in SIGNATURES.values():
        assert row.logs or row.events or row.finding or row.notes, row.id
        assert row.good or row.remedy.endswith("."), row.id


def test_every_known_issue_has_a_sign_and_every_log_is_searched() -> None:
    assert {row.id for row in load_table("known_issues", KnownIssue)} == {
        row.issue for row in SIGNATURES.values() if row.issue
    }
    searched = {log for row in SIGNATURES.values() for log in row.logs}
    assert {row.id for row in load_table("log_files", LogFile)} == searched


def test_the_events_of_signs_are_known_events() -> None:
    known = {row.id: row for row in load_table("schannel_events", SchannelEvent)}
    for row in SIGNATURES.values():
        for sign in row.events:
            assert sign.id in known
            assert sign.field is None or sign.field in known[sign.id].fields


@pytest.mark.parametrize("literal", ['say "x"', "100%", "a|b", "a&b", "a<b", "a^b", "abc", "back\\slash", "a\nbcd"])
def test_a_text_that_cannot_stand_on_a_line_is_refused(literal: str) -> None:
    with pytest.raises(FieldError, match="literals"):
        LogSignature(
            id="x",
            title="x",
            means="x",
            remedy="x",
            logs=("y",),
            literals=(literal,),
            pattern="x",
            sources=("KB123456",),
        )
