# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From state and findings to the facts of a host: plain, versioned, and small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._data import dotnet_version
from .._data import roles as known_roles
from .._windows.registry import View
from .capabilities import capabilities
from .effective import effective_protocols, feigned_settings
from .finding import NOT_ASKED, Finding, is_compliant
from .journal import SETTINGS, JournalEntry, active_entries, restarted_since
from .state import HostState, Setting
from .suites import offered_suites

__all__ = ["FACTS_SCHEMA", "facts", "restart_required", "runs_of"]

FACTS_SCHEMA = 1


def restart_required(state: HostState) -> bool | None:
    """Whether a change of ours waits for a restart.

    None when it cannot be told whether the machine was restarted since our last change.
    """
    restarted = restarted_since(state.journal, state.boot)
    return None if restarted is None else not restarted


def facts(
    state: HostState,
    enabled: HostState,
    roles: Iterable[str],
    findings: Sequence[Finding],
    release: int | None = None,
) -> dict[str, Any]:
    """The value of the fact C(configmgr_tls). ``enabled``: the state that the enable stage leads to."""
    names = sorted(set(roles) | set(state.roles))
    in_force = restarted_since(state.journal, state.boot) is True
    release = state.configmgr.release or release
    windows, active = state.windows, active_entries(state.journal)
    return {
        "schema": FACTS_SCHEMA,
        "compliant": is_compliant(findings),
        "restart_required": restart_required(state),
        "pending_restart": list(state.pending_restart),
        "roles": names,
        "restart_group": max((role.restart_group for role in known_roles() if role.id in names), default=0),
        "windows": {
            "build": windows.build,
            "revision": windows.update_revision,
            "name": windows.name,
            "product": windows.product,
            "architecture": windows.architecture,
        },
        "configmgr": _configmgr(state),
        "protocols": effective_protocols(state),
        "stacks": capabilities(state, enabled, names, release, findings, in_force=in_force),
        **({} if state.https_ports is None else {"https_ports": list(state.https_ports)}),
        **({"https_off": off} if (off := {str(port): list(off) for port, off in state.https_off.items()}) else {}),
        **({"sql_ports": ports} if (ports := _sql_ports(state)) else {}),
        **({"sql_encryption": encryption} if (encryption := _sql_encryption(state)) else {}),
        "fips": bool(state.schannel.fips.dword),
        "suites": offered_suites(state).encode(),
        "feigns": [protocol for protocol in ("TLS 1.3",) if feigned_settings(state, protocol)],
        "settings": _settings(state),
        "components": _components(state),
        "findings": [finding.as_dict() for finding in findings if finding.outcome is not NOT_ASKED],
        "runs": [{"run": entry.run, "stage": entry.action} for entry in active],
        **({"taken_back": gone} if (gone := _taken_back(state.journal, active)) else {}),
        "boot": str(state.boot),
        "unreadable": list(state.unreadable),
    }


def _taken_back(journal: Sequence[JournalEntry], active: Sequence[JournalEntry]) -> list[str]:
    """The runs that changed settings, of which nothing is there any more."""
    made = dict.fromkeys(entry.run for entry in journal if entry.kind == SETTINGS and entry.undoes_from is None)
    return [run for run in made if run not in {entry.run for entry in active}]


def runs_of(facts: Mapping[str, Any]) -> set[str]:
    """Our runs that changed the settings of a machine, those that were taken back as well."""
    return {*(row["run"] for row in facts.get("runs", ())), *facts.get("taken_back", ())}


def _configmgr(state: HostState) -> dict[str, Any]:
    configmgr = state.configmgr
    sites = ("role_site", "assigned_site", "parent_site")
    return {
        **{name: site for name in sites if (site := getattr(configmgr, name))},
        "site_code": configmgr.role_site or configmgr.assigned_site,
        "release": configmgr.release,
        "version": str(configmgr.version) if configmgr.version else None,
        "client_version": str(configmgr.client_version) if configmgr.client_version else None,
        "database": configmgr.database,
    }


def _sql_ports(state: HostState) -> list[int]:
    return sorted({port for instance in state.sql_instances for port in instance.ports})


def _sql_encryption(state: HostState) -> dict[str, str]:
    return {instance.name: instance.encryption for instance in state.sql_instances if instance.encryption}


def _settings(state: HostState) -> dict[str, int | str]:
    """The values that are there, by a short name. DWORDs as numbers, anything else as it was printed."""
    named: dict[str, Setting] = {}
    for (protocol, side), pair in state.schannel.protocols.items():
        for setting in (pair.enabled, pair.disabled_by_default):
            named[f"{protocol} {side} {setting.name}"] = setting
    for (runtime, view, name), setting in state.dotnet.values.items():
        named[f".NET {runtime}{_wow(view)} {name}"] = setting
    for view, setting in state.winhttp.items():
        named[f"WinHTTP{_wow(view)} {setting.name}"] = setting
    named["FIPS Enabled"] = state.schannel.fips
    named["EventLogging"] = state.schannel.event_logging
    return {
        name: setting.dword if setting.dword is not None else str(setting)
        for name, setting in named.items()
        if setting.value or setting.unreadable
    }


def _wow(view: View) -> str:
    return " 32-bit" if view is View.WOW else ""


def _components(state: HostState) -> dict[str, Any]:
    installed = dotnet_version(state.dotnet.release) if state.dotnet.release is not None else None
    return {
        "dotnet": {
            "release": state.dotnet.release,
            "version": installed.version if installed else None,
            "has_35": state.dotnet.has_35,
        },
        "sql_server": {
            instance.name: str(instance.version) if instance.version else None for instance in state.sql_instances
        },
        "sql_clients": {client.id: client.text for client in state.sql_clients},
        "wsus": str(state.wsus.version) if state.wsus and state.wsus.version else None,
        **({"wsus_ssl": state.wsus.uses_ssl} if state.wsus else {}),
        "winhttp": str(state.file_versions["winhttp"]) if "winhttp" in state.file_versions else None,
    }
