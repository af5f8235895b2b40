# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Legacy use that is observed, symptoms that are diagnosed, and the file of the application catalog."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from support import ROOT, WHOLE, Outcome, Site

from configmgr_lab.control.client import LabClient

SCHANNEL = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
LIMIT = 10_240
CALLERS = [
    ("TLS 1.0", "server", "", 31),
    ("TLS 1.2", "server", "CN=pc10.contoso.example", 7),
    ("TLS 1.0", "client", "sql1.contoso.example", 3),
    ("TLS 1.1", "client", "sup1.contoso.example", 2),
]


def handshake(protocol: str, side: str, peer: str) -> dict[str, str]:
    return {
        "Type": side,
        "Protocol": protocol,
        "CipherSuite": "0xc014",
        "ExchangeStrength": "384",
        "ContextHandle": "0x0",
        "TargetName": peer if side == "client" else "",
        "LocalCertSubjectName": "",
        "RemoteCertSubjectName": peer if side == "server" else "",
    }


def rows(part: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in part["rows"]]


def test_planted_events_are_counted_by_protocol_and_peer(site: Site, lab: LabClient) -> None:
    for host in ("MP1", "MP2"):
        for protocol, side, peer, count in CALLERS:
            known = handshake(protocol, side, peer)
            lab.plant_events(host, 36880, known, count=count)
        lab.plant_events(host, 36880, handshake("SSL 3.0", "server", ""), seconds_ago=30 * 86400)
    for host in ("MP2", "PC11"):
        caller = {"CallerProcessImageName": r"C:\Backup\agent.exe"} if host == "PC11" else {}
        lab.plant_events(host, 36871, {"Type": "client", "ErrorState": "10013", **caller}, count=2)
    lab.plant_events("MP2", 36874, {"Protocol": "TLS 1.0"})
    lab.plant_events("MP2", 36887, {"AlertDesc": "40"})
    lab.plant_events("MP2", 36888, {"AlertDesc": "70", "ErrorState": "105", "TargetName": "old.contoso.example"})
    last = site.module("tls_events_info", {"days": 7}, limit=["MP1", "MP2", "PC11"]).expect_ok().last
    seen = last["MP2"].data
    assert rows(seen["protocols"], "side", "protocol", "count") == [
        ("server", "TLS 1.0", 31),
        ("server", "TLS 1.2", 7),
        ("client", "TLS 1.0", 3),
        ("client", "TLS 1.1", 2),
    ]
    assert ("client", "sql1.contoso.example", 3) in rows(seen["peers"], "side", "peer", "count")
    assert rows(seen["refused"], "id", "process", "protocol", "protocol_off", "count") == [
        (36871, "", "", True, 2),
        (36874, "", "TLS 1.0", False, 1),
    ]
    assert rows(last["PC11"].data["refused"], "process", "protocol_off", "count") == [("agent.exe", True, 2)]
    assert rows(seen["alerts"], "id", "alert", "target") == [(36887, "40", ""), (36888, "70", "old.contoso.example")]
    assert seen["legacy_use"] == [
        "from callers without a certificate (TLS 1.0)",
        "to sql1.contoso.example (TLS 1.0)",
        "to sup1.contoso.example (TLS 1.1)",
    ]
    logged = {"configmgr_tls_events": {**seen, "truncated": True}}
    gate = site.module("tls_gate_info", limit="MP2", variables=logged).expect_ok().last["MP2"].data
    assert "the event logs of MP2 hold less than the days that were asked for" in gate["gate_warnings"]
    # Windows Server 2012 R2 logs no names at all.
    assert last["MP1"].data["legacy_use"] == [
        "from callers that this Windows does not name (TLS 1.0)",
        "to servers that this Windows does not name (TLS 1.0)",
        "to servers that this Windows does not name (TLS 1.1)",
    ]
    assert (seen["truncated"], seen["damaged"], seen["success_logging"]) == (False, 0, False)
    assert len(json.dumps(seen)) < LIMIT
    assert lab.counters()["MP2"]["commands"] == 1


def test_nothing_logged_is_not_nobody(site: Site, lab: LabClient) -> None:
    outcome = site.module("tls_events_info").expect_ok()
    assert {host: result.data["legacy_use"] for host, result in outcome.last.items()} == dict.fromkeys(site.hosts)


