# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small site as a run leaves it behind, for the tests of the report. Names and numbers are made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._report import (
    HostRecord,
    Origin,
    Surroundings,
    build_document,
)

TLS12 = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2"
NET4 = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319"


def passed(name: str, actual: str = "as expected", status: str = "pass") -> dict[str, Any]:
    return {"id": name, "status": status, "actual": actual}


def open_finding(name: str, status: str = "fail", **changed: Any) -> dict[str, Any]:
    return {
        "id": name,
        "status": status,
        "actual": "winhttp.dll 6.1.7601.17514",
        "title": "WinHTTP update",
        "severity": "high",
        "expected": "update KB3140245 or later",
        "reasons": [{"code": "update_missing", "phrase": "WinHTTP update KB3140245 is missing"}],
        "remedy": "Install the update.",
        "fix": "update",
        "evidence": [{"path": r"%SystemRoot%\System32\winhttp.dll", "value": "6.1.7601.17514"}],
        "source": "https://support.microsoft.com/en-us/kb/3140245",
        **changed,
    }


def facts(findings: Sequence[Mapping[str, Any]], **changed: Any) -> dict[str, Any]:
    states = {"SSL 3.0": "off", "TLS 1.0": "on", "TLS 1.2": "on"}
    return {
        "schema": 1,
        "compliant": not any(finding["status"] in ("fail", "unknown") for finding in findings),
        "restart_required": False,
        "pending_restart": [],
        "roles": ["client"],
        "restart_group": 0,
        "windows": {"build": 19045, "name": "Windows 10", "product": "client", "architecture": "x64", "revision": None},
        "configmgr": {"site_code": "PS1", "release": None, "version": None},
        "protocols": {"client": dict(states), "server": dict(states)},
        "stacks": {},
        "fips": False,
        "settings": {"TLS 1.2 client Enabled": 1},
        "components": {"winhttp": "10.0.19041.1", "dotnet": {"version": "4.8"}},
        "findings": list(findings),
        "runs": [],
        "unreadable": [],
        **changed,
    }


def server(name: str, role: str, findings: Sequence[Mapping[str, Any]] = (), **more: Any) -> HostRecord:
    windows = {"build": 17763, "name": "Windows Server 2019", "product": "server", "architecture": "x64"}
    configmgr = {"site_code": "PS1", "release": 2309, "version": "5.0.9122.1000"}
    findings = findings or [passed("schannel-tls12-client"), passed("winhttp-update", "not asked", "not_applicable")]
    return HostRecord(
        name, facts(findings, roles=[role], restart_group=60, windows=windows, configmgr=configmgr), **more
    )


def change(path: str, name: str, before: str | None, after: str | None) -> dict[str, str | None]:
    return {"path": path, "name": name, "before": before, "after": after}


STOPPED = {
    "step": "enable",
    "task": "Enable TLS 1.2",
    "code": "unreachable",
    "message": "DP1: no answer on port 5986.",
    "remedy": "Turn it on.",
    "unreachable": True,
}
CONVERSATION = {
    "conversation": "client-management-point",
    "title": "Client to management point",
    "caller": "PC1, PC2",
    "callee": "MP1",
    "callers": 2,
    "callees": 1,
    "port": 443,
    "now": "TLS 1.0",
    "enable": "TLS 1.0",
    "disable": "broken",
    "cause": "PC1, PC2 offer TLS 1.0 only: WinHTTP update KB3140245 is missing",
    "remedy": "Install the update.",
    "loses": "policy, inventory and status; the client is cut off from the site",
}
WORKING = {
    **{name: value for name, value in CONVERSATION.items() if name not in ("cause", "remedy", "loses")},
    **{"caller": "PC3", "callers": 1, "now": "TLS 1.2", "enable": "TLS 1.2", "disable": "TLS 1.2"},
}
GATE = {
    "open": False,
    "reasons": [
        {"code": "winhttp-update", "host": "PC1", "phrase": "an update is missing", "remedy": "Install the update."}
    ],
    "waived": [
        {
            "code": "legacy_use",
            "host": "MP1",
            "phrase": "a printer uses TLS 1.0",
            "remedy": "Replace it.",
            "waiver": "W-7",
        }
    ],
    "waived_for": {"MP1": ["legacy_use"]},
    "unused_waivers": [],
    "expired_waivers": ["W-6"],
    "gate_warnings": [],
}
PROBES = {
    "endpoints": [
        {
            "host": "MP1",
            "role": "management_point",
            "port": 443,
            "kind": "https",
            "expected": ["TLS 1.2"],
            "accepted": ["TLS 1.0", "TLS 1.2"],
            "status": "fail",
            "phrase": "on port 443 it accepts TLS 1.0, which should be off",
        }
    ],
    "health": [
        {
            "host": "MP1",
            "role": "management_point",
            "check": "mp-list",
            "port": 443,
            "health": "healthy",
            "status": "pass",
        }
    ],
}
STAGES = [
    {
        "stage": "disable",
        "kind": "canary",
        "restart_group": 0,
        "hosts": ["PC3"],
        "state": "taken_back",
        "note": "port 443 did not answer; it talks again",
    },
    {"stage": "disable", "kind": "single", "restart_group": 60, "hosts": ["MP1"], "state": "untouched"},
]


