# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos on the controller: its configuration, the cache of tickets, and the ticket that is there. None is shown."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .._remote.classify import evidence_of, row_for
from .._remote.errors import Fault, table

__all__ = ["Ticket", "configuration", "held_ticket", "state"]

_KRB5_CONF = "/etc/krb5.conf"


@dataclass(frozen=True)
class Ticket:
    """Whose it is, and how long it is good for."""

    principal: str
    seconds_left: int


def configuration() -> tuple[str, bool]:
    """The file, or files with colons between, and whether all of them are there. Source: krb5.conf(5), KRB5_CONFIG."""
    named = os.environ.get("KRB5_CONFIG") or _KRB5_CONF
    return named, all(Path(part).exists() for part in named.split(":") if part)


def held_ticket() -> Ticket | tuple[Fault, str] | None:
    """The ticket in the cache of the environment, or why there is none; None when that cannot be told from here."""
    # Only pypsrp[kerberos] brings what can look into a cache.
    if importlib.util.find_spec("gssapi") is None:
        return _said_by_klist()
    import gssapi

    try:
        held = gssapi.Credentials(usage="initiate")
        return Ticket(str(held.name), int(held.lifetime or 0))
    except Exception as problem:  # no cache, an empty one, an expired ticket, one that is not readable
        return row_for(evidence_of(problem)), f"{type(problem).__name__}: {problem}"


def _said_by_klist() -> tuple[Fault, str] | None:
    """klist(1), -s: silent, with exit code 1 when the cache cannot be read, or its ticket has expired."""
    klist = shutil.which("klist")
    if klist is None or subprocess.run([klist, "-s"], stdin=subprocess.DEVNULL, check=False).returncode == 0:
        return None
    return table()["kerberos_no_ticket"], "klist -s finds no ticket that is good"


def state() -> dict[str, Any]:
    """For a result."""
    file, exists = configuration()
    known = {"configuration": file, "configured": exists, "cache": os.environ.get("KRB5CCNAME", "")}
    held = held_ticket()
    if isinstance(held, Ticket):
        return {**known, "realm": _realm(), "ticket": vars(held)}
    return {**known, "realm": _realm(), "ticket": None, "problem": held[0].code} if held else known


def _realm() -> str:
    try:
        import krb5

        return str(krb5.get_default_realm(krb5.init_context()).decode())
    except Exception:  # the library is not there, the configuration cannot be read, or names none
        return ""