def test_more_events_than_the_bound_are_told(site: Site, lab: LabClient) -> None:
    lab.plant_events("MP1", 36880, handshake("TLS 1.2", "server", ""), count=400)
    seen = site.module("tls_events_info", {"max_events": 100}, limit="MP1").expect_ok().last["MP1"].data
    assert (seen["truncated"], rows(seen["protocols"], "count")) == (True, [(100,)])


@pytest.mark.parametrize("former", [1, 3, 0, None], ids=str)
def test_a_window_leaves_the_registry_as_it_was(site: Site, lab: LabClient, former: int | None) -> None:
    host = "MP2"
    if former is None:
        lab.delete_value(host, SCHANNEL, "EventLogging")
    else:
        lab.set_value(host, SCHANNEL, "EventLogging", former)
    before = lab.dump(host)["registry"]
    predicted = site.module("tls_event_logging", {"state": "started"}, limit=host, check=True).expect_ok().last[host]
    assert predicted.changed
    assert lab.dump(host)["registry"] == before
    opened = site.module("tls_event_logging", {"state": "started", "run": "w1"}, limit=host).expect_ok().last[host]
    assert (opened.changed, opened.places()) == (True, predicted.places())
    assert opened.data["window"]["run"] == "w1"
    again = site.module("tls_event_logging", {"state": "started"}, limit=host).expect_ok().last[host]
    assert (again.changed, again.data["window"]["run"]) == (False, "w1")
    seen = site.module("tls_events_info", limit=host).expect_ok().last[host].data
    assert (seen["success_logging"], seen["window"]["run"]) == (True, "w1")
    closed = site.module("tls_event_logging", {"state": "stopped"}, limit=host, diff=True).expect_ok().last[host]
    assert (closed.changed, closed.data["window"]) == (True, None)
    assert lab.dump(host)["registry"] == before
    assert not site.module("tls_event_logging", {"state": "stopped"}, limit=host).expect_ok().last[host].changed


def test_a_value_that_somebody_set_since_is_not_overwritten(site: Site, lab: LabClient) -> None:
    site.module("tls_event_logging", {"state": "started"}, limit="MP2").expect_ok()
    lab.set_value("MP2", SCHANNEL, "EventLogging", 6)
    refused = site.module("tls_event_logging", {"state": "stopped"}, limit="MP2").last["MP2"]
    assert (refused.status, refused.code) == ("failed", "conflict")
    site.module("tls_event_logging", {"state": "stopped", "force": True}, limit="MP2").expect_ok()
    assert lab.dump("MP2")["registry"] == lab.image("MP2")["registry"]


def test_where_handshakes_are_logged_anyway_no_window_is_opened(site: Site, lab: LabClient) -> None:
    lab.set_value("MP2", SCHANNEL, "EventLogging", 7)
    for state in ("started", "stopped"):
        result = site.module("tls_event_logging", {"state": state}, limit="MP2").expect_ok().last["MP2"]
        assert (result.changed, result.data["window"]) == (False, None)


def logged(text: str, date: str = "11-20-2026") -> str:
    """A line as ConfigMgr's components write it."""
    return f"{text}  $$<SMS_COMPONENT><{date} 10:00:00.123+000><thread=4711 (0x1267)>\n"


def traced(text: str, date: str = "11-20-2026") -> str:
    """A line as ConfigMgr's clients write it."""
    return (
        f'<![LOG[{text}]LOG]!><time="10:00:00.123+000" date="{date}" component="x" context="" thread="1" file="x:1">\n'
    )


