# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SARIF 2.1.0: requirements are rules with help, and what is wrong on a machine is a result of them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from .accepted import justification
from .gaps import findings_of, phrase

__all__ = ["sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/configmgr-tls/configmgr.tls"
_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_TOLD = ("fail", "unknown", "warn", "waived")
_STOPPED = "host-not-finished"
_BRACKET, _BRACES = re.compile(r"([\\\[\]])"), re.compile(r"\{\d|\{\{|\}\}")


def sarif(document: Mapping[str, Any]) -> str:
    """What passed and what does not apply is left out: a tool shows every result as something to look at."""
    rules = [*map(_rule, document["requirements"].items()), _stopped_rule()]
    places = {rule["id"]: number for number, rule in enumerate(rules)}
    known = _earlier(document.get("comparison"))
    results = [_baseline(row, known) for row in _results(document, places)]
    run = {
        "tool": {
            "driver": {
                "name": "configmgr.tls",
                "version": document["collection_version"],
                "informationUri": _HOME,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"{document['title']}/{document['run']}"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": _utc(str(document["generated"]))}],
        "results": results,
        "columnKind": "utf16CodeUnits",
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1) + "\n"


def _message(text: object) -> dict[str, str]:
    """Of what reads like a link or a place for an argument, the characters themselves.

    Source: SARIF 2.1.0, 3.11.5 and 3.11.6; the viewers that do not know of it show what stands there.
    """
    plain = str(text)
    if "](" in plain:
        plain = _BRACKET.sub(r"\\\1", plain)
    if _BRACES.search(plain):
        plain = plain.replace("{", "{{").replace("}", "}}")
    return {"text": plain}


def _utc(time: str) -> str:
    return time.replace("+00:00", "Z")


def _rule(row: tuple[str, Mapping[str, str]]) -> dict[str, Any]:
    name, texts = row
    rule: dict[str, Any] = {
        "id": name,
        "shortDescription": _message(texts["title"]),
        "help": _message(texts["remedy"] or texts["title"]),
        "defaultConfiguration": {"level": _LEVELS.get(texts["severity"], "warning")},
        "properties": {"severity": texts["severity"], "fix": texts["fix"]},
    }
    if texts["source"].startswith("https://"):
        rule["helpUri"] = texts["source"]
    return rule


def _stopped_rule() -> dict[str, Any]:
    return {
        "id": _STOPPED,
        "shortDescription": {"text": "The run was not finished on a machine"},
        "help": {"text": "The message names the step, the cause and the remedy."},
        "defaultConfiguration": {"level": "error"},
    }


def _results(document: Mapping[str, Any], places: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for name, host in document["hosts"].items():
        stopped = host.get("stopped") or {}
        if stopped or host["status"] == "not_read":
            said = f"{stopped.get('step')}: {stopped.get('message')} {stopped.get('remedy', '')}".strip()
            text = said if stopped else "the machine was not read"
            yield _result(name, host, (_STOPPED, places[_STOPPED]), "error", text)
        for finding in findings_of(host):
            if finding["status"] in _TOLD:
                yield _of_finding(document, (name, host), finding, places)


def _of_finding(
    document: Mapping[str, Any],
    host: tuple[str, Mapping[str, Any]],
    finding: Mapping[str, Any],
    places: Mapping[str, int],
) -> dict[str, Any]:
    rule = str(finding["id"])
    texts = document["requirements"][rule]
    level = "note" if finding["status"] == "warn" else _LEVELS.get(texts["severity"], "warning")
    reasons = [str(reason.get("phrase")) for reason in finding.get("reasons") or ()] or [phrase(finding)]
    text = f"{host[0]}: {'; '.join(reasons)}. Expected: {finding.get('expected') or '-'}."
    result = _result(*host, (rule, places[rule]), level, text)
    result["properties"] = {
        "status": finding["status"],
        "actual": finding.get("actual", ""),
        "remedy": finding.get("remedy") or texts["remedy"],
        "evidence": [f"{item['path']}: {item['value']}" for item in finding.get("evidence") or ()],
    }
    if "seen" in host[1]:
        result["properties"]["seen"] = host[1]["seen"]["read_at"]
    if finding["status"] == "waived":
        result["suppressions"] = [{"kind": "external", "justification": justification(document, finding)}]
    return result


def _result(name: str, host: Mapping[str, Any], rule: tuple[str, int], level: str, text: str) -> dict[str, Any]:
    site = ((host.get("facts") or {}).get("configmgr") or {}).get("site_code")
    full = f"{site}/{name}" if site else name
    return {
        "ruleId": rule[0],
        "ruleIndex": rule[1],
        "level": level,
        "message": _message(text),
        "locations": [{"logicalLocations": [{"name": name, "fullyQualifiedName": full, "kind": "resource"}]}],
        "partialFingerprints": {"hostAndRequirement/v1": _fingerprint(name, rule[0])},
    }


def _fingerprint(name: str, rule: str) -> str:
    return hashlib.sha256(f"{name}\0{rule}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _earlier(comparison: Mapping[str, Any] | None) -> set[tuple[str, str]] | None:
    if comparison is None:
        return None
    return {(str(row["host"]), str(row["id"])) for row in comparison["still_open"]}


def _baseline(result: dict[str, Any], known: set[tuple[str, str]] | None) -> dict[str, Any]:
    """Either every result says how it compares with the earlier run, or none does."""
    if known is None:
        return result
    name = result["locations"][0]["logicalLocations"][0]["name"]
    return {**result, "baselineState": "unchanged" if (name, result["ruleId"]) in known else "new"}
