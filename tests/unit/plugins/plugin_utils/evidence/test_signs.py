# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of signs: the machine's search and the controller's pattern agree, and every row leads somewhere."""

from __future__ import annotations

import re

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import load_table
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.convert import FieldError
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_configmgr import Role
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.schema_evidence import (
    KnownIssue,
    LogFile,
    LogPhrase,
    LogSignature,
    SchannelEvent,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.diagnosis import diagnose
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.folders import LogPlace
from ansible_collections.configmgr.tls.plugins.plugin_utils._evidence.search import LogLine, Reading, searches

SIGNATURES = {row.id: row for row in load_table("log_signatures", LogSignature)}
PHRASES = {row.id: row for row in load_table("log_phrases", LogPhrase)}
LOGS = {row.id: row for row in load_table("log_files", LogFile)}
CLOSED = "WebException: The underlying connection was closed: An unexpected error occurred on a"
CHANNEL = "WebException: The request was aborted: Could not create SSL/TLS secure channel."
TRUST = (
    f"{CLOSED.partition(':')[0]}: The underlying connection was closed: Could not establish trust relationship for "
    "the SSL/TLS secure channel."
)
ALGORITHM = "The client and server cannot communicate, because they do not possess a common algorithm."
LOGIN = (
    "SqlException (0x80131904): A connection was successfully established with the server, but then an error "
    "occurred during the login process. (provider: SSL Provider, error: 0 - "
)
NATIVE = "[Microsoft][SQL Server Native Client 11.0]SSL Provider: "
ODBC = "[Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: "
UNTRUSTED = "The certificate chain was issued by an authority that is not trusted."

# log, line, the sign it is
LINES = [
    ("mpcontrol", "*** [08001][10054]" + NATIVE + "closed", "snac-10054"),
    ("mp-policy", "*** [08001][10054][Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: x", "snac-10054"),
    (
        "statesys",
        "[Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: An existing connection was forcibly closed by the "
        "remote host.",
        "snac-forcibly-closed",
    ),
    ("smsprov", "[DBNETLIB][ConnectionOpen (SECDoClientHandshake()).]SSL Security error.", "sql-ssl-security-error"),
    ("srsrp", LOGIN + ALGORITHM + ")", "sql-login-prelogin"),
    ("setup", "*** Failed to connect to the SQL Server, connection type: SMS ACCESS.", "sql-connect-failed"),
    ("statesys", ODBC + UNTRUSTED, "odbc18-untrusted"),
    ("prerequisites", "SQL client prerequisite missing for Configuration Manager setup", "odbc18-setup-blocked"),
    ("bgbmgr", "Cannot insert the value NULL into column 'VersionCode', table 'x'", "odbc18-18611"),
    ("srsrp", f"{CLOSED} receive.", "srsrp-receive"),
    ("srsrp", CHANNEL, "srsrp-receive"),
    ("admin-ui", rf"Microsoft.CloudBase.AAD.AADAuthenticationException\r\n{CLOSED} receive.", "console-azure"),
    ("admin-ui", f"{CLOSED} send.", "console-onboarding"),
    ("dmpuploader", f"ERROR: {CLOSED} send.", "service-connection-upload"),
    (
        "dmpdownloader",
        "Failed to download Admin UI content payload with exception: The underlying connection was closed: An "
        "unexpected error occurred on a send.",
        "dmpdownloader-send",
    ),
    ("dmpdownloader", "Failed to call AdminUIContentDownload. error = Error -2146233079", "dmpdownloader-error-code"),
    ("service-connection-tool", f"AdminUIContentDownload: {CLOSED} send.", "service-connection-tool"),
    ("software-distribution", ALGORITHM, "wsus-common-algorithm"),
    (
        "software-distribution",
        f"Helper.ProcessWebServiceProxyException found Exception was {CLOSED} send.",
        "wsus-send-reset",
    ),
    ("wsyncmgr", f"ImportUpdateFromCatalogSite failed. Arg = 1. {CLOSED} receive.", "wsyncmgr-import"),
    ("wsusctrl", CHANNEL, "wsus-connection"),
    ("software-distribution", "SCHANNEL Protocol TLS 1.2 client enabled", "wsus-protocols-told"),
    ("proxy-connector", "403 CMGConnector_Clientcertificaterequired", "cmg-certificate"),
    ("ccm-messaging", "[CCMHTTP] ERROR INFO: StatusCode=0 StatusText=, 0x80072F8F", "winhttp-secure-failure"),
    (
        "ccm-messaging",
        "[CCMHTTP] AsyncCallback(): WINHTTP_CALLBACK_STATUS_FLAG_SECURITY_CHANNEL_ERROR",
        "winhttp-channel",
    ),
    ("data-transfer-service", "failed with 0x80072EFE", "winhttp-reset"),
    ("software-center", f"{CLOSED} receive.", "software-center-catalog"),
    (
        "sql-errorlog",
        "Connection handshake failed. An OS call failed: (80090331) 0x80090331(x). State 56.",
        "ag-endpoint-handshake",
    ),
    ("sql-errorlog", "A self-generated certificate was successfully loaded for encryption.", "sql-certificate-loaded"),
    ("adminservice", f"{CLOSED} send.", "dotnet-connection"),
    ("distmgr", "failed, 0x80090331", "no-common-algorithm"),
    ("sql-errorlog", "Error: 17182, Severity: 16, State: 1.", "sql-server-17182"),
    (
        "sql-errorlog",
        "TDSSNIClient initialization failed with error 0x8009030d, status code 0x80.",
        "sql-server-certificate-start",
    ),
    ("hman", "CERT_E_REVOKED 0x800B010C", "certificate-revoked"),
    ("crpctrl", "failed, SEC_E_CERT_EXPIRED 0x80090328", "certificate-date"),
    ("pulldp", "WINHTTP_CALLBACK_STATUS_FLAG_CERT_WRONG_USAGE is set", "certificate-key"),
    ("hman", "CERT_E_UNTRUSTEDROOT -2146762487", "certificate-trust"),
    ("wsyncmgr", f"Sync failed: UssCommunicationError: {TRUST}", "wsus-upstream-certificate"),
    (
        "adminservice",
        "System.Security.Authentication.AuthenticationException: A call to SSPI failed, see inner exception.",
        "dotnet-inner",
    ),
]
# Published cases with the right answer. What the log and the line are, and the sign.
CASES = [
    # https://github.com/dotnet/SqlClient/issues/2191
    ("mpcontrol", f"*** [08001][-2146893007]{NATIVE}{ALGORITHM}", "sql-no-common-algorithm"),
    ("mpcontrol", f"*** [08001][-2146893007]{NATIVE}Der Client kann nicht mit dem Server.", "sql-no-common-algorithm"),
    ("wcm", LOGIN + ALGORITHM + ")", "sql-login-prelogin"),
    # Microsoft, "SQL Server upgrade fails and returns error 17182"
    (
        "sql-errorlog",
        "2026-11-20 10:00:00.12 Server TDSSNIClient initialization failed with error 0x80090331, status code 0x80. "
        "Reason: Unable to initialize SSL support.",
        "sql-server-tls-start",
    ),
    # KB4535405
    ("wsyncmgr", TRUST, "certificate-refused"),
    ("wsusctrl", TRUST, "certificate-refused"),
    ("admin-ui", TRUST, "certificate-refused"),
    ("software-distribution", TRUST, "certificate-refused"),
    # Microsoft, "Issue 2: generic network-related errors"
    ("wsyncmgr", f"Sync failed: UssCommunicationError: {CHANNEL}...SyncWSUS", "wsus-upstream"),
    ("dmpdownloader", f"Failed to download Admin UI content payload with exception: {CHANNEL}", "dmpdownloader-send"),
    ("dmpdownloader", CHANNEL, "dmpdownloader-send"),
    ("dmpuploader", CHANNEL, "service-connection-upload"),
    ("admin-ui", CHANNEL, "console-onboarding"),
    ("software-center", CHANNEL, "software-center-catalog"),
    ("wcm", CHANNEL, "wsus-connection"),
    ("wsyncmgr", CHANNEL, "wsus-connection"),
    ("software-distribution", f"ProcessWebServiceProxyException found Exception was {CHANNEL}", "wsus-send-reset"),
    # https://blogs.msdn.microsoft.com/ameltzer/2008/04/14/
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED is set", "certificate-revocation"),
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA is set", "certificate-trust"),
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_CERT_CN_INVALID is set", "certificate-name"),
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_CERT_DATE_INVALID is set", "certificate-date"),
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_CERT_REVOKED is set", "certificate-revoked"),
    ("ccm-messaging", "WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CERT is set", "certificate-refused"),
    # https://dbapark.com/connection-error-the-target-principal-name-is-incorrect
    ("smsdbmon", f"[08001][-2146893022]{ODBC}The target principal name is incorrect.", "sql-certificate-name"),
    ("mp-getauth", ODBC + UNTRUSTED, "odbc18-untrusted"),
    ("srsrp", LOGIN + UNTRUSTED + ")", "sql-certificate-untrusted"),
    (
        "srsrp",
        "SqlException (0x80131904): (provider: SSL Provider, error: 0 - Die Zertifikatkette wurde von einer nicht "
        "vertrauenswürdigen Zertifizierungsstelle ausgestellt.)",
        "sql-certificate-untrusted",
    ),
    ("statesys", f"{NATIVE}The certificate's CN name does not match the passed value.", "sql-certificate-name"),
    ("statesys", f"{NATIVE}Le nom du principal cible est incorrect.", "sql-certificate-name"),
    ("hman", "A required certificate is not within its validity period", "certificate-date"),
    ("mp-framework", f"[08001][-2146893019]{NATIVE}x", "sql-certificate-untrusted"),
    ("mpcontrol", "Http test request failed, error 0x00002f8f", "winhttp-secure-failure"),
    # https://www.checkyourlogs.net/sccm-using-multiple-sups-but-clients-arent-switching/
    (
        "wua-handler",
        "OnSearchComplete - Failed to end search job. Scan failed with error = 0x80072f8f.",
        "winhttp-secure-failure",
    ),
    ("ccmsetup", "Failed to send HTTP request. (Error at WinHttpSendRequest: 0x80072f8f)", "winhttp-secure-failure"),
    (
        "mpcontrol",
        "Call to HttpSendRequestSync failed for port 443 with status code 12175, text: x",
        "winhttp-secure-failure",
    ),
    # German, French, Spanish and Japanese, as Microsoft's pages of that language print them
    (
        "wcm",
        "Die Anforderung wurde abgebrochen: Es konnte kein geschützter SSL/TLS-Kanal erstellt werden.",
        "wsus-connection",
    ),
    ("wcm", "La demande a été abandonnée : Impossible de créer un canal sécurisé SSL/TLS.", "wsus-connection"),
    ("wcm", "Anulada la solicitud: No se puede crear un canal seguro SSL/TLS.", "wsus-connection"),
    (
        "wcm",
        "要求は中止されました: SSL/TLS のセキュリティで保護されているチャネルを作成できませんでした。",
        "wsus-connection",
    ),
    (
        "srsrp",
        "Die zugrunde liegende Verbindung wurde geschlossen: Unerwarteter Fehler beim Empfangen.",
        "srsrp-receive",
    ),
    (
        "srsrp",
        "La connexion sous-jacente a été fermée : Une erreur inattendue s\u2019est produite lors de la réception.",
        "srsrp-receive",
    ),
    ("srsrp", "Se ha terminado la conexión: Error inesperado de envío.", "srsrp-receive"),
    (
        "srsrp",
        "System.Net.WebException: 基になる接続が閉じられました: 受信時に予期しないエラーが発生しました。",
        "srsrp-receive",
    ),
    (
        "wcm",
        "Für den geschützten SSL/TLS-Kanal konnte keine Vertrauensstellung hergestellt werden.",
        "certificate-refused",
    ),
    (
        "wcm",
        "Impossible d\u2019établir une relation de confiance pour le canal sécurisé SSL/TLS.",
        "certificate-refused",
    ),
    ("wcm", "No se puede establecer una relación de confianza para el canal seguro SSL/TLS.", "certificate-refused"),
    (
        "wcm",
        "SSL/TLS のセキュリティで保護されているチャネルに対する信頼関係を確立できませんでした。",
        "certificate-refused",
    ),
    (
        "wcm",
        "Die Anforderung wurde abgebrochen: Es konnte kein gesch\ufffdtzter SSL/TLS-Kanal erstellt werden.",
        "wsus-connection",
    ),
]
# Of the same kinds, from other public reports.
KINDS = [
    # Microsoft, "Configuration Manager connectivity issues when DigiCert Global Root G2 is not installed"
    (
        "dmpdownloader",
        "Failed to check and load service signing certificate. System.ArgumentException: Fail to build chain",
        "root-g2-missing",
    ),
    (
        "gateway-sync",
        "Exception details: [Critical][CMGatewaySyncUploadWorker][0][System.ArgumentException] Fail to build chain",
        "root-g2-missing",
    ),
    # Microsoft, "What's new in version 2603"
    (
        "ccm-sts-managed",
        "Microsoft.Identity.ServiceEssentials.Exceptions.MiseAuthenticationTicketProviderException: MISE12034: "
        "AuthenticationTicketProvider Name:AuthenticationTicketProvider",
        "entra-unreachable",
    ),
    # Microsoft, "Proxy server support": the same entry with another number of WinHTTP
    ("rule-engine", "Failed to download the update from internet. Error = 12175.", "winhttp-secure-failure"),
    ("patch-downloader", "HttpSendRequest failed HTTP_STATUS_x, error 12157", "winhttp-channel"),
    ("task-sequence", "unknown host (gethostbyname failed), hr=80072f8f", "winhttp-secure-failure"),
    (
        "task-sequence",
        "[TSMESSAGING] AsyncCallback(): WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA is set",
        "certificate-trust",
    ),
    ("scan-agent", "ScanJob: CScanJob::OnScanComplete - Scan failed with error = 0x80072f8f", "winhttp-secure-failure"),
    # .NET of the notification server, of the gateway's connection point and of tenant attach
    (
        "bgbserver",
        f"AuthenticationException: A call to SSPI failed, see inner exception. ---> Win32Exception: {ALGORITHM}",
        "dotnet-connection",
    ),
    (
        "bgbserver",
        f"AuthenticationException: A call to SSPI failed, see inner exception. ---> Win32Exception: {UNTRUSTED}",
        "certificate-trust",
    ),
    (
        "proxy-connector",
        "System.IO.IOException: Authentication failed because the remote party has closed the transport stream.",
        "dotnet-connection",
    ),
    (
        "proxy-connector",
        "System.IO.IOException: Received an unexpected EOF or 0 bytes from the transport stream.",
        "dotnet-connection",
    ),
    ("gateway-notification", f"[System.Net.WebException] {CHANNEL}", "dotnet-connection"),
    (
        "gateway-sync",
        "HttpRequestException: The SSL connection could not be established, see inner exception.",
        "dotnet-inner",
    ),
    # Schannel's other numbers, beside a driver and elsewhere
    ("statesys", f"*** [08001][-2146893018]{ODBC}x", "sql-schannel"),
    (
        "mpcontrol",
        f"*** [08001][-2146893051]{NATIVE}Das angeforderte Sicherheitspaket ist nicht vorhanden.",
        "sql-schannel",
    ),
    ("smsdbmon", f"{NATIVE}The Local Security Authority cannot be contacted", "sql-schannel"),
    ("ccm-messaging", "Post failed, 0x80090326", "schannel-message"),
    # SQL Server 26014 and 17190
    (
        "sql-errorlog",
        'Unable to load user-specified certificate [Cert Hash(sha1) "AB"].',
        "sql-server-certificate-start",
    ),
    ("sql-errorlog", "Fehler: 26014, Schweregrad: 16, Status: 1.", "sql-server-certificate-start"),
    (
        "sql-errorlog",
        "Initializing the FallBack certificate failed with error code: 1, state: 1, error number: -2146893802.",
        "sql-server-certificate-start",
    ),
    # WinHTTP's own numbers, plain and as HRESULT in both forms
    ("ccmsetup", "Failed to send HTTP request. (Error at WinHttpSendRequest: 12045)", "certificate-trust"),
    ("ccmsetup", "WinHttpSendRequest failed, error 12038", "certificate-name"),
    ("data-transfer-service", "error 12037", "certificate-date"),
    ("location-services", "failed with -2147012839", "certificate-revocation"),
    ("client-id", "status code 12170", "certificate-revoked"),
    ("rule-engine", "Failed to download the update from internet. Error = 12169.", "certificate-refused"),
    ("pulldp", "ERROR_WINHTTP_SECURE_CERT_WRONG_USAGE", "certificate-key"),
    ("patch-downloader", "ERROR_INTERNET_SEC_CERT_DATE_INVALID", "certificate-date"),
    # Microsoft's page of SQL Server on Linux in German, French, Spanish and Japanese
    ("statesys", f"{NATIVE}Der Zielprinzipalname ist falsch.", "sql-certificate-name"),
    ("statesys", f"{NATIVE}El nombre principal de destino es incorrecto.", "sql-certificate-name"),
    (
        "srsrp",
        "SqlException (0x80131904): (SSL, error: 0 - 対象のプリンシパル名が正しくありません。)",
        "sql-certificate-name",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): (SSL, error: 0 - 証明書チェーンは、信頼されていない機関によって発行されました。)",
        "sql-certificate-untrusted",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): La chaîne de certificats a été émise par une autorité qui "
        "n\u2019est pas approuvée.",
        "sql-certificate-untrusted",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): La cadena de certificación fue emitida por una entidad en la que no se confía.",
        "sql-certificate-untrusted",
    ),
    (
        "wcm",
        "Win32Exception : le client et le serveur ne peuvent pas communiquer car ils "
        "n\u2019ont pas d\u2019algorithme en commun",
        "wsus-connection",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): (TCP, error: 0 - Une connexion existante a dû être fermée par "
        "l\u2019hôte distant.)",
        "sql-login-closed",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): (TCP, error: 0 - 既存の接続はリモート ホストによって強制的に切断されました。)",
        "sql-login-closed",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): Eine vorhandene Verbindung wurde vom Remotehost geschlossen.",
        "sql-login-closed",
    ),
]
# What looks like it, and is nothing of TLS.
NOTHING = [
    ("rule-engine", "Failed to download the update from internet. Error = 12007."),
    ("ccm-messaging", '<![LOG[Post done]LOG]!><time="12:03:70.000+000" thread="12037" file="x:12169">'),
    ("hman", "Failed to get a Kerberos ticket, 0x80090308"),
    ("sql-errorlog", "SQL Server is listening, process 26014x"),
    ("bgbserver", "SocketException: A connection attempt failed because the connected party did not respond"),
    ("ccm-sts-managed", "Token validated, MISE ready"),
    ("dmpdownloader", "Successfully loaded the service signing certificate, chain built"),
    ("srsrp", "SqlException (0x80131904): Transaction (Process ID 55) was deadlocked on lock resources"),
    ("mpcontrol", "Successfully connected to SQL Server with TLS 1.2, 0 errors."),
    (
        "mpcontrol",
        "*** [08001][2][Microsoft][SQL Server Native Client 11.0]Named Pipes Provider: Could not open a connection",
    ),
    (
        "srsrp",
        "SqlException (0x80131904): an error occurred during the login process. (provider: TCP Provider, error: 0 - "
        "The semaphore timeout period has expired.)",
    ),
    ("wcm", "WebException: The remote name could not be resolved: 'sup1.contoso.example'"),
    (
        "wcm",
        "WebException: The underlying connection was closed: A connection that was expected to be kept alive was "
        "closed by the server.",
    ),
    ("wcm", "WebException: The operation has timed out"),
    ("ccm-messaging", "Post failed with 0x80072ee7."),
    (
        "ccm-messaging",
        '<![LOG[Post done]LOG]!><time="10:00:00.000+000" date="11-20-2026" component="x" thread="12175" '
        'file="x:12045">',
    ),
    ("sql-errorlog", "Server is listening on [ 'any' <ipv4> 1433]."),
    ("sql-errorlog", "2026-11-20 10:00:00.12 Logon Error: 18456, Severity: 14, State: 58."),
    ("location-services", "Handle 0x12157abc closed"),
]


