# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JUnit: a suite per host, a case per requirement, in the order that both Ant's and Jenkins' schemas ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from .accepted import justification
from .gaps import findings_of, phrase, stopped_text

__all__ = ["junit"]

# Control characters that XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(document: Mapping[str, Any]) -> str:
    """A failure for what failed, an error for what is unknown, skipped for what does not apply or was waived."""
    root = ElementTree.Element("testsuites")
    for number, (name, host) in enumerate(document["hosts"].items()):
        root.append(_suite(document, number, name, host))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(document: Mapping[str, Any], number: int, name: str, host: Mapping[str, Any]) -> ElementTree.Element:
    cases = [_reached(name, host), *(_case(document, name, finding) for finding in findings_of(host))]
    results = [case[0].tag if len(case) else "passed" for case in cases]
    suite = ElementTree.Element(
        "testsuite",
        {
            "name": _token(name),
            "package": "configmgr.tls",
            "id": str(number),
            "timestamp": str(document["generated"])[:19],
            "hostname": _token(name),
            "tests": str(len(cases)),
            "failures": str(results.count("failure")),
            "errors": str(results.count("error")),
            "skipped": str(results.count("skipped")),
            "time": "0",
        },
    )
    suite.append(_properties(document, host))
    suite.extend(cases)
    ElementTree.SubElement(suite, "system-out")
    ElementTree.SubElement(suite, "system-err")
    return suite


def _properties(document: Mapping[str, Any], host: Mapping[str, Any]) -> ElementTree.Element:
    facts = host.get("facts") or {}
    rows = {
        "run": document["run"],
        "status": host["status"],
        "seen": host.get("seen", {}).get("read_at"),
        "windows": (facts.get("windows") or {}).get("name"),
        "roles": " ".join(facts.get("roles") or ()),
    }
    properties = ElementTree.Element("properties")
    for key, value in rows.items():
        if value:
            ElementTree.SubElement(properties, "property", {"name": key, "value": _clean(value)})
    return properties


def _reached(name: str, host: Mapping[str, Any]) -> ElementTree.Element:
    """The case that a machine was reached and went through all steps."""
    case = _element(name, "reached")
    stopped = host.get("stopped")
    if stopped is not None:
        phrase = f"{stopped.get('step')}: {stopped.get('message')}"
        _outcome(case, "error", str(stopped.get("code")), phrase, stopped_text(stopped))
    elif host["status"] == "not_read":
        _outcome(case, "error", "not_read", "the machine was not read", "")
    return case


def _case(document: Mapping[str, Any], name: str, finding: Mapping[str, Any]) -> ElementTree.Element:
    case = _element(name, str(finding["id"]))
    status = finding["status"]
    source = document["requirements"][finding["id"]]["source"]
    if status == "fail":
        severity = str(finding.get("severity") or document["requirements"][finding["id"]]["severity"])
        _outcome(case, "failure", severity, phrase(finding), _text(finding, source))
    elif status == "unknown":
        _outcome(case, "error", "unknown", phrase(finding), _text(finding, source))
    elif status == "waived":
        text = f"{phrase(finding)} ({justification(document, finding)})"
        ElementTree.SubElement(case, "skipped", {"message": _clean(text)})
    elif status == "not_applicable":
        ElementTree.SubElement(case, "skipped")
    return case


def _element(host: str, name: str) -> ElementTree.Element:
    return ElementTree.Element("testcase", {"name": _token(name), "classname": _token(host), "time": "0"})


def _outcome(case: ElementTree.Element, kind: str, of: str, message: str, text: str) -> None:
    ElementTree.SubElement(case, kind, {"type": _clean(of), "message": _clean(message)}).text = _clean(text)


def _text(finding: Mapping[str, Any], source: str) -> str:
    lines = [f"expected: {finding.get('expected', '')}", f"actual: {finding.get('actual', '')}"]
    lines += [reason.get("phrase", "") for reason in finding.get("reasons") or ()]
    lines += [f"{item['path']}: {item['value']}" for item in finding.get("evidence") or ()]
    lines += [f"remedy: {finding.get('remedy', '')}", f"source: {source}"]
    return "\n".join(lines)


def _clean(text: object) -> str:
    return _FORBIDDEN.sub("\ufffd", str(text))


def _token(text: str) -> str:
    """The schema's token: no blanks at the ends, none twice, and not empty."""
    return " ".join(_clean(text).split()) or "-"