CLOSED = "The underlying connection was closed: An unexpected error occurred on a receive."
# known issue -> host, path, text, encoding, id of the symptom, a word of the remedy
LOGS = {
    "SQL Server communication failure": (
        "MP1",
        r"C:\SMS\Logs\mpcontrol.log",
        logged("*** [08001][18][Microsoft][SQL Server Native Client 11.0]SSL Provider: SslSecurityError"),
        "utf-8",
        "sql-ssl-security-error",
        "client components",
    ),
    "Configuration Manager client communication failures": (
        "PC7B",
        r"C:\Windows\CCM\Logs\CcmMessaging.log",
        traced("Post to https://mp1.contoso.example/ccm_system/request failed with 0x80072F8F"),
        "ansi",
        "winhttp-secure-failure",
        "WinHTTP",
    ),
    "Reporting services point fails with a closed connection": (
        "RP1",
        r"C:\SMS\Logs\srsrp.log",
        "The underlying connection was closed:\n" + logged("An expected error occurred on a receive."),
        "utf-16",
        "srsrp-receive",
        "SMS_EXECUTIVE",
    ),
    "Application catalog does not initialise": (
        "APP1",
        r"C:\SMS_CCM\CMApplicationCatalog\Logs\ServicePortalWebSite.svclog",
        "<E2ETraceEvent><Message>" + "x" * 20_000 + "SOAP security negotiation failed. The client and server can't "
        "communicate because they don't share a common algorithm.</Message></E2ETraceEvent>",
        "utf-8",
        "appcatalog-soap",
        "W2SP.exe.config",
    ),
    "Software Center or a browser does not reach the application catalog": (
        "PC10",
        r"C:\Windows\CCM\Logs\SCClient_CONTOSO@ann_1.log",
        traced(CLOSED),
        "utf-8",
        "software-center-catalog",
        "remove the application catalog",
    ),
    "Service connection point does not upload": (
        "CM1",
        r"C:\Program Files\Microsoft Configuration Manager\Logs\dmpuploader.log",
        logged("ERROR: The underlying connection was closed: An unexpected error occurred on a send."),
        "utf-16",
        "service-connection-upload",
        "strong cryptography",
    ),
    "Console shows the Intune onboarding dialog": (
        "CON1",
        r"C:\Program Files (x86)\Microsoft Configuration Manager\AdminConsole\AdminUILog\SmsAdminUI.log",
        logged(f"[1, PID:9] System.Net.WebException\\r\\n{CLOSED}"),
        "utf-8",
        "console-onboarding",
        "console",
    ),
    "Console cannot sign in to Azure": (
        "CON1",
        r"C:\Program Files (x86)\Microsoft Configuration Manager\AdminConsole\AdminUILog\SmsAdminUI.log",
        logged(f"Microsoft.ConfigurationManagement.CloudBase.AAD.AADAuthenticationException\\r\\n{CLOSED}"),
        "utf-8",
        "console-azure",
        "console",
    ),
    "WSUS communication failures": (
        "SUP1",
        r"C:\Program Files\Update Services\LogFiles\SoftwareDistribution.log",
        "2026-11-20 10:00:00.123 UTC\tError\tw3wp.8\tThe client and server cannot communicate, because they do not "
        "possess a common algorithm\n",
        "utf-8",
        "wsus-common-algorithm",
        "WSUS update",
    ),
}


def test_with_nothing_planted_nothing_is_found(site: Site, lab: LabClient) -> None:
    outcome = site.module("tls_diagnose_info").expect_ok()
    found = {host: result.data["symptoms"] for host, result in outcome.last.items()}
    assert not any(found.values())
    # Hardly a machine has a log here: that nothing was read is told, and where it was looked for.
    untold = {host for host, result in outcome.last.items() if not result.data["unknown"]}
    assert untold == {host for host, result in outcome.last.items() if result.data["logs"]["read"]}
    assert "none was found; looked in C:\\SMS\\Logs\\" in outcome.last["MP1"].data["msg"]
    assert len(untold) < len(site.hosts) / 2
    assert {lab.counters()[host]["commands"] for host in site.hosts} <= {3, 4, 5, 6, 7, 8, 9}
    assert all(lab.dump(host)["files"] == lab.image(host)["files"] for host in site.hosts)