def found(log: str, *lines: str) -> list[tuple[str, int]]:
    """The signs in a log with these lines, as the machine's search gives them and the diagnosis takes them."""
    (search,) = searches([LogPlace(LOGS[log], r'"C:\Logs"')])
    sent = [
        LogLine(number, line)
        for number, line in enumerate(lines, 1)
        if any(text in line.lower() for text in search.literals)
    ]
    told = diagnose([Reading(search, "read", tuple(sent))], (), ())
    return [(row["id"], row.get("count", 1)) for row in (*told.symptoms, *told.good)]


def test_every_sign_in_a_log_has_a_line_here() -> None:
    in_lines = {row.id for row in SIGNATURES.values() if any(row.may_stand_in(LOGS[log]) for log in LOGS)}
    by_name = {
        row.id for row in SIGNATURES.values() if row.logs and all(LOGS[log].search == "names" for log in row.logs)
    }
    assert {sign for _log, _line, sign in (*LINES, *CASES, *KINDS)} == in_lines - by_name


@pytest.mark.parametrize(("log", "line", "sign"), [*LINES, *CASES, *KINDS])
def test_a_line_is_found_on_the_machine_and_is_one_sign(log: str, line: str, sign: str) -> None:
    assert found(log, line) == [(sign, 1)]


