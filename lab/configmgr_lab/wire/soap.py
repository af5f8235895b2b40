# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WS-Management envelopes: what a client asked, and answers shaped as recorded Windows answers are."""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CMD_RESOURCE = SHELL + "/cmd"

CREATE = TRANSFER + "/Create"
DELETE = TRANSFER + "/Delete"
COMMAND = SHELL + "/Command"
RECEIVE = SHELL + "/Receive"
SEND = SHELL + "/Send"
SIGNAL = SHELL + "/Signal"

ACTION_NAMES = {
    CREATE: "create",
    COMMAND: "command",
    RECEIVE: "receive",
    SEND: "send",
    SIGNAL: "signal",
    DELETE: "delete",
}

_ENVELOPE = (
    f'<s:Envelope xml:lang="en-US" xmlns:s="{SOAP}" xmlns:a="{ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:w="{WSMAN}" '
    f'xmlns:rsp="{SHELL}" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"><s:Header>'
    f"<a:Action>%s</a:Action><a:MessageID>uuid:%s</a:MessageID><a:To>{ADDRESSING}/role/anonymous</a:To>%s"
    "</s:Header><s:Body>%s</s:Body></s:Envelope>"
)
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")

DEFAULT_OPERATION_TIMEOUT = 60.0
DEFAULT_MAX_ENVELOPE = 500 * 1024


class NotSoap(Exception):
    """The body is not a WS-Management envelope."""


@dataclass(frozen=True)
class SoapRequest:
    """One WS-Management message. ``operation_timeout`` in seconds, ``max_envelope`` in bytes as the client sent it."""

    action: str
    message_id: str
    resource_uri: str
    to: str
    selectors: Mapping[str, str]
    options: Mapping[str, str]
    operation_timeout: float
    max_envelope: int
    body: ET.Element

    @property
    def action_name(self) -> str:
        return ACTION_NAMES.get(self.action, "other")

    def flag(self, option: str, default: bool = False) -> bool:
        value = self.options.get(option)
        return default if value is None else value.strip().lower() in {"true", "1"}


@dataclass(frozen=True)
class SoapAnswer:
    """An answer: HTTP status and envelope."""

    status: int
    body: bytes


def parse(message: bytes) -> SoapRequest:
    """Read an envelope. Raises NotSoap."""
    try:
        root = ET.fromstring(message)
    except ET.ParseError as exc:
        raise NotSoap(str(exc)) from exc
    header, body = root.find(f"{{{SOAP}}}Header"), root.find(f"{{{SOAP}}}Body")
    if header is None or body is None:
        raise NotSoap("no Header or Body")
    size = _text(header, WSMAN, "MaxEnvelopeSize")
    return SoapRequest(
        action=_text(header, ADDRESSING, "Action"),
        message_id=_text(header, ADDRESSING, "MessageID"),
        resource_uri=_text(header, WSMAN, "ResourceURI"),
        to=_text(header, ADDRESSING, "To"),
        selectors=_named(header, "SelectorSet", "Selector"),
        options=_named(header, "OptionSet", "Option"),
        operation_timeout=seconds(_text(header, WSMAN, "OperationTimeout"), DEFAULT_OPERATION_TIMEOUT),
        max_envelope=int(size) if size.isdigit() else DEFAULT_MAX_ENVELOPE,
        body=body,
    )


def seconds(duration: str, default: float) -> float:
    """Seconds of an XML duration (days to seconds; no months or years), ``default`` for what is not one."""
    found = _DURATION.match(duration.strip())
    if not found or not any(found.groups()):
        return default
    days, hours, minutes, rest = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def shell_tag(name: str) -> str:
    """A name in the shell namespace, as ElementTree spells it."""
    return f"{{{SHELL}}}{name}"


def envelope(action: str, relates_to: str, body: str) -> bytes:
    """A whole answer around ``body``, which is markup."""
    related = f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>" if relates_to else ""
    return (_ENVELOPE % (action, str(uuid.uuid4()).upper(), related, body)).encode()


def created(
    request: SoapRequest, *, shell_id: str, owner: str, client: str, idle: float, streams: tuple[str, str]
) -> bytes:
    """The answer to Create."""
    resource = escape(request.resource_uri)
    body = (
        f"<x:ResourceCreated><a:Address>{escape(request.to)}</a:Address><a:ReferenceParameters>"
        f'<w:ResourceURI>{resource}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector>'
        "</w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>"
        f"<rsp:Shell><rsp:ShellId>{shell_id}</rsp:ShellId><rsp:ResourceUri>{resource}</rsp:ResourceUri>"
        f"<rsp:Owner>{escape(owner)}</rsp:Owner><rsp:ClientIP>{client}</rsp:ClientIP>"
        f"<rsp:IdleTimeOut>PT{idle:.3f}S</rsp:IdleTimeOut><rsp:InputStreams>{escape(streams[0])}</rsp:InputStreams>"
        f"<rsp:OutputStreams>{escape(streams[1])}</rsp:OutputStreams><rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime>"
        "<rsp:ShellInactivity>P0DT0H0M0S</rsp:ShellInactivity></rsp:Shell>"
    )
    return envelope(CREATE + "Response", request.message_id, body)


def accepted(request: SoapRequest, command_id: str) -> bytes:
    """The answer to Command."""
    body = f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId></rsp:CommandResponse>"
    return envelope(COMMAND + "Response", request.message_id, body)


def received(
    request: SoapRequest, command_id: str, chunks: Mapping[str, str], *, exit_code: int | None, ends: tuple[str, ...]
) -> bytes:
    """The answer to Receive: base64 per stream; an exit code once everything was handed out."""
    where = f"CommandId={quoteattr(command_id)}"
    streams = [f'<rsp:Stream Name="{name}" {where}>{text}</rsp:Stream>' for name, text in chunks.items() if text]
    streams += [f'<rsp:Stream Name="{name}" {where} End="true"></rsp:Stream>' for name in ends]
    state = "Running" if exit_code is None else "Done"
    code = "" if exit_code is None else f"<rsp:ExitCode>{exit_code}</rsp:ExitCode>"
    body = (
        f"<rsp:ReceiveResponse>{''.join(streams)}"
        f'<rsp:CommandState {where} State="{SHELL}/CommandState/{state}">{code}</rsp:CommandState>'
        "</rsp:ReceiveResponse>"
    )
    return envelope(RECEIVE + "Response", request.message_id, body)


def acknowledged(request: SoapRequest) -> bytes:
    """The answer to Send, Signal or Delete, which have nothing to say."""
    if request.action == DELETE:
        return envelope(DELETE + "Response", request.message_id, "")
    name = request.action.rpartition("/")[2] + "Response"
    return envelope(f"{SHELL}/{name}", request.message_id, f"<rsp:{name}/>")


def _text(header: ET.Element, namespace: str, name: str) -> str:
    return (header.findtext(f"{{{namespace}}}{name}") or "").strip()


def _named(header: ET.Element, group: str, item: str) -> dict[str, str]:
    found = header.find(f"{{{WSMAN}}}{group}")
    if found is None:
        return {}
    return {node.get("Name", ""): node.text or "" for node in found.findall(f"{{{WSMAN}}}{item}")}
