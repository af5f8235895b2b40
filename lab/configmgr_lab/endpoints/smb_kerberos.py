# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Kerberos logon to impacket's SMB 2 server, whose own takes any ticket it cannot open.

Source: [MS-SMB2] 3.3.5.5, handling a session setup; 3.2.5.3, the first 16 bytes of the session's key sign its messages.
"""

from __future__ import annotations

from typing import Any

from impacket import smb3structs as smb2
from impacket.nt_errors import STATUS_LOGON_FAILURE, STATUS_SUCCESS
from impacket.spnego import SPNEGO_NegTokenInit, SPNEGO_NegTokenResp, TypesMech

from ..kerberos.tickets import Keytab, is_kerberos

_MECHANISMS = ("MS KRB5 - Microsoft Kerberos 5", "KRB5 - Kerberos 5")
_BUFFER_OFFSET = 0x48
_REJECT = b"\x02"
_KEY_LENGTH = 16


class KerberosSessions:
    """Put before the server's own handling of negotiation and logon, which keeps what is NTLM."""

    def __init__(self, server: Any, keys: Keytab, logons: list[str]) -> None:
        """``logons``: gets how each of them was made, kerberos or ntlm."""
        self._keys = keys
        self._logons = logons
        self._negotiate = server.hookSmb2Command(smb2.SMB2_NEGOTIATE, self._offer)
        self._setup = server.hookSmb2Command(smb2.SMB2_SESSION_SETUP, self._log_on)

    def _offer(self, name: str, server: Any, packet: Any) -> Any:
        answers, packets, code = self._negotiate(name, server, packet)
        answer = packets[0]["Data"]
        offered = SPNEGO_NegTokenInit(answer["Buffer"])
        offered["MechTypes"] = [*(TypesMech[each] for each in _MECHANISMS), *offered["MechTypes"]]
        answer["Buffer"] = offered.getData()
        answer["SecurityBufferLength"] = len(answer["Buffer"])
        return answers, packets, code

    def _log_on(self, name: str, server: Any, packet: Any) -> Any:
        token = bytes(smb2.SMB2SessionSetup(packet["Data"])["Buffer"])
        if not is_kerberos(token):
            handled = self._setup(name, server, packet)
            if handled[2] == STATUS_SUCCESS:
                self._logons.append("ntlm")
            return handled
        data = server.getConnectionData(name, checkStatus=False)
        try:
            context = self._keys.context(None, strict=False)
            answer = context.step(token) or b""
        except Exception:  # whatever is wrong with a ticket
            refused = SPNEGO_NegTokenResp()
            refused["NegState"] = _REJECT
            return [_response(refused.getData())], None, STATUS_LOGON_FAILURE
        account, _, realm = context.client_principal.partition("@")
        data.update(user_name=account, user_domain_name=realm, Authenticated=True)
        data.update(SignatureEnabled=True, SigningSessionKey=context.session_key[:_KEY_LENGTH], SignSequenceNumber=1)
        server.setConnectionData(name, data)
        self._logons.append("kerberos")
        return [_response(answer)], None, STATUS_SUCCESS


def _response(token: bytes) -> Any:
    response = smb2.SMB2SessionSetup_Response()
    response["SecurityBufferOffset"] = _BUFFER_OFFSET
    response["SecurityBufferLength"] = len(token)
    response["Buffer"] = token
    return response
