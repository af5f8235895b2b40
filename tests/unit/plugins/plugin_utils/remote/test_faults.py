# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of failures: every row is reached by what the libraries and the plugins really raise."""

from __future__ import annotations

import pickle
import re
from typing import Any

import pypsrp.exceptions as psrp
import pytest
import requests.exceptions as http
import winrm.exceptions as winrm
from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.classify import (
    NotBound,
    evidence_of,
    refused,
    row_for,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import (
    RETRIES,
    RemoteError,
    error,
    fault_of,
    scrub,
    table,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.session import AnswerCut
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.ssh import WrongShell

XML = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value>'
    "<s:Subcode><s:Value>w:{subcode}</s:Value></s:Subcode></s:Code><s:Detail>{detail}</s:Detail></s:Fault></s:Body>"
    "</s:Envelope>"
)


def pywinrm_fault(code: int | None = None, wmi: int | None = None, subcode: str = "w:Other") -> Exception:
    return winrm.WSManFaultError(500, "Bad HTTP response", "", "Grund", "s:Receiver", subcode, code, wmi)


def pypsrp_fault(code: object, body: str = "") -> Exception:
    try:
        try:
            raise psrp.WinRMTransportError("http", 500, body)
        except psrp.WinRMTransportError:
            raise psrp.WSManFaultError(code, "h", "Grund", None, None, None)  # noqa: B904 - as pypsrp does it
    except psrp.WSManFaultError as raised:
        return raised


def plugin(text: str) -> Exception:
    return AnsibleConnectionFailure(f"basic: {text}")


POOL = "HTTPSConnectionPool(host='h', port=5986): Max retries exceeded with url: /wsman (Caused by {})"
NEW = "NewConnectionError(\"HTTPSConnection(host='h', port=5986): Failed to establish a new connection: [Errno {}] x\")"
TLS = POOL.format("SSLError({})")
VERIFY = "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {} (_ssl.c:1006)')"
WMI = '<p:MSFT_WmiError xmlns:p="u"><p:error_Code xsi:type="cim:cimUnsignedInt">{}</p:error_Code></p:MSFT_WmiError>'

SSH = "Failed to connect to the host via ssh: {}"
KINIT = "Kerberos auth failure for principal u@D: kinit: {} while getting initial credentials"
STEP = "authGSSClientStep() failed: (('Unspecified GSS failure.', 851968), ('im Wortlaut des Landes', {}))"
MAJOR = "SpnegoError (4294967295): Major (851968): Unspecified GSS failure, Minor ({}): im Wortlaut des Landes"


class Krb5Error(Exception):
    """As python-krb5 calls and prints its own."""


class SpnegoError(Exception):
    """As pyspnego calls and prints its own."""


# As seen against a realm of MIT Kerberos; numbers where a library prints them, in whatever language.
KERBEROS: list[tuple[str, Exception]] = [
    ("kerberos_no_ticket", plugin(STEP.format(-1765328243))),
    ("kerberos_no_ticket", SpnegoError(MAJOR.format(2529639053))),
    ("kerberos_ticket_expired", SpnegoError(MAJOR.format(2529638944))),
    ("kerberos_ticket_expired", SpnegoError("Major (786432): The referenced context has expired, Minor (100001)")),
    ("kerberos_clock", AnsibleConnectionFailure(KINIT.format("Clock skew too great"))),
    ("kerberos_clock", Krb5Error("im Wortlaut des Landes -1765328347")),
    ("kerberos_realm_unknown", AnsibleConnectionFailure(KINIT.format('Cannot find KDC for realm "D"'))),
    ("kerberos_realm_unknown", Krb5Error("im Wortlaut des Landes -1765328230")),
    ("kerberos_configuration", Krb5Error("im Wortlaut des Landes -1765328248")),
    ("kerberos_kdc_unreachable", AnsibleConnectionFailure(KINIT.format("Cannot contact any KDC for realm 'D'"))),
    ("kerberos_kdc_unreachable", Krb5Error("im Wortlaut des Landes -1765328228")),
    ("kerberos_user_unknown", AnsibleConnectionFailure(KINIT.format("Client 'u@D' not found in Kerberos database"))),
    ("kerberos_account", AnsibleConnectionFailure(KINIT.format("Client's credentials have been revoked"))),
    ("kerberos_account", Krb5Error("im Wortlaut des Landes -1765328361")),
    ("kerberos_password", AnsibleConnectionFailure(KINIT.format("Password incorrect"))),
    ("kerberos_password", Krb5Error("im Wortlaut des Landes -1765328360")),
    ("kerberos_service_unknown", plugin(STEP.format(-1765328377))),
    ("kerberos_service_unknown", SpnegoError(MAJOR.format(2529638919))),
    ("kerberos_encryption_type", Krb5Error("im Wortlaut des Landes -1765328370")),
    ("kerberos_refused", AnsibleConnectionFailure("kerberos: the specified credentials were rejected by the server")),
    ("kerberos_refused", psrp.AuthenticationError("Failed to authenticate the user u@D with kerberos")),
    ("channel_binding", NotBound("ansible_winrm_send_cbt is false")),
]

SAMPLES: list[tuple[str, Exception]] = [
    ("missing_library", AnsibleError("to use the password mechanism sshpass, you must install the sshpass program")),
    ("auth_rejected", AnsibleConnectionFailure(SSH.format("me@h1: Permission denied (publickey,password)."))),
    ("auth_rejected", AnsibleConnectionFailure("Invalid/incorrect password: Permission denied, please try again.")),
    ("host_key", AnsibleConnectionFailure(SSH.format("Host key verification failed."))),
    ("host_key", AnsibleConnectionFailure(SSH.format("@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @"))),
    (
        "ssh_no_common_algorithm",
        AnsibleConnectionFailure(
            SSH.format("Unable to negotiate with h1 port 22: no matching host key type found. Their offer: ssh-rsa")
        ),
    ),
    ("shell_type", WrongShell("the default shell did not take the line: no answer")),
    ("shell_type", ValueError("ansible_shell_type is sh; it has to be cmd or powershell for Windows over ssh")),
    ("name_unknown", AnsibleConnectionFailure(SSH.format("ssh: Could not resolve hostname h1: Name or service"))),
    ("host_refused", AnsibleConnectionFailure(SSH.format("ssh: connect to host h1 port 22: Connection refused"))),
    ("host_unroutable", AnsibleConnectionFailure(SSH.format("ssh: connect to host h1 port 22: No route to host"))),
    ("connect_time_out", AnsibleConnectionFailure(SSH.format("ssh: connect to host h1 port 22: Connection timed out"))),
    ("connection_dropped", AnsibleConnectionFailure(SSH.format("Connection reset by 10.0.0.1 port 22"))),
    ("connection_dropped", AnsibleConnectionFailure(SSH.format("Connection to h1 closed by remote host."))),
    ("connection_dropped", AnsibleConnectionFailure(SSH.format("Shared connection to h1 closed."))),
    ("connection_dropped", AnsibleConnectionFailure(SSH.format(""))),
    ("missing_library", AnsibleError("winrm or requests is not installed: No module named 'winrm'")),
    ("missing_library", AnsibleError("xmltodict is not installed: No module named 'xmltodict'")),
    ("missing_library", AnsibleError("The installed version of WinRM does not support transport(s) ['credssp']")),
    ("missing_library", plugin("requested auth method is kerberos, but pykerberos is not installed")),
    ("missing_library", ImportError("No module named 'requests_credssp'")),
    ("login_incomplete", plugin("auth method basic requires a password")),
    ("login_incomplete", winrm.InvalidCredentialsError("cert_pem file not found (/x.pem)")),
    (
        "login_incomplete",
        ValueError("For certificate auth, the path to the certificate key pem file must be specified"),
    ),
    ("ca_file_missing", plugin("Could not find a suitable TLS CA certificate bundle, invalid path: /x.pem")),
    ("setting_invalid", ValueError("Cannot use message encryption with auth 'basic', either set encryption='never'")),
    ("setting_invalid", winrm.WinRMError("read_timeout_sec must exceed operation_timeout_sec, and both must be")),
    ("kinit_failed", AnsibleConnectionFailure("Kerberos auth failure for principal u@D: kinit: unlike any other")),
    ("kinit_failed", AnsibleConnectionFailure("Kerberos auth failure when calling kinit cmd 'kinit': No such file")),
    (
        "kerberos_failed",
        plugin("authGSSClientStep() failed: (('Unspecified GSS failure.', 851968), ('x', -1765328300))"),
    ),
    ("credssp_failed", plugin("AuthenticationException: Server did not respond Negotiate or CredSSP")),
    (
        "auth_not_offered",
        psrp.AuthenticationError(
            "The server did not respond with one of the following authentication methods Negotiate"
        ),
    ),
    ("auth_rejected", plugin("the specified credentials were rejected by the server")),
    ("auth_rejected", winrm.InvalidCredentialsError("the specified credentials were rejected by the server")),
    ("auth_rejected", plugin("Access denied: Server did not respond with NTLM challenge token")),
    ("auth_rejected", psrp.AuthenticationError("Failed to authenticate the user u with basic")),
    ("certificate_name", plugin(TLS.format(VERIFY.format("Hostname mismatch, certificate is not valid for 'h'.")))),
    (
        "certificate_name",
        plugin(TLS.format(VERIFY.format("IP address mismatch, certificate is not valid for '1.2.3.4'."))),
    ),
    ("certificate_expired", plugin(TLS.format(VERIFY.format("certificate has expired")))),
    ("certificate_expired", plugin(TLS.format(VERIFY.format("certificate is not yet valid")))),
    ("certificate_untrusted", plugin(TLS.format(VERIFY.format("self-signed certificate in certificate chain")))),
    # https://github.com/python/cpython/issues/138193
    ("certificate_malformed", plugin(TLS.format(VERIFY.format("Missing Authority Key Identifier")))),
    ("certificate_malformed", http.SSLError(TLS.format(VERIFY.format("CA cert does not include key usage extension")))),
    ("certificate_weak", plugin(TLS.format(VERIFY.format("EE certificate key too weak")))),
    ("certificate_weak", http.SSLError(TLS.format(VERIFY.format("CA signature digest algorithm too weak")))),
    ("certificate_weak", plugin(TLS.format("SSLError(1, '[SSL: EE_KEY_TOO_SMALL] ee key too small')"))),
    ("tls_weak_dh", plugin(TLS.format("SSLError(1, '[SSL: DH_KEY_TOO_SMALL] dh key too small (_ssl.c:1006)')"))),
    (
        "tls_legacy_renegotiation",
        plugin(TLS.format("SSLError(1, '[SSL: UNSAFE_LEGACY_RENEGOTIATION_DISABLED] unsafe legacy renegotiation')")),
    ),
    # https://github.com/diyan/pywinrm/issues/363
    ("tls_reset", plugin(TLS.format("SSLError(\"bad handshake: SysCallError(104, 'ECONNRESET')\")"))),
    # https://github.com/ansible-collections/ansible.windows/issues/333
    (
        "certificate_login_dropped",
        AnsibleConnectionFailure(
            "certificate: ('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))"
        ),
    ),
    # https://github.com/ansible/awx/issues/13519
    ("ntlm_hash_missing", AnsibleConnectionFailure("ntlm: unsupported hash type md4")),
    ("certificate_untrusted", http.SSLError(TLS.format(VERIFY.format("unable to get local issuer certificate")))),
    ("tls_not_spoken", http.SSLError(TLS.format("SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number')"))),
    (
        "tls_no_common_protocol",
        http.SSLError(TLS.format("SSLError(1, '[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol')")),
    ),
    ("tls_no_common_protocol", plugin(TLS.format("SSLError(1, '[SSL: TLSV1_ALERT_PROTOCOL_VERSION] tlsv1 alert')"))),
    ("tls_no_common_protocol", plugin(TLS.format("SSLError(1, '[SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] alert')"))),
    ("tls_failed", plugin(TLS.format("SSLEOFError(8, '[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred')"))),
    (
        "proxy_failed",
        http.ProxyError(POOL.format("ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed'))")),
    ),
    (
        "name_unknown",
        plugin(POOL.format("NameResolutionError(\"HTTPSConnection: Failed to resolve 'h' ([Errno -2] Name)\")")),
    ),
    ("host_refused", plugin(POOL.format(NEW.format(111)))),
    ("host_refused", http.ConnectionError(POOL.format(NEW.format(61)))),
    ("host_unroutable", plugin(POOL.format(NEW.format(113)))),
    ("host_unroutable", plugin(POOL.format(NEW.format(101)))),
    ("connect_time_out", http.ConnectTimeout(POOL.format("ConnectTimeoutError('Connection to h timed out.')"))),
    ("connect_time_out", AnsibleError("the connection attempt timed out")),
    ("connect_time_out", plugin(POOL.format(NEW.format(110)))),
    ("read_time_out", http.ReadTimeout("HTTPSConnectionPool(host='h', port=5986): Read timed out. (read timeout=30)")),
    ("access_denied", pywinrm_fault(5)),
    ("access_denied", pywinrm_fault(2150859012)),
    ("access_denied", pypsrp_fault(2147942405)),
    ("access_denied", plugin("denied  (extended fault data: {'http_status_code': 500, 'wsmanfault_code': 5})")),
    ("shells_not_allowed", pywinrm_fault(2150859180)),
    ("shell_gone", pywinrm_fault(2150858843, subcode="w:InvalidSelectors")),
    ("shell_gone", pypsrp_fault(2150858843)),
    ("quota_operations", pywinrm_fault(None, 2150859174, "w:QuotaLimit")),
    ("quota_operations", pypsrp_fault("w:QuotaLimit", XML.format(subcode="QuotaLimit", detail=WMI.format(2150859174)))),
    ("quota_shells", pywinrm_fault(None, 2150859173, "w:QuotaLimit")),
    ("quota_shells", pypsrp_fault("w:QuotaLimit", XML.format(subcode="QuotaLimit", detail=WMI.format(2150859173)))),
    (
        "quota_shells",
        plugin("zu viele (extended fault data: {'fault_code': 's:Sender', 'fault_subcode': 'w:QuotaLimit'})"),
    ),
    ("operation_time_out", winrm.WinRMOperationTimeoutError()),
    ("operation_time_out", plugin("")),
    ("operation_time_out", pypsrp_fault(2150858793)),
    ("wmi_broken", pywinrm_fault(2147943418)),
    ("host_fault", pywinrm_fault(2150858778)),
    ("host_fault", pypsrp_fault(87)),
    ("host_fault", plugin("x (extended fault data: {'http_status_code': 500, 'wsmanfault_code': 2150858778})")),
    ("context_lost", winrm.WinRMTransportError("http", 400, "")),
    ("forbidden", psrp.WinRMTransportError("http", 403, "")),
    ("path_unknown", winrm.WinRMTransportError("http", 404, "Not Found")),
    ("path_unknown", plugin("Bad HTTP response returned from server. Code 404")),
    ("request_too_large", winrm.WinRMTransportError("http", 413, "")),
    ("http_busy", plugin("Bad HTTP response returned from server. Code 503")),
    ("http_busy", http.RetryError(POOL.format("ResponseError('too many 503 error responses')"))),
    ("unencrypted_refused", winrm.WinRMTransportError("http", 500, "")),
    ("unencrypted_refused", plugin("Bad HTTP response returned from server. Code 500")),
    ("connection_dropped", http.ConnectionError("('Connection aborted.', RemoteDisconnected('Remote end closed'))")),
    ("connection_dropped", http.ConnectionError("('Connection aborted.', ConnectionResetError(104, 'reset'))")),
    ("connection_dropped", plugin("('Connection aborted.', BrokenPipeError(32, 'Broken pipe'))")),
    ("answer_cut", AnswerCut("812 bytes, without an end")),
    ("answer_unreadable", psrp.WinRMError("Received related id does not match related expected message id")),
    ("answer_unreadable", plugin("not well-formed (invalid token): ParseError")),
    ("connection_failed", RuntimeError("something new")),
]
# The winrm plugin hands these on to pywinrm by the name of the argument.
EXTRAS = {
    "ansible_winrm_send_cbt",
    "ansible_shell_type",
    "ansible_ssh_common_args",
    "ansible_ssh_private_key_file",
    "ansible_winrm_ca_trust_path",
    "ansible_winrm_cert_key_pem",
    "ansible_winrm_cert_pem",
    "ansible_winrm_kerberos_hostname_override",
    "ansible_winrm_operation_timeout_sec",
    "ansible_winrm_proxy",
    "ansible_winrm_read_timeout_sec",
    "ansible_winrm_server_cert_validation",
}

# Raised by this package itself, never found in what a library raises.
OWN = {
    "unsupported_connection",
    "line_too_long",
    "line_not_runnable",
    "command_time_out",
    "dropped",
    "output_too_long",
    "tls_proxy",
}


@pytest.mark.parametrize(("code", "problem"), SAMPLES, ids=[f"{n}-{code}" for n, (code, problem) in enumerate(SAMPLES)])
def test_row_for_what_is_raised(code: str, problem: Exception) -> None:
    assert row_for(evidence_of(problem)).code == code


@pytest.mark.parametrize(("code", "problem"), KERBEROS)
def test_row_for_a_kerberos_login(code: str, problem: Exception) -> None:
    assert row_for(evidence_of(problem)).code == code


def test_every_row_has_a_sample() -> None:
    assert {code for code, problem in SAMPLES + KERBEROS} | OWN == set(table())


def test_rows_are_complete() -> None:
    for row in table().values():
        assert row.phrase[0].islower() and not row.phrase.endswith("."), row.code
        assert row.remedy[0].isupper() or row.remedy.startswith("ansible_"), row.code
        assert row.remedy.endswith("."), row.code
        assert row.source and row.retry in RETRIES, row.code


def test_a_rejected_login_comes_before_everything_that_is_repeated() -> None:
    # The winrm plugin joins what went wrong with each transport into one text: with a 401 in it nothing may be resent.
    rows = list(table().values())
    before = rows[: rows.index(table()["auth_rejected"]) + 1]
    assert {row.retry for row in before} == {"never"}
    both = plugin("the specified credentials were rejected by the server, ntlm: Bad HTTP response .* Code 503")
    assert row_for(evidence_of(both)).code == "auth_rejected"


def test_remedies_name_variables_that_exist(plugin_variables: set[str]) -> None:
    named = {name for row in table().values() for name in re.findall(r"\bansible_\w+[a-z]\b(?!\*)", row.remedy)}
    assert named - {"ansible_connection"} - EXTRAS <= plugin_variables


@pytest.mark.parametrize(
    "row",
    [
        {"code": "x"},
        {**dict.fromkeys(("code", "kind", "phrase", "remedy", "source"), "x"), "unreachable": True, "retry": "often"},
        {**dict.fromkeys(("code", "kind", "phrase", "remedy", "source"), "x"), "unreachable": "no", "retry": "never"},
        {
            **dict.fromkeys(("code", "kind", "phrase", "remedy", "source", "more"), "x"),
            "unreachable": True,
            "retry": "never",
        },
    ],
)
def test_a_wrong_row_is_named(row: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"faults\.yml, x"):
        fault_of(row)


@pytest.mark.parametrize(
    ("problem", "certain"),
    [
        (pywinrm_fault(5), True),
        (winrm.WinRMTransportError("http", 503, ""), True),
        (winrm.InvalidCredentialsError("the specified credentials were rejected by the server"), True),
        (http.ConnectionError(POOL.format(NEW.format(111))), True),
        (http.ConnectTimeout("(connect timeout=3)"), True),
        (http.ReadTimeout("Read timed out."), False),
        (http.ConnectionError("('Connection aborted.', RemoteDisconnected('x'))"), False),
        (http.SSLError("EOF occurred in violation of protocol"), False),
        (RuntimeError("x"), False),
    ],
)
def test_what_is_certain_about_a_failed_request(problem: Exception, certain: bool) -> None:
    evidence = evidence_of(problem)
    assert refused(row_for(evidence), evidence) is certain


def test_the_error_is_plain_and_survives_pickling() -> None:
    raised = error("auth_rejected", host="h1", attempted="read the TLS settings", detail="x", sent=True)
    copy = pickle.loads(pickle.dumps(raised))
    assert isinstance(copy, RemoteError)
    assert copy.as_result() == raised.as_result()
    assert (str(copy), copy.unreachable, copy.sent) == (str(raised), True, True)
    assert set(raised.as_result()) == {"kind", "code", "host", "attempted", "remedy", "detail"}
    assert all(isinstance(value, str) for value in raised.as_result().values())
    assert "h1: could not read the TLS settings: the host rejected" in str(raised)


@pytest.mark.parametrize(
    ("text", "secrets", "expected"),
    [
        ("bad pass\nword", ["pass\nword"], "bad ********"),
        (r"repr('it\'s')", ["it's"], r"repr('********')"),
        ("http://me:pw@proxy:3128/ failed", [], "http://********@proxy:3128/ failed"),
        ("abcabcd", ["abc", "abcd"], "****************"),
        ("nothing", ["", "x"], "nothing"),
        ("a" * 700, [], "a" * 597 + "..."),
    ],
)
def test_scrub(text: str, secrets: list[str], expected: str) -> None:
    assert scrub(text, secrets) == expected