def test_every_known_issue_is_found_with_its_remedy(site: Site, lab: LabClient) -> None:
    planted: dict[tuple[str, str], str] = {}
    for host, path, text, encoding, _symptom, _word in LOGS.values():
        planted[host, path] = planted.get((host, path), "") + text
        lab.plant_file(host, path, planted[host, path], encoding=encoding)
    lab.set_value("MP2", r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy", "Enabled", 1)
    outcome = site.module("tls_diagnose_info").expect_ok()
    found = {
        symptom["issue"]: (host, symptom)
        for host, result in outcome.last.items()
        for symptom in result.data["symptoms"]
    }
    assert set(found) == {*LOGS, "FIPS security policy enabled"}
    assert found["FIPS security policy enabled"][0] == "MP2"
    for issue, (host, path, _text, _encoding, name, word) in LOGS.items():
        where, symptom = found[issue]
        assert (where, symptom["id"], symptom["path"].rpartition("\\")[2].split("_")[0]) == (
            host,
            name,
            path.rpartition("\\")[2].split("_")[0],
        )
        assert word in symptom["remedy"]
        assert symptom["causes"], symptom
        assert outcome.last[host].data["logs"]["read"]
        assert not outcome.last[host].data["unknown"]
    assert all(len(json.dumps(result.data)) < LIMIT for result in outcome.last.values())


def test_a_symptom_is_linked_to_what_is_wrong_on_the_machine(site: Site, lab: LabClient) -> None:
    host, path, text, *_rest = LOGS["Reporting services point fails with a closed connection"]
    lab.plant_file(host, path, text, encoding="utf-16")
    symptom = site.module("tls_diagnose_info", limit=host).expect_ok().last[host].data["symptoms"][0]
    assert "dotnet-v4-settings" in {cause["finding"] for cause in symptom["causes"]}
    assert (symptom["last"], symptom["line"], symptom["before_restart"]) == ("2026-11-20 10:00:00", 2, True)
    site.module("tls_settings", limit=host).expect_ok()
    symptom = site.module("tls_diagnose_info", limit=host).expect_ok().last[host].data["symptoms"][0]
    assert {cause["finding"] for cause in symptom["causes"]} >= {"restart-after-change"}
    assert "restart" in symptom["cause"].lower()


@pytest.mark.parametrize("planted", [28, 29, 5000])
def test_a_log_with_many_matching_lines_is_read_within_bounds(site: Site, lab: LabClient, planted: int) -> None:
    lines = [logged(f"SslSecurityError number {number}") for number in range(1, planted + 1)]
    lab.plant_file("MP1", r"C:\SMS\Logs\mpcontrol.log", "".join(lines))
    begun = lab.mark()
    result = site.module("tls_diagnose_info", limit="MP1").expect_ok().last["MP1"].data
    symptom = result["symptoms"][0]
    assert (symptom["line"], symptom["says"]) == (planted, f"SslSecurityError number {planted}")
    assert symptom["count"] == min(planted, 58)
    assert len(json.dumps(result)) < LIMIT
    printed = [command["stdout_bytes"] for command in lab.commands(since=begun, host="MP1")]
    # Two lines read the machine, one its folders, one finds the log, and one searches it; long logs take more.
    assert len(printed) == (7 if planted > 29 else 6 if planted == 29 else 5)
    assert max(printed) < 100_000


def test_a_large_log(site: Site, lab: LabClient) -> None:
    megabytes = 100 if WHOLE else 10
    path = r"C:\Windows\CCM\Logs\CcmMessaging.log"
    size = lab.plant_file(
        "PC10", path, traced("failed with 0x80072f8f"), encoding="ansi", padding=megabytes * 1_000_000
    )
    result = site.module("tls_diagnose_info", limit="PC10").expect_ok().last["PC10"].data
    assert size >= megabytes * 999_990
    assert [(sign["id"], sign["count"]) for sign in result["symptoms"]] == [("winhttp-secure-failure", 1)]


def test_an_old_event_is_no_symptom_and_a_new_one_is(site: Site, lab: LabClient) -> None:
    lab.plant_events("MP2", 36874, {"Protocol": "TLS 1.0"}, seconds_ago=40 * 86400)
    assert not site.module("tls_diagnose_info", limit="MP2").expect_ok().last["MP2"].data["symptoms"]
    lab.plant_events("PC11", 36871, {"CallerProcessImageName": r"C:\Backup\agent.exe", "ErrorState": "10013"})
    lab.plant_events("PC11", 36871, {"ErrorState": "10001"})
    lab.plant_events("MP2", 36888, {"AlertDesc": "40", "ErrorState": "1205"})
    lab.plant_events("MP2", 36870, {"Type": "server", "ErrorCode": "0x8009030D"})
    lab.plant_events("MP2", 36887, {"AlertDesc": "20"})
    last = site.module("tls_diagnose_info", limit=["MP2", "PC11"]).expect_ok().last
    symptoms = last["PC11"].data["symptoms"]
    assert [(symptom["id"], symptom["count"]) for symptom in symptoms] == [("schannel-36871-10013", 1)]
    assert "agent.exe" in symptoms[0]["says"]
    assert {symptom["id"] for symptom in last["MP2"].data["symptoms"]} == {"schannel-36888", "schannel-36870"}


PROGRAM_LOGS = r"C:\Program Files\Microsoft Configuration Manager\Logs"
ALGORITHM = "The client and server cannot communicate, because they do not possess a common algorithm."
TRUST = "The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."
CHANNEL = "The request was aborted: Could not create SSL/TLS secure channel."
LOGIN = "SqlException (0x80131904): an error occurred during the login process. (provider: SSL Provider, error: 0 - "
# Published cases: host, path, lines, encoding, the sign
CASES = [
    (
        "MP2",
        r"C:\SMS\Logs\mpcontrol.log",
        [f"*** [08001][-2146893007][Microsoft][SQL Server Native Client 11.0]SSL Provider: {ALGORITHM}"],
        "utf-8",
        "sql-no-common-algorithm",
    ),
    ("CM1", rf"{PROGRAM_LOGS}\WCM.log", [f"{LOGIN}{ALGORITHM})"], "utf-8", "sql-login-prelogin"),
    ("RP1", r"C:\SMS\Logs\srsrp.log", [f"{LOGIN}{ALGORITHM})"], "utf-16", "sql-login-prelogin"),
    (
        "SQL1",
        r"C:\Program Files\Microsoft SQL Server\MSSQL11.MSSQLSERVER\MSSQL\Log\ERRORLOG",
        [
            "2026-11-20 10:00:00.12 Server      Error: 17182, Severity: 16, State: 1.",
            "2026-11-20 10:00:00.12 Server      TDSSNIClient initialization failed with error 0x80090331, status code "
            "0x80. Reason: Unable to initialize SSL support.",
        ],
        "utf-16",
        "sql-server-tls-start",
    ),
    (
        "CM1",
        rf"{PROGRAM_LOGS}\wsyncmgr.log",
        [f"Sync failed: UssCommunicationError: WebException: {CHANNEL}...SyncWSUS"],
        "utf-8",
        "wsus-upstream",
    ),
    ("CM1", rf"{PROGRAM_LOGS}\dmpdownloader.log", [f"WebException: {CHANNEL}"], "utf-8", "dmpdownloader-send"),
    ("SUP1", r"C:\SMS\Logs\WSUSCtrl.log", [f"WebException: {TRUST}"], "utf-8", "certificate-refused"),
    (
        "SUP1",
        r"C:\Program Files\Update Services\LogFiles\SoftwareDistribution.log",
        [f"2026-11-20 10:00:00.123 UTC\tError\tw3wp.8\tWebException: {TRUST}"],
        "utf-8",
        "certificate-refused",
    ),
    (
        "CON1",
        LOGS["Console shows the Intune onboarding dialog"][1],
        [f"WebException: {TRUST}"],
        "utf-8",
        "certificate-refused",
    ),
    (
        "PC10",
        r"C:\Windows\CCM\Logs\CcmMessaging.log",
        ["[CCMHTTP] : WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED is set", "Post failed with 0x80072f8f."],
        "ansi",
        "certificate-revocation",
    ),
    (
        "MP1",
        r"C:\Windows\CCM\Logs\MP_GetAuth.log",
        [
            "[Microsoft][ODBC Driver 18 for SQL Server]SSL Provider: The certificate chain was issued by an authority "
            "that is not trusted."
        ],
        "utf-8",
        "odbc18-untrusted",
    ),
    (
        "PC81",
        r"C:\Windows\CCM\Logs\WUAHandler.log",
        ["Scan failed with error = 0x80072f8f."],
        "ansi",
        "winhttp-secure-failure",
    ),
    ("PC11", r"C:\Windows\ccmsetup\Logs\ccmsetup.log", ["failed, 0x80072f0d"], "ansi", "certificate-trust"),
]


def test_published_cases_have_their_right_answer(site: Site, lab: LabClient) -> None:
    for host, path, lines, encoding, _sign in CASES:
        shown = lines if lines[0].startswith("2026") else [logged(line).strip() for line in lines]
        lab.plant_file(host, path, "\n".join(shown) + "\n", encoding=encoding)
    hosts = sorted({case[0] for case in CASES})
    last = site.module("tls_diagnose_info", limit=hosts).expect_ok().last
    found = {
        (host, each["path"].rpartition("\\")[2], each["id"]) for host in hosts for each in last[host].data["symptoms"]
    }
    assert found == {(host, path.rpartition("\\")[2], sign) for host, path, _lines, _encoding, sign in CASES}
    symptoms = {each["id"]: each for host in hosts for each in last[host].data["symptoms"]}
    assert (symptoms["wsus-upstream"]["concerns"], symptoms["wsus-upstream"]["causes"]) == ("software_update_point", [])
    assert "sql-server-build" in {cause["finding"] for cause in symptoms["sql-server-tls-start"]["causes"]}
    assert all(not last[host].data["unknown"] for host in hosts)


def test_full_logs_other_folders_and_other_drives_are_read(site: Site, lab: LabClient) -> None:
    refused = logged("*** [08001][10054][Microsoft][SQL Server Native Client 11.0]SSL Provider: closed")
    quiet = logged("Nothing to report")
    program = r"C:\Program Files\Microsoft Configuration Manager\Logs"
    lab.plant_file("CM1", rf"{program}\smsdbmon.lo_", quiet + refused, encoding="utf-16")
    lab.plant_file("CM1", rf"{program}\smsdbmon.log", quiet)
    lab.plant_file("MP1", r"C:\SMS_CCM\Logs\MP_GetAuth.log", quiet * 3 + refused)
    lab.plant_file("MP2", r"D:\SMS\Logs\mpcontrol.lo_", refused * 40)
    lab.plant_file("MP2", r"D:\SMS\Logs\mpcontrol.log", quiet + refused * 2)
    service = r"HKLM\SYSTEM\CurrentControlSet\Services\SMS_EXECUTIVE"
    lab.set_value("DP2", service, "ImagePath", r"E:\CM\bin\x64\smsexec.exe", type="REG_EXPAND_SZ")
    lab.plant_file("DP2", r"E:\CM\Logs\SMSPXE.log", logged("WINHTTP_CALLBACK_STATUS_FLAG_CERT_REV_FAILED is set"))
    client = r"C:\Windows\CCM\Logs"
    for day in (18, 19):
        lab.plant_file("PC10", rf"{client}\CcmMessaging-202611{day}-081500.log", logged("Post failed 0x80072f06"))
    lab.plant_file("PC10", rf"{client}\CcmMessaging.log", quiet)
    lab.plant_file("PC10", rf"{client}\SCClient_CONTOSO@anna_1.lo_", logged(CHANNEL))
    lab.plant_file("PC10", rf"{client}\SCClient_CONTOSO@anna_1.log", quiet)
    hosts = ["CM1", "MP1", "MP2", "DP2", "PC10"]
    last = site.module("tls_diagnose_info", limit=hosts).expect_ok().last
    found = {
        host: [(each["path"], each.get("line"), each["count"]) for each in last[host].data["symptoms"]]
        for host in hosts
    }
    assert found == {
        "CM1": [(rf"{program}\smsdbmon.lo_", 2, 1)],
        "MP1": [(r"C:\SMS_CCM\Logs\MP_GetAuth.log", 4, 1)],
        # 43 lines match, and the one between the two files: the oldest 29 and the newest 14.
        "MP2": [(r"D:\SMS\Logs\mpcontrol.log", 3, 42)],
        "DP2": [(r"E:\CM\Logs\SMSPXE.log", 1, 1)],
        # Of a pattern the line is not told, since it may be in any of the files.
        "PC10": [(rf"{client}\CcmMessaging-2*.log", None, 2), (rf"{client}\SCClient_*.lo_", None, 1)],
    }
    assert [each["id"] for each in last["DP2"].data["symptoms"]] == ["certificate-revocation"]
    assert all(not last[host].data["unknown"] for host in hosts)


def test_a_log_in_a_language_that_is_not_known_is_told(site: Site, lab: LabClient) -> None:
    lab.plant_file("SUP1", r"C:\SMS\Logs\WSUSCtrl.log", logged("System.Net.WebException: Запрос был прерван"))
    result = site.module("tls_diagnose_info", limit="SUP1").expect_ok().last["SUP1"].data
    assert [row["what"] for row in result["unknown"]] == [r"C:\SMS\Logs\WSUSCtrl.log"]
    assert "language" in result["msg"]


def test_a_folder_that_is_given_is_searched_too(site: Site, lab: LabClient) -> None:
    lab.plant_file("MP1", r"C:\elsewhere (1)\mpcontrol.log", logged("SslSecurityError"))
    arguments = {"log_folders": [r"C:\elsewhere (1)"]}
    result = site.module("tls_diagnose_info", arguments, limit="MP1").expect_ok().last["MP1"].data
    assert [symptom["path"] for symptom in result["symptoms"]] == [r"C:\elsewhere (1)\mpcontrol.log"]
    refused = site.module("tls_diagnose_info", {"log_folders": ["C:\\%x% & del"]}, limit="MP1").last["MP1"]
    assert (refused.status, refused.code) == ("failed", "bad_argument")


CATALOG_FILE = r"C:\Windows\System32\inetsrv\W2SP.exe.config"
CATALOG_CONTENT = (
    b'<?xml version="1.0" encoding="utf-8" ?>\r\n'
    b"<configuration>\r\n"
    b"  <runtime>\r\n"
    b'  <AppContextSwitchOverrides value="Switch.System.ServiceModel.DisableUsingServicePointManagerSecurityProtocols='
    b'false;Switch.System.Net.DontEnableSchUseStrongCrypto=false" />\r\n'
    b"  </runtime>\r\n"
    b"</configuration>\r\n"
)


def catalog_file(lab: LabClient) -> dict[str, Any] | None:
    return {path.lower(): row for path, row in lab.dump("APP1")["files"].items()}.get(CATALOG_FILE.lower())


def sized(content: bytes) -> dict[str, Any]:
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "version": ""}


