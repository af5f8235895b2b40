# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads, and as what: the logon to the AdminService, and why it is not with Kerberos when it is not.

Source: Microsoft, What's new in version 2509 of Configuration Manager: the AdminService now rejects NTLM. Negotiate as
the library does it takes NTLM by itself where Kerberos cannot be had, and says nothing; here the choice is made before,
so that its reason is known, and a password that the domain rejected is not tried a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._remote.classify import evidence_of, row_for
from .._remote.errors import Fault, scrub, table

try:
    import spnego
    from pypsrp.negotiate import HTTPNegotiateAuth
except ImportError as missing:
    MISSING: ImportError | None = missing
else:
    MISSING = None

__all__ = ["MISSING", "Choice", "Login", "KerberosFailure", "choose", "reason_of"]

_SERVICE = "HTTP"
# After these no other logon is tried: it would be the same password again.
_FINAL = ("kerberos_password", "kerberos_account", "kerberos_user_unknown")


@dataclass(frozen=True)
class Login:
    """The account that the AdminService is asked with.

    ``method``: negotiate, kerberos, ntlm or basic. Without a user the controller's Kerberos ticket is used.
    """

    method: str = "negotiate"
    user: str | None = None
    password: str | None = None


@dataclass(frozen=True)
class KerberosFailure:
    """Why a logon with Kerberos is not possible: the row of the table of failures, and the library's words."""

    fault: Fault
    detail: str


@dataclass(frozen=True)
class Choice:
    """The way of logging on that was chosen.

    ``method``: kerberos, ntlm or basic; ``auth``: for a session of requests; ``why``: what kept it from Kerberos.
    """

    method: str
    auth: Any
    why: KerberosFailure | None = None


def choose(login: Login, host: str) -> Choice | KerberosFailure:
    """How to log in to a host; for negotiate the reason when there is no way at all."""
    if login.method == "basic":
        return Choice("basic", (login.user or "", login.password or ""))
    if login.method != "negotiate":
        return Choice(login.method, _auth(login, login.method))
    why = _why_not_kerberos(login, host)
    if why is None:
        return Choice("kerberos", _auth(login, "kerberos"))
    if why.fault.code in _FINAL or not (login.user and login.password):
        return why
    return Choice("ntlm", _auth(login, "ntlm"), why)


def reason_of(problem: Exception, login: Login) -> KerberosFailure:
    """What kept a logon from being made, before the service saw it."""
    return KerberosFailure(
        row_for(evidence_of(problem)), scrub(f"{type(problem).__name__}: {problem}", [login.password or ""])
    )


def _auth(login: Login, method: str) -> Any:
    return HTTPNegotiateAuth(
        username=login.user, password=login.password, auth_provider=method, service=_SERVICE, wrap_required=False
    )


def _why_not_kerberos(login: Login, host: str) -> KerberosFailure | None:
    """Ask the domain for a ticket of the service; None when there is one."""
    try:
        spnego.client(login.user, login.password, hostname=host, service=_SERVICE, protocol="kerberos").step()
    except ImportError as missing:
        return KerberosFailure(table()["missing_library"], str(missing))
    except Exception as problem:  # as many kinds as there are libraries
        return reason_of(problem, login)
    return None
