# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site as the registry of its site server has it, for sites without AdminService: one command, nothing is changed.

C(Component Servers) and C(Multisite Component Servers) name the servers, not their roles: those of a server are found
in its own registry by the audit. Source: Microsoft's pages about SMS_SITE_COMPONENT_MANAGER, jonasatgit's scripts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from .._remote import RemoteError, open_session
from .._windows.questions import Answers, Query, ask
from .._windows.registry import Key, Registry, View
from .errors import estate_failure
from .records import Rows

__all__ = ["QUESTIONS", "read_rows", "rows_of"]

_SMS = Key(r"SOFTWARE\Microsoft\SMS")
_IDENTIFICATION, _SETUP, _SQL = _SMS.child("Identification"), _SMS.child("Setup"), _SMS.child("SQL Server")
_MANAGER = _SMS.child(r"COMPONENTS\SMS_SITE_COMPONENT_MANAGER")
_SERVERS = (_MANAGER.child("Component Servers"), _MANAGER.child("Multisite Component Servers"))
QUESTIONS = [Query(key, View.NATIVE) for key in (_IDENTIFICATION, _SETUP, _SQL, *_SERVERS)]
_ATTEMPTED = "read the site from the registry of its site server"
_SECONDARY, _PRIMARY = 1, 2


def read_rows(host: str, variables: Mapping[str, Any]) -> Rows:
    """``variables``: of the connection, as an inventory has them. Raises Failure."""
    kind = str(variables.get("ansible_connection") or "winrm")
    connection = connection_loader.get(kind, PlayContext(), None)
    if connection is None:
        raise estate_failure("site_server_unread", host, _ATTEMPTED, f"there is no connection {kind}")
    given = {"inventory_hostname": host, "ansible_host": host, **variables}
    connection.set_options(var_options={**given, "_extras": _extras(connection, kind, given)})
    try:
        with open_session(connection, host=host) as session:
            answer = session.run("&".join(ask(QUESTIONS)), attempted=_ATTEMPTED)
    except RemoteError as error:
        raise estate_failure(
            "site_server_unread", host, _ATTEMPTED, f"{error.code}: {error.phrase} ({error.detail[:200]})"
        ) from None
    return rows_of(host, Answers.parse(QUESTIONS, answer.stdout).registry)


def _extras(connection: Any, kind: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Variables of the connection that are no options of its plugin: it hands them on to its library."""
    definitions = constants.config.get_configuration_definitions("connection", connection._load_name)
    known = {row["name"] for definition in definitions.values() for row in definition.get("vars") or ()}
    return {
        name: value for name, value in variables.items() if name.startswith(f"ansible_{kind}_") and name not in known
    }


def rows_of(host: str, registry: Registry) -> Rows:
    """In the shape of the SMS Provider's classes. Raises Failure for a machine that is no site server."""
    said, setup = registry.key(_IDENTIFICATION, View.NATIVE), registry.key(_SETUP, View.NATIVE)
    code = _text(said.value("Site Code"))
    if not code:
        raise estate_failure("site_server_unread", host, _ATTEMPTED, "the machine has no site in its registry")
    server = _text(said.value("Site Server")) or host
    # In the registry 2 is a secondary site; in SMS_Site it is a primary one.
    kind = said.value("Site Type")
    site = {
        "SiteCode": code,
        "ServerName": server,
        "Type": _SECONDARY if kind is not None and kind.dword == 2 else _PRIMARY,
        "Version": _text(setup.value("Full Version")) or _text(setup.value("Version")),
        "ReportingSiteCode": _text(said.value("Parent Site Code")),
    }
    resources = [_resource(code, server, "SMS Site Server")]
    if database := _text(registry.key(_SQL, View.NATIVE).value("Server")):
        resources.append(_resource(code, database, "SMS SQL Server"))
    for key in _SERVERS:
        names = registry.key(key, View.NATIVE).subkeys
        resources += [_resource(code, name.rpartition("\\")[2], "SMS Site System") for name in names]
    return Rows([site], [], resources)


def _resource(code: str, server: str, role: str) -> dict[str, str]:
    name = server.lstrip("\\").partition("\\")[0]
    path = rf"\\{name}"
    return {"SiteCode": code, "NALType": "Windows NT Server", "NetworkOSPath": path, "RoleName": role}


def _text(value: Any) -> str:
    return str(value.data).strip() if value is not None and value.data is not None else ""
