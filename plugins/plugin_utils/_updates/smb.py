# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file to the share ADMIN$ of a machine, with the login that Ansible has for it. smbprotocol was chosen because it is
pure Python, speaks SMB 2 and 3 with signing and encryption, and shares its authentication with pypsrp.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible.module_utils.basic import missing_required_lib

from .._windows.jobs import FOLDER
from .errors import TransferError

try:
    import smbclient
    from smbprotocol.exceptions import SMBAuthenticationError, SMBException
except ImportError as error:
    SMB_IMPORT_ERROR: ImportError | None = error
else:
    SMB_IMPORT_ERROR = None
    # It tells every message of the protocol, names of users among them.
    logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)

__all__ = ["REMEDIES", "SmbTarget", "push"]

_TIMEOUT = 60
_NT_STATUS = {
    0xC000006D: ("smb_login", "rejected the login"),
    0xC000006E: ("smb_login", "does not let this account log in"),
    0xC0000234: ("smb_login", "has locked the account"),
    0xC0000022: ("smb_denied", "denied the access to ADMIN$"),
    0xC00000CC: ("smb_denied", "has no share ADMIN$"),
    0xC000007F: ("no_space", "has no room left on its system drive"),
}
REMEDIES = {
    "smb_login": "The account of the connection has to be an administrator of the machine; give smb_user and "
    "smb_password where the connection logs in with a key or a ticket.",
    "smb_denied": "Let the account use ADMIN$ (for a local account, LocalAccountTokenFilterPolicy), or let the machine "
    "fetch the file itself.",
    "no_space": "Free some space on the system drive and run the task again.",
    "smb_unreachable": "Open TCP port 445 from the controller to the machine, or let the machine fetch the file "
    "itself.",
    "smb_dropped": "Run the task again; it begins with this file anew.",
}


@dataclass(frozen=True)
class SmbTarget:
    """A machine's ADMIN$. ``user`` None: a Kerberos ticket of the controller is used."""

    server: str
    port: int = 445
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def path(self, name: str) -> str:
        return rf"\\{self.server}\ADMIN$\{FOLDER}\{name}"


def push(target: SmbTarget, name: str, blocks: Iterable[bytes]) -> int:
    """Write ``blocks`` to the file ``name`` of our folder; how many bytes it were. At no time is more than a block in
    memory. TransferError; what the blocks raise comes out as it is.
    """
    if SMB_IMPORT_ERROR is not None:
        raise TransferError(
            "missing_library", missing_required_lib("smbprotocol"), "Install it, or let the machine fetch the files."
        )
    connections: dict[str, object] = {}
    shared = {"port": target.port, "connection_cache": connections}
    written = 0
    try:
        smbclient.register_session(
            target.server,
            username=target.user,
            password=target.password,
            connection_timeout=_TIMEOUT,
            **shared,
        )
        with smbclient.open_file(target.path(name), mode="wb", buffering=0, share_access="r", **shared) as file:
            for block in blocks:
                written += _write_all(file, block)
    except (SMBException, OSError, ValueError) as error:
        raise _failure(target, name, error, written) from None
    finally:
        _close(connections)
    return written


def _write_all(file: smbclient._io.SMBRawIO, block: bytes) -> int:
    """One write takes as much as the server agreed to take."""
    rest = memoryview(block)
    while rest:
        rest = rest[file.write(rest.tobytes()) :]
    return len(block)


def _failure(target: SmbTarget, name: str, error: Exception, written: int) -> TransferError:
    status = getattr(error, "ntstatus", None) or getattr(error, "status", None)
    code, phrase = _NT_STATUS.get(int(status or 0), ("", ""))
    if not code and isinstance(error, SMBAuthenticationError):
        code, phrase = "smb_login", "and the controller do not agree on how to log in"
    if not code and not written and isinstance(error, (ValueError, OSError)) and status is None:
        code, phrase = "smb_unreachable", f"does not answer on port {target.port}"
    if not code:
        code, phrase = "smb_dropped", f"ended the transfer after {written} bytes ({_short(error)})"
    return TransferError(code, f"{target.server} {phrase}, so that {name} could not be copied to it.", REMEDIES[code])


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:160]


def _close(connections: dict[str, object]) -> None:
    """Ends what was opened; a server that is gone cannot be told."""
    try:
        smbclient.reset_connection_cache(fail_on_error=False, connection_cache=connections)
    except (SMBException, OSError):
        connections.clear()
