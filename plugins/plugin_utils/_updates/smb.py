# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file to the share ADMIN$ of a machine, with the login that Ansible has for it. smbprotocol was chosen because it is
pure Python, speaks SMB 2 and 3 with signing and encryption, and shares its authentication with pypsrp.
"""

from __future__ import annotations

import contextlib
import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible.module_utils.basic import missing_required_lib

from .._failure import Failure
from .._windows.jobs import FOLDER

try:
    # Not its module smbclient: a script of impacket has the same name, and comes first where both are installed.
    from smbprotocol.connection import Connection
    from smbprotocol.exceptions import SMBAuthenticationError, SMBException
    from smbprotocol.open import (
        CreateDisposition,
        CreateOptions,
        FileAttributes,
        FilePipePrinterAccessMask,
        ImpersonationLevel,
        Open,
        ShareAccess,
    )
    from smbprotocol.session import Session
    from smbprotocol.tree import TreeConnect
except ImportError as error:
    SMB_IMPORT_ERROR: ImportError | None = error
else:
    SMB_IMPORT_ERROR = None
    # It tells every message of the protocol, names of users among them.
    logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)

__all__ = ["REMEDIES", "SmbTarget", "push"]

_TIMEOUT = 60
# One credit of the server is good for as much, and one is always there.
_PIECE = 65536
_SMB_3 = 0x0300
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


def push(target: SmbTarget, name: str, blocks: Iterable[bytes]) -> int:
    """Write ``blocks`` to the file ``name`` of our folder; how many bytes it were. At no time is more than a block in
    memory. Failure; what the blocks raise comes out as it is.
    """
    if SMB_IMPORT_ERROR is not None:
        raise Failure(
            "missing_library", missing_required_lib("smbprotocol"), "Install it, or let the machine fetch the files."
        )
    written = 0
    connection = Connection(uuid.uuid4(), target.server, target.port)
    try:
        connection.connect(timeout=_TIMEOUT)
        # What a server does not encrypt is signed.
        session = Session(connection, target.user, target.password, require_encryption=False)
        session.connect()
        tree = TreeConnect(session, rf"\\{target.server}\ADMIN$")
        tree.connect(require_secure_negotiate=connection.dialect >= _SMB_3)
        file = _open(tree, name)
        for block in blocks:
            for first in range(0, len(block), _PIECE):
                written += file.write(block[first : first + _PIECE], written)
        file.close()
    except (SMBException, OSError, ValueError) as error:
        raise _failure(target, name, error, written) from None
    finally:
        # A server that is gone cannot be told that this is the end.
        with contextlib.suppress(SMBException, OSError, ValueError):
            connection.disconnect(close=False)
    return written


def _open(tree: TreeConnect, name: str) -> Open:
    file = Open(tree, rf"{FOLDER}\{name}")
    file.create(
        ImpersonationLevel.Impersonation,
        FilePipePrinterAccessMask.GENERIC_WRITE | FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES,
        FileAttributes.FILE_ATTRIBUTE_NORMAL,
        ShareAccess.FILE_SHARE_READ,
        CreateDisposition.FILE_OVERWRITE_IF,
        CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    return file


def _failure(target: SmbTarget, name: str, error: Exception, written: int) -> Failure:
    status = getattr(error, "status", None)
    code, phrase = _NT_STATUS.get(int(status or 0), ("", ""))
    if not code and isinstance(error, SMBAuthenticationError):
        code, phrase = "smb_login", "and the controller do not agree on how to log in"
    if not code and not written and isinstance(error, (ValueError, OSError)) and status is None:
        code, phrase = "smb_unreachable", f"does not answer on port {target.port}"
    if not code:
        code, phrase = "smb_dropped", f"ended the transfer after {written} bytes ({_short(error)})"
    return Failure(code, f"{target.server} {phrase}, so that {name} could not be copied to it.", REMEDIES[code])


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:160]
