# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller has for a connection: libraries, OpenSSL, Kerberos, tickets. No secret is read."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import ssl
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .._remote.errors import Fault, table
from .kerberos import configuration, held_ticket, state
from .target import ConnectionTarget

__all__ = ["alike", "controller", "troubles"]

_LIBRARIES = (
    "ansible-core", "pywinrm", "pypsrp", "pyspnego", "requests", "requests_ntlm", "pykerberos", "gssapi", "krb5",
    "smbprotocol",
)  # fmt: skip
# The module that each connection logs in with, and the extra of the library that brings it.
_MODULES = {"winrm": ("winrm", "pywinrm"), "psrp": ("pypsrp", "pypsrp")}
_KERBEROS = {"winrm": ("kerberos", "pywinrm[kerberos]"), "psrp": ("krb5", "pypsrp[kerberos]")}
FaultDetail = tuple[Fault, str]
# What of a host's variables decides about the library that it needs, and about everything else on the controller.
_CHOOSING = ("ansible_connection", "ansible_winrm_transport", "ansible_psrp_auth")
_DECIDING = (
    "ansible_connection",
    "ansible_user",
    "ansible_password",
    "ansible_winrm_",
    "ansible_psrp_",
    "ansible_ssh_",
)


def controller() -> dict[str, Any]:
    """For a result."""
    return {
        "python": sys.version.split()[0],
        "libraries": {name: version for name in _LIBRARIES if (version := _version(name))},
        "openssl": ssl.OPENSSL_VERSION,
        "lowest_protocol": ssl.create_default_context().minimum_version.name,
        "kerberos": state(),
    }


def troubles(target: ConnectionTarget) -> Iterator[FaultDetail]:
    """What on the controller keeps a connection from coming about, each with its detail; the host is not asked."""
    module, package = _MODULES.get(target.connection, ("", ""))
    if module and importlib.util.find_spec(module) is None:
        yield table()["missing_library"], f"pip install '{package}'"
        return
    module, package = _KERBEROS.get(target.connection, ("", ""))
    if target.authentication == ("kerberos",) and module and importlib.util.find_spec(module) is None:
        yield table()["missing_library"], f"pip install '{package}', which is built with gcc and libkrb5-dev"
        return
    if target.scheme == "https" and isinstance(target.verify, str) and not Path(target.verify).exists():
        yield table()["ca_file_missing"], target.verify
    if target.authentication in (("basic",), ("ntlm",)) and not (target.user and target.has_password):
        yield table()["login_incomplete"], "ansible_user or ansible_password is not set"
    if target.authentication == ("kerberos",):
        yield from _kerberos_troubles(target)


def alike(hosts: Iterable[Mapping[str, Any]], fault: Fault) -> bool:
    """Whether a fault of the controller is that of all these hosts, by their variables as they are written.

    What a template makes of them is not known here: a file named by one may be another file for each host.
    """
    deciding = _CHOOSING if fault.code == "missing_library" else _DECIDING
    ways = {tuple(_way(variables, deciding)) for variables in hosts}
    return len(ways) == 1 and not any("{{" in value and "_ca_" in name for way in ways for name, value in way)


def _way(variables: Mapping[str, Any], deciding: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in sorted(name for name in variables if name.startswith(deciding)):
        # Of a password it only matters that there is one.
        yield name, str(bool(variables[name])) if "password" in name else str(variables[name])


def _kerberos_troubles(target: ConnectionTarget) -> Iterator[FaultDetail]:
    file, exists = configuration()
    if not exists and "KRB5_CONFIG" in os.environ:
        yield table()["kerberos_configuration"], f"KRB5_CONFIG names {file}, which is not there"
    elif not target.has_password and isinstance(held := held_ticket(), tuple):
        yield held


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