@pytest.mark.parametrize(("log", "line"), NOTHING)
def test_what_is_nothing_of_tls_is_no_sign(log: str, line: str) -> None:
    assert found(log, line) == []


@pytest.mark.parametrize(
    ("log", "lines", "signs"),
    [
        (
            "ccm-messaging",
            ["WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED is set", "Post failed 0x80072f8f"],
            ["certificate-revocation"],
        ),
        (
            "ccm-messaging",
            ["Post failed 0x80072f8f", "x", "FLAG: WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA is set"],
            ["certificate-trust"],
        ),
        (
            "ccm-messaging",
            ["WINHTTP_CALLBACK_STATUS_FLAG_INVALID_CA is set", *["x"] * 30, "Post failed 0x80072f8f"],
            ["certificate-trust", "winhttp-secure-failure"],
        ),
        (
            "sql-errorlog",
            [
                "Error: 17182, Severity: 16, State: 1.",
                "TDSSNIClient initialization failed with error 0x80090331, status code 0x80.",
            ],
            ["sql-server-tls-start"],
        ),
        (
            "sql-errorlog",
            [
                "Fehler: 17182, Schweregrad: 16, Status: 1.",
                "TDSSNIClient initialization failed with error 0x80092004, status code 0x80.",
            ],
            ["sql-server-certificate-start"],
        ),
    ],
)
def test_the_line_that_names_the_reason_explains_the_number_beside_it(
    log: str, lines: list[str], signs: list[str]
) -> None:
    stamped = [f"{line}  $$<X><11-20-2026 10:00:00.000+000><thread=1 (0x1)>" for line in lines]
    assert [name for name, _count in found(log, *stamped)] == signs