def test_the_file_of_the_application_catalog_is_exact_and_goes_away_again(site: Site, lab: LabClient) -> None:
    predicted = site.module("tls_config_file", limit="APP1", check=True, diff=True).expect_ok().last["APP1"]
    assert predicted.changed
    assert predicted.data["diff"]["after"].encode() == CATALOG_CONTENT.replace(b"\r\n", b"\n")
    assert lab.dump("APP1")["files"] == lab.image("APP1")["files"]
    assert site.module("tls_config_file", limit="APP1").expect_ok().last["APP1"].changed
    assert catalog_file(lab) == sized(CATALOG_CONTENT)
    assert not site.module("tls_config_file", limit="APP1").expect_ok().last["APP1"].changed
    assert site.module("tls_config_file", {"state": "restored"}, limit="APP1").expect_ok().last["APP1"].changed
    assert catalog_file(lab) is None
    assert not site.module("tls_config_file", {"state": "restored"}, limit="APP1").expect_ok().last["APP1"].changed


@pytest.mark.parametrize(
    "former", ["<configuration/>", "<configuration/>\n", CATALOG_CONTENT.decode()[:-2]], ids=["bare", "short", "almost"]
)
def test_a_file_that_was_there_comes_back(site: Site, lab: LabClient, former: str) -> None:
    lab.plant_file("APP1", CATALOG_FILE, former)
    before = catalog_file(lab)
    written = site.module("tls_config_file", {"run": "c1"}, limit="APP1").expect_ok().last["APP1"]
    assert written.data["backup"]["path"] == r"%SystemRoot%\configmgr.tls\c1\001-application-catalog.config"
    assert catalog_file(lab) == sized(CATALOG_CONTENT)
    site.module("tls_config_file", {"state": "restored"}, limit="APP1").expect_ok()
    assert catalog_file(lab) == before


