# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's answers consist of what recorded answers of Windows consist of."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypsrp.exceptions import WSManFaultError
from pypsrp.shell import Process, SignalCode, WinRS
from pypsrp.wsman import WSMan

RECORDED: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "data" / "recorded_shapes.yml").read_text())
PREFIXES = {
    "http://www.w3.org/2003/05/soap-envelope": "s",
    "http://schemas.xmlsoap.org/ws/2004/08/addressing": "a",
    "http://schemas.xmlsoap.org/ws/2004/09/transfer": "x",
    "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd": "w",
    "http://schemas.microsoft.com/wbem/wsman/1/windows/shell": "rsp",
    "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault": "f",
    "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError": "e",
    "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd": "b",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
}
RELATES_TO = "s:Envelope/s:Header/a:RelatesTo"


def name(tag: str) -> str:
    namespace, brace, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    return f"{PREFIXES[namespace]}:{local}" if brace else local


def paths(element: ET.Element, above: str = "") -> Iterator[str]:
    path = f"{above}/{name(element.tag)}".lstrip("/")
    yield path + "".join(f" @{attribute}" for attribute in sorted(map(name, element.attrib)))
    for child in element:
        yield from paths(child, path)


@pytest.fixture
def answers(lab: Any) -> tuple[WSMan, list[bytes]]:
    """A client, and the list in which its answers gather (faults too)."""
    user, password = next(iter(lab.machine.users.items()))
    wsman = WSMan(lab.machine.address, username=user, password=password, auth="basic", cert_validation=lab.ca)
    gathered: list[bytes] = []
    session = wsman.transport._build_session()

    def keep(response: Any, **_: Any) -> None:
        gathered.append(response.content)

    session.hooks["response"].append(keep)
    wsman.transport.session = session
    return wsman, gathered


def test_a_whole_visit(answers: tuple[WSMan, list[bytes]]) -> None:
    wsman, gathered = answers
    with WinRS(wsman) as shell:
        process = Process(shell, "say x")
        process.begin_invoke()
        process.send(b"x")
        process.end_invoke()
        process.signal(SignalCode.CTRL_C)
    order = ["create", "command", "send", "receive", "signal", "delete"]
    seen = {action: sorted(set(paths(ET.fromstring(body)))) for action, body in zip(order, gathered, strict=True)}
    assert seen == {action: RECORDED[action] for action in order}


@pytest.mark.parametrize("code", [2150858843, 2150858793])
def test_a_fault(lab: Any, answers: tuple[WSMan, list[bytes]], code: int) -> None:
    lab.client.set_fault(lab.machine.name, "fault", code=code)
    with pytest.raises(WSManFaultError):
        WinRS(answers[0]).open()
    assert sorted(set(paths(ET.fromstring(answers[1][0])))) == RECORDED[f"fault {code}"]


def test_a_quota_fault_has_nothing_that_windows_does_not_say(lab: Any, answers: tuple[WSMan, list[bytes]]) -> None:
    lab.client.set_fault(lab.machine.name, "fault", code=2150859173)
    with pytest.raises(WSManFaultError):
        WinRS(answers[0]).open()
    ours, recorded = set(paths(ET.fromstring(answers[1][0]))), set(RECORDED["fault 2150859173"])
    assert ours - recorded <= {RELATES_TO}
    # What the lab leaves out are the optional fields, most of them empty in the recording.
    assert all(path.startswith("s:Envelope/s:Body/s:Fault/s:Detail/e:MSFT_WmiError/") for path in recorded - ours)