@pytest.mark.parametrize("sign", [row for row in SIGNATURES.values() if row.certificate], ids=lambda row: row.id)
def test_a_certificate_is_never_told_as_a_protocol(sign: LogSignature) -> None:
    assert not sign.requirements
    assert not re.search("strong cryptography|DefaultSecureProtocols|TLS 1.0", sign.remedy)


@pytest.mark.parametrize(
    ("line", "foreign"),
    [
        ("System.Net.WebException: Запрос был прерван: Не удалось создать защищенный канал SSL/TLS.", True),
        ("System.Net.WebException: 请求被中止: 未能创建 SSL/TLS 安全通道。", True),
        ("System.Net.WebException: Die Anforderung \ufffdber SSL", True),
        ("System.Net.WebException: Der Remotename konnte nicht aufgelöst werden", False),
        ("System.Net.WebException: リモート名を解決できませんでした。", False),
        ("System.Net.WebException: The operation has timed out", False),
        ("SqlException (0x80131904): (provider: SSL, error: 0 - 证书链是由不受信任的颁发机构颁发的。)", True),
        ("SqlException (0x80131904): 事务与另一个进程被死锁在资源上。", False),
    ],
)
def test_a_language_that_is_not_known_is_said_to_be_so(line: str, foreign: bool) -> None:
    (search,) = searches([LogPlace(LOGS["wcm"], r'"C:\Logs"')])
    told = diagnose([Reading(search, "read", (LogLine(1, line),))], (), ())
    assert bool(told.foreign) == foreign
    assert not told.symptoms