def waiver(name: str, reason: str, state: str, *hosts: str, ends_soon: bool = False) -> dict[str, Any]:
    return {
        "id": name,
        "reason": reason,
        "why": "change 4711",
        "owner": "Ada Example",
        "expires": "2026-03-31",
        "state": state,
        "ends_soon": ends_soon,
        "hosts": list(hosts),
    }


WAIVERS = [
    waiver("W-5", "application-catalog", "used", "MP1", ends_soon=True),
    waiver("W-6", "winhttp-update", "expired"),
    waiver("W-7", "legacy_use", "used", "MP1"),
    waiver("W-8", "sql-odbc18", "unused"),
    waiver("W-9", "conversation:client-management-point", "not_asked"),
]
SYMPTOM = {
    "id": "srsrp-receive",
    "title": "An unexpected error occurred on a receive",
    "log": "srsrp.log",
    "path": r"C:\SMS\Logs\srsrp.log",
    "count": 12,
    "last": "2026-02-28T07:00:00",
    "says": "The underlying connection was closed",
    "cause": "the reporting point was not answered; strong cryptography is off",
    "remedy": "Run enforce_tls12 and restart SMS_EXECUTIVE.",
    "confidence": "high",
    "source": "https://learn.microsoft.com/x",
}
DIAGNOSIS = {"symptoms": [SYMPTOM], "unknown": [{"what": "System log, Schannel", "why": "no answer"}]}
TIMES = {"enable": {"begun": "2026-03-01T10:00:00+00:00", "ended": "2026-03-01T10:04:30+00:00"}}
AROUND = Surroundings([CONVERSATION, WORKING], GATE, PROBES, STAGES, WAIVERS)
ORIGIN = Origin("enforce_tls12", "2026-03-01T10:20:30+00:00", "job-77", "0.1.0")


def records() -> list[HostRecord]:
    """Two equal clients with an open finding, one without, a management point that was changed, two that failed."""
    set_12 = change(rf"{TLS12}\Client", "Enabled", None, "REG_DWORD 0x1")
    warned = open_finding(
        "windows-supported", "warn", title="Windows version", severity="low", fix="manual", evidence=[]
    )
    return [
        HostRecord("PC1", facts([open_finding("winhttp-update"), warned])),
        HostRecord("PC2", facts([open_finding("winhttp-update"), warned])),
        HostRecord("PC3", facts([passed("winhttp-update"), passed("windows-supported")])),
        server(
            "MP1",
            "management_point",
            [
                passed("schannel-tls12-client"),
                open_finding("application-catalog", "waived", title="Application catalog", waiver="W-5"),
            ],
            diagnosis=DIAGNOSIS,
            times=TIMES,
            protocols_before={"client": {"TLS 1.2": "on_request"}, "server": {"TLS 1.2": "off"}},
            changes={"enable": [set_12]},
            restarted=True,
            events={"days": 7, "legacy_use": ["from PRN1 (TLS 1.0)"], "truncated": False},
        ),
        server("DP1", "distribution_point", changes={"enable": [set_12]}, stopped=STOPPED),
        HostRecord("PC9"),
    ]


def document(around: Surroundings = AROUND, origin: Origin = ORIGIN) -> dict[str, Any]:
    return build_document(origin, records(), around)
