# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SOAP faults with Windows' codes. Texts and shapes follow recorded answers where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from configmgr_lab.wire.soap import SoapAnswer, SoapRequest, envelope

ACCESS_DENIED = 5
OPERATION_TIMEOUT = 2150858793
INVALID_SELECTORS = 2150858843
UNKNOWN_RESOURCE = 2150858752
UNSUPPORTED_ACTION = 2150858754
TOO_MANY_SHELLS = 2150859173
TOO_MANY_OPERATIONS = 2150859174
LINE_TOO_LONG = 2147942606

_WSMAN_ACTION = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_ADDRESSING_ACTION = "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault"
_NAMESPACES = 'xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"'


@dataclass(frozen=True)
class FaultShape:
    """How a code is worded: SOAP code and subcode, reason, message, and ``wmi`` for the MSFT_WmiError detail.

    ``source`` says where the shape is known from: capture (a recorded Windows answer) or assumed.
    """

    code: str
    subcode: str
    reason: str
    source: str
    message: str = ""
    detail: str = ""
    wmi: bool = False
    action: str = _WSMAN_ACTION


_CANNOT = "The WS-Management service cannot process the request. "
SHAPES = {
    OPERATION_TIMEOUT: FaultShape(
        "s:Receiver",
        "w:TimedOut",
        "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.  ",
        "capture",
    ),
    INVALID_SELECTORS: FaultShape(
        "s:Sender",
        "w:InvalidSelectors",
        "The WS-Management service cannot process the request because the request contained invalid selectors for the "
        "resource. ",
        "capture",
        detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/UnexpectedSelectors",
    ),
    TOO_MANY_SHELLS: FaultShape(
        "s:Sender",
        "w:QuotaLimit",
        _CANNOT + "The maximum number of concurrent shells for this user has been exceeded. Close existing shells or "
        "raise the quota for this user. ",
        "capture",
        message=_CANNOT + "This user is allowed a maximum number of 30 concurrent shells, which has been exceeded. "
        "Close existing shells or raise the quota for this user. ",
        wmi=True,
    ),
    TOO_MANY_OPERATIONS: FaultShape(
        "s:Sender",
        "w:QuotaLimit",
        _CANNOT + "The maximum number of concurrent operations for this user has been exceeded. Close existing "
        "operations for this user, or raise the quota for this user. ",
        "assumed",
        wmi=True,
    ),
    ACCESS_DENIED: FaultShape("s:Sender", "w:AccessDenied", "Access is denied. ", "assumed"),
    UNKNOWN_RESOURCE: FaultShape(
        "s:Sender",
        "a:DestinationUnreachable",
        "The WS-Management service cannot process the request. The service cannot find the resource identified by the "
        "resource URI and selectors. ",
        "assumed",
        detail="http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI",
        action=_ADDRESSING_ACTION,
    ),
    UNSUPPORTED_ACTION: FaultShape(
        "s:Sender",
        "a:ActionNotSupported",
        "The action is not supported by the service. ",
        "assumed",
        action=_ADDRESSING_ACTION,
    ),
    LINE_TOO_LONG: FaultShape("s:Receiver", "w:InternalError", "The filename or extension is too long. ", "assumed"),
}
_OTHER = FaultShape("s:Receiver", "w:InternalError", _CANNOT, "assumed")


class SoapFault(Exception):
    """Stop and answer with a fault."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(message or str(code))
        self.code = code
        self.message = message


def fault(request: SoapRequest, machine: str, code: int, message: str = "") -> SoapAnswer:
    """The fault ``code`` as answer to ``request``; ``message`` replaces the usual inner message."""
    shape = SHAPES.get(code, _OTHER)
    inner = message or shape.message or shape.reason
    detail = f"<w:FaultDetail>{shape.detail}</w:FaultDetail>" if shape.detail else ""
    if shape.wmi:
        detail += _wmi_error(code, inner)
    else:
        detail += (
            f"<f:WSManFault {_NAMESPACES} Code={quoteattr(str(code))} Machine={quoteattr(machine)}>"
            f"<f:Message>{escape(inner)}</f:Message></f:WSManFault>"
        )
    body = (
        f"<s:Fault><s:Code><s:Value>{shape.code}</s:Value><s:Subcode><s:Value>{shape.subcode}</s:Value></s:Subcode>"
        f'</s:Code><s:Reason><s:Text xml:lang="en-US">{escape(shape.reason)}</s:Text></s:Reason>'
        f"<s:Detail>{detail}</s:Detail></s:Fault>"
    )
    return SoapAnswer(500, envelope(shape.action, request.message_id, body))


def _wmi_error(code: int, message: str) -> str:
    text = escape(message)
    return (
        '<p:MSFT_WmiError b:IsCIM_Error="true" xmlns:b="http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd" '
        'xmlns:cim="http://schemas.dmtf.org/wbem/wscim/1/common" '
        'xmlns:p="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/MSFT_WmiError" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="p:MSFT_WmiError_Type">'
        '<p:CIMStatusCode xsi:type="cim:cimUnsignedInt">27</p:CIMStatusCode>'
        f'<p:Message xsi:type="cim:cimString">{text}</p:Message>'
        f'<p:MessageID xsi:type="cim:cimString">HRESULT 0x{code:08x}</p:MessageID>'
        '<p:error_Category xsi:type="cim:cimUnsignedInt">30</p:error_Category>'
        f'<p:error_Code xsi:type="cim:cimUnsignedInt">{code}</p:error_Code>'
        '<p:error_Type xsi:type="cim:cimString">HRESULT</p:error_Type>'
        f'<p:error_WindowsErrorMessage xsi:type="cim:cimString">{text}</p:error_WindowsErrorMessage>'
        "</p:MSFT_WmiError>"
    )