@pytest.mark.parametrize(
    ("log", "line", "conversations"),
    [
        ("wsyncmgr", CHANNEL, ["site-server-wsus"]),
        ("wsyncmgr", f"UssCommunicationError: {CHANNEL}", ["wsus-microsoft"]),
        ("mp-getauth", f"[08001][-2146893007]{NATIVE}{ALGORITHM}", ["management-point-database"]),
        ("smsprov", f"[08001][-2146893007]{NATIVE}{ALGORITHM}", ["provider-database"]),
        ("wua-handler", "Scan failed with error = 0x80072f8f", ["client-software-update-point"]),
    ],
)
def test_the_log_tells_which_conversation_it_is(log: str, line: str, conversations: list[str]) -> None:
    (search,) = searches([LogPlace(LOGS[log], r'"C:\Logs"')])
    (symptom,) = diagnose([Reading(search, "read", (LogLine(1, line),))], (), ()).symptoms
    assert symptom["conversations"] == conversations


@pytest.mark.parametrize(("roles", "causes"), [((), 0), (("software_update_point",), 1)])
def test_requirements_are_asked_of_the_machine_that_they_concern(roles: tuple[str, ...], causes: int) -> None:
    (search,) = searches([LogPlace(LOGS["wsyncmgr"], r'"C:\Logs"')])
    finding = {"id": "dotnet-v4-settings", "status": "fail", "actual": "off"}
    reading = Reading(search, "read", (LogLine(1, f"UssCommunicationError: {CHANNEL}"),))
    (symptom,) = diagnose([reading], (), [finding], None, roles).symptoms
    assert len(symptom["causes"]) == causes
    assert ("diagnose that machine" in symptom["cause"]) == (not causes)
    assert symptom["concerns"] == "software_update_point"


def test_every_log_that_a_role_names_is_looked_at() -> None:
    names = {log.file for log in LOGS.values()}
    assert {log for role in load_table("roles", Role) for log in role.logs} <= names


@pytest.mark.parametrize("phrase", PHRASES.values(), ids=lambda row: row.id)
def test_what_travels_over_the_command_line_is_ascii(phrase: LogPhrase) -> None:
    assert all(literal.isascii() for literal in phrase.literals)


def test_every_sign_is_seen_somewhere_or_says_that_people_see_it() -> None:
    for row in SIGNATURES.values():
        assert row.logs or row.writers or row.phrases or row.events or row.finding or row.notes, row.id
        assert row.good or row.remedy.endswith("."), row.id


def test_every_known_issue_has_a_sign_and_every_log_is_searched() -> None:
    assert {row.id for row in load_table("known_issues", KnownIssue)} == {
        row.issue for row in SIGNATURES.values() if row.issue
    }
    assert all(any(row.may_stand_in(log) for row in SIGNATURES.values()) for log in LOGS.values())


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