def test_a_file_that_somebody_changed_since_is_not_overwritten(site: Site, lab: LabClient) -> None:
    site.module("tls_config_file", limit="APP1").expect_ok()
    lab.plant_file("APP1", CATALOG_FILE, "<mine/>")
    refused = site.module("tls_config_file", {"state": "restored"}, limit="APP1").last["APP1"]
    assert (refused.status, refused.code) == ("failed", "conflict")
    assert catalog_file(lab) == sized(b"<mine/>")
    site.module("tls_config_file", {"state": "restored", "force": True}, limit="APP1").expect_ok()
    assert catalog_file(lab) is None


def test_a_machine_without_iis_is_refused(site: Site, lab: LabClient) -> None:
    refused = site.module("tls_config_file", limit="PC10").last["PC10"]
    assert (refused.status, refused.code) == ("failed", "no_folder")
    assert lab.dump("PC10")["files"] == lab.image("PC10")["files"]


def said(outcome: Outcome) -> list[str]:
    """The lines of the summary, which is the one task of debug."""
    return next(result.data["msg"] for result in outcome.results if result.action.endswith("debug"))


@pytest.mark.both_cores
@pytest.mark.seam
def test_the_playbook_of_the_diagnosis_names_symptom_cause_and_remedy(
    site: Site, lab: LabClient, tmp_path: Path
) -> None:
    nothing = site.playbook(ROOT / "playbooks" / "diagnose.yml", limit=["MP1", "PC10"]).expect_ok()
    assert "is unknown: none was found; looked in" in nothing.output
    host, path, text, encoding, _name, _word = LOGS["Application catalog does not initialise"]
    lab.plant_file(host, path, text, encoding=encoding)
    lab.set_fault("DP1", "port_closed")
    variables = {
        "configmgr_tls_report_dir": str(tmp_path),
        "configmgr_tls_report_formats": ["json", "html", "markdown"],
    }
    outcome = site.playbook(ROOT / "playbooks" / "diagnose.yml", limit=["APP1", "DP1", "PC10"], variables=variables)
    assert outcome.exit_code == 2
    hosts = json.loads((tmp_path / "diagnose.json").read_text(encoding="utf-8"))["hosts"]
    assert hosts["DP1"]["status"] == "unreachable" and "diagnosis" not in hosts["DP1"]
    assert hosts["PC10"]["diagnosis"]["symptoms"] == []
    (symptom,) = hosts["APP1"]["diagnosis"]["symptoms"]
    assert symptom["title"] == "SOAP security negotiation failed"
    assert "W2SP.exe.config" in symptom["remedy"]
    assert "Removing the application catalog" in symptom["advice"]
    for told in (outcome.output, *((tmp_path / name).read_text("utf-8") for name in ("diagnose.html", "diagnose.md"))):
        assert "SOAP security negotiation failed" in told
        assert "Removing the application catalog" in told
    assert outcome.by_status()["PC10"] != "failed"


