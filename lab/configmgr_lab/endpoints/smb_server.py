# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""impacket's SMB 2 server, without a socket of its own, on the folder of a machine."""

from __future__ import annotations

import configparser
import contextlib
import logging
import os
import socket
import threading
from typing import Any

from impacket import nmb, ntlm
from impacket import smb3structs as smb2
from impacket.nt_errors import STATUS_ACCESS_DENIED, STATUS_DISK_FULL
from impacket.smbserver import SMBSERVER

from ..kerberos.tickets import Keytab
from ..machine.machine import Machine
from .faults import SmbFaults
from .smb_kerberos import KerberosSessions

logging.getLogger("impacket").setLevel(logging.CRITICAL)
_PATIENCE = 300.0
_MOST_MESSAGES = 10_000_000
_CREATED = 2


class _Unbound(SMBSERVER):  # type: ignore[misc]
    """Connections are accepted elsewhere."""

    def server_bind(self) -> None:
        pass

    def server_activate(self) -> None:
        pass


class SmbServer:
    """Serves connections of one machine, each in the caller's thread."""

    def __init__(self, machine: Machine, faults: SmbFaults, keys: Keytab | None, logons: list[str]) -> None:
        disk = machine.files.disk
        assert disk is not None
        disk.root.mkdir(parents=True, exist_ok=True)
        self._machine, self._faults, self._root = machine, faults, disk.root
        self._server = _Unbound((machine.address, 0), config_parser=_configuration(machine, str(disk.root)))
        self._server.socket.close()
        self._server.processConfigFile()
        for user, password in machine.users.items():
            self._server.addCredential(user, 0, "", ntlm.compute_nthash(password).hex())
        if keys is not None:
            KerberosSessions(self._server, keys, logons)
        self._connect = self._server.hookSmb2Command(smb2.SMB2_TREE_CONNECT, self._tree_connect)
        self._write = self._server.hookSmb2Command(smb2.SMB2_WRITE, self._write_file)
        self._create = self._server.hookSmb2Command(smb2.SMB2_CREATE, self._create_file)

    def serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        """To the end of the connection. What a client does wrong ends it, and so does a machine that goes down."""
        # A reset of the machine takes the folder away.
        self._root.mkdir(parents=True, exist_ok=True)
        name = threading.current_thread().name
        self._server.addConnection(name, *address)
        left = self._faults.cut_after
        try:
            session = nmb.NetBIOSTCPSession("*", "HOST", address[0], sess_port=address[1], sock=connection)
            for _message in range(_MOST_MESSAGES):
                message = session.recv_packet(_PATIENCE).get_trailer()
                if left is not None and (left := left - len(message)) < 0:
                    self._faults.cut_after = None
                    return
                for answer in self._server.processRequest(name, message):
                    session.send_packet(answer.getData() if hasattr(answer, "getData") else answer)
        except (OSError, nmb.NetBIOSError, nmb.NetBIOSTimeout):
            pass
        finally:
            self._close_files(name)
            self._server.removeConnection(name)

    def _close_files(self, name: str) -> None:
        for opened in self._server.getConnectionData(name, checkStatus=False)["OpenedFiles"].values():
            with contextlib.suppress(OSError):
                os.close(opened["FileHandle"])

    def _tree_connect(self, name: str, server: Any, packet: Any) -> Any:
        commands, packets, code = self._connect(name, server, packet)
        asked = packet.getData().decode("utf-16-le", "ignore")
        if self._faults.denied and "ADMIN$" in asked:
            data = server.getConnectionData(name)
            data["ConnectedShares"].pop(packets[0]["TreeID"], None)
            packets[0]["Status"] = STATUS_ACCESS_DENIED
            if data["SignatureEnabled"]:
                packets[0]["Signature"] = b"\0" * 16
                server.signSMBv2(packets[0], data["SigningSessionKey"])
            return commands, packets, STATUS_ACCESS_DENIED
        return commands, packets, code

    def _create_file(self, name: str, server: Any, packet: Any) -> Any:
        answers, packets, code = self._create(name, server, packet)
        # impacket gives back what was asked for (5, overwrite or create), which is none of the four answers.
        if answers and "CreateAction" in answers[0].fields and answers[0]["CreateAction"] not in (0, 1, 2, 3):
            answers[0]["CreateAction"] = _CREATED
        return answers, packets, code

    def _write_file(self, name: str, server: Any, packet: Any) -> Any:
        if self._machine.faults.disk_free is not None:
            length = int(smb2.SMB2Write(packet["Data"])["Length"])
            if length > self._machine.files.free:
                return [smb2.SMB2Error()], None, STATUS_DISK_FULL
        return self._write(name, server, packet)


def _configuration(machine: Machine, root: str) -> configparser.ConfigParser:
    made = configparser.ConfigParser(interpolation=None)
    made["global"] = {
        "server_name": machine.name,
        "server_os": machine.image.title,
        "server_domain": machine.site_host.domain or machine.name,
        "log_file": "None",
        "rpc_apis": "yes",
        "credentials_file": "",
        "challenge": os.urandom(8).hex(),
        "SMB2Support": "True",
        "anonymous_logon": "False",
    }
    made["IPC$"] = {"comment": "", "read only": "yes", "share type": "3", "path": ""}
    made["ADMIN$"] = {"comment": "", "read only": "no", "share type": "0", "path": root}
    return made