@pytest.mark.both_cores
@pytest.mark.seam
def test_the_playbook_of_the_observation_goes_there_and_back(site: Site, lab: LabClient) -> None:
    hosts = ["MP1", "MP2", "PC10", "PC11"]
    playbook = ROOT / "playbooks" / "observe.yml"
    # Only when it comes to counting is it no number of days any more.
    days = "{{ 'week' if inventory_hostname == 'PC11' and configmgr_tls_step is defined else 7 }}"
    lab.set_fault("DP1", "port_closed")
    site.playbook(playbook, limit=hosts, variables={"configmgr_tls_observe": "start"}).expect_ok()
    lab.plant_events("MP1", 36880, handshake("TLS 1.0", "server", ""), count=2)
    lab.plant_events("MP2", 36880, handshake("TLS 1.2", "server", ""))
    stop = {"configmgr_tls_observe": "stop", "configmgr_tls_days": days}
    outcome = site.playbook(playbook, limit=[*hosts, "DP1"], variables=stop)
    assert outcome.exit_code == 2
    assert said(outcome) == [
        "DP1 was not read",
        "MP1: older protocols are in use from callers that this Windows does not name (TLS 1.0)",
        "MP2: nobody was seen with an older protocol",
        "PC10: no completed handshake was logged, so that nothing is known",
        "PC11 was not read",
    ]
    assert "argument 'days'" in (why := outcome.last["PC11"].data["msg"])
    assert why.endswith("The observation window is closed all the same.")
    assert "all the same" not in outcome.last["DP1"].data["msg"]
    assert all(lab.dump(host)["registry"] == lab.image(host)["registry"] for host in hosts)
