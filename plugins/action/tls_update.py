# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import backup_location, in_range, roles_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._data import packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.machine import Machine
from ansible_collections.configmgr.tls.plugins.plugin_utils._machine.waiting import Waiter
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import RemoteError
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.audit import audit
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.updates import Selection, is_installed, select
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.delivery import Delivery, choose_way
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.manifest import ManifestFile
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.run import (
    Limits,
    UpdateRun,
    described,
    shown,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.smb import SmbTarget
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.source import UpdateSource, parse_source
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.state import MachineState, read_state

_DAY = 86400
# Failures after which something may still run on the machine, of an earlier run where nothing was begun.
_LEFT_ALONE = ("installer_timeout", "already_running", "job_unknown", "downtime_not_agreed")


class ActionModule(TlsAction):
    MODULE = "tls_update"
    timed = True
    waiter = Waiter()

    def act(self, task: Task) -> dict[str, Any]:
        arguments, location = task.arguments, backup_location(task.arguments)
        task.secrets.update({arguments["smb_password"]} - {None, ""})
        limits = _limits(arguments)
        _refuse_bad_packages(arguments["packages"])
        machine = Machine(task.host, lambda: self.session(task), self.waiter)
        if arguments["source"] is None and task.check_mode:
            with contextlib.closing(machine):
                return _prediction(task, {}, read_state(machine, location), limits.may_restart(machine))
        source, files = _owner(arguments)
        delivery = Delivery(source, arguments["transfer"], self._smb(arguments), limits.timeout)
        choose_way(delivery)
        with contextlib.closing(machine):
            state = read_state(machine, location)
            if task.check_mode:
                return _prediction(task, files, state, limits.may_restart(machine))
            return self._install(
                task,
                machine,
                UpdateRun(
                    machine,
                    files,
                    delivery,
                    limits,
                    read=lambda: read_state(machine, location),
                    select=lambda seen: _select(task, files, seen),
                    proved=lambda row, seen: is_installed(row, seen.tls.state, seen.installed),
                    tell=lambda text: self._display.display(f"{task.host}: {text}"),
                ),
                state,
            )

    def _install(self, task: Task, machine: Machine, run: UpdateRun, state: MachineState) -> dict[str, Any]:
        """Whatever happens, nothing of ours stays on the machine but a job that still runs."""
        try:
            _refuse_unagreed_downtime(_select(task, run.files, state), task.arguments)
            state = run.run(state)
        except RemoteError as error:
            if not run.changed:
                raise
            raise run.refusal(
                "interrupted_unknown",
                f"the connection was lost while updates were installed ({error}).",
                "Run the task again; it waits for what is still running and goes on from what it finds.",
            ) from error
        except Failure as failure:
            if failure.code not in _LEFT_ALONE:
                _tidy(machine, state)
            failure.details.setdefault("packages", shown(run.done))
            failure.details.setdefault("changed", run.changed)
            raise
        if run.done or state.leftovers:
            _tidy(machine, state)
        left = _select(task, run.files, state)
        return {
            "changed": run.changed,
            "packages": shown(run.done),
            "open": [row.as_dict() for row in left.open],
            "restarts": run.restarts,
            "restart_required": run.restart_required,
            "msg": _sentence(run, left),
        }

    def _smb(self, arguments: dict[str, Any]) -> SmbTarget:
        """The login of the connection, unless another one is given."""
        own = arguments["smb_user"] is not None
        user = arguments["smb_user"] if own else self._option("remote_user", "user")
        password = arguments["smb_password"] if own else self._option("remote_password", "password")
        server = self._option("remote_addr", "host")
        return SmbTarget(str(server), arguments["smb_port"], user or None, password or None)

    def _option(self, *names: str) -> str | None:
        for name in names:
            with contextlib.suppress(KeyError):
                if value := self._connection.get_option(name):
                    return str(value)
        return None


def _limits(arguments: dict[str, Any]) -> Limits:
    in_range(arguments, "smb_port", 1, 65535)
    names = ("timeout", "busy_timeout", "delay", "down_timeout", "up_timeout")
    timeout, busy, delay, down, up = (in_range(arguments, name, 0, _DAY) for name in names)
    return Limits(timeout, busy, delay, down, up, arguments["restart"], arguments["only_when_nobody"])


def _refuse_bad_packages(names: list[str]) -> None:
    strangers = sorted(set(names) - {row.id for row in packages()})
    if strangers:
        raise Failure(
            "bad_argument",
            f"{strangers[0]!r} is not a package of the catalogue.",
            "The guide to updates lists the packages by their names.",
        )


def _owner(arguments: dict[str, Any]) -> tuple[UpdateSource, dict[str, ManifestFile]]:
    if arguments["source"] is None:
        raise Failure(
            "no_source",
            "source is missing: nothing says where the files of the updates are.",
            "Give source, or run in check mode to see which files are needed.",
        )
    source = parse_source(arguments["source"], lambda path: on_controller(path, "source"))
    given = arguments["manifest"]
    return source, source.manifest(on_controller(given, "manifest") if given else None)


def _select(task: Task, files: Mapping[str, ManifestFile], state: MachineState) -> Selection:
    arguments = task.arguments
    findings = audit(state.tls.state, roles_of(task), arguments["configmgr_version"])
    return select(
        state.tls.state,
        findings,
        arguments["configmgr_version"],
        roles=roles_of(task),
        installed=state.installed,
        available=set(files) if arguments["source"] is not None else {row.id for row in packages()},
        requested=arguments["packages"],
        sql_server=arguments["sql_server"],
    )


def _refuse_unagreed_downtime(selection: Selection, arguments: dict[str, Any]) -> None:
    engines = [need.package for need in selection.needs if need.package.is_engine]
    minutes = _downtime(selection)
    if minutes > arguments["sql_server_downtime"]:
        names = ", ".join(row.title for row in engines)
        raise Failure(
            "downtime_not_agreed",
            f"{names} would stop SQL Server for about {minutes} minutes, and "
            f"{arguments['sql_server_downtime']} are agreed.",
            "Agree on the downtime with the owners of the databases and give it as sql_server_downtime (minutes).",
            {"changed": False, "downtime": minutes},
        )


def _downtime(selection: Selection) -> int:
    return sum(need.package.minutes for need in selection.needs if need.package.is_engine)


def _prediction(
    task: Task, files: Mapping[str, ManifestFile], state: MachineState, may_restart: bool
) -> dict[str, Any]:
    selection, agreed = _select(task, files, state), task.arguments["sql_server_downtime"]
    rows = [
        {**described(need.package, files.get(need.package.id), need.reasons), "state": "would_install"}
        for need in selection.needs
    ]
    restart = any(row["restart"] == "windows" for row in rows)
    waiting = state.job.subject if state.job else None
    named = ", ".join(row["title"] + (f" ({row['size']} bytes)" if row["size"] else "") for row in rows) or "nothing"
    downtime = _downtime(selection)
    warnings = [f"SQL Server may be down for {downtime} minutes, and {agreed} are agreed: it would be refused."]
    return {
        **({"warnings": warnings} if downtime > agreed else {}),
        "changed": bool(rows) or waiting is not None,
        "packages": rows,
        "open": [row.as_dict() for row in selection.open],
        "restarts": int(restart and may_restart),
        "restart_required": restart and not may_restart,
        "downtime": downtime,
        "msg": f"would install {named}" + (f"; waits first for {waiting} of an earlier run" if waiting else ""),
    }


def _sentence(run: UpdateRun, left: Selection) -> str:
    installed = [row["title"] for row in run.done if row["state"] == "installed"]
    text = f"installed {', '.join(installed)}" if installed else "nothing had to be installed"
    if run.restart_required:
        text += "; a restart is needed before it counts"
    return text + (f"; {len(left.open)} findings are left open" if left.open else "")


def _tidy(machine: Machine, state: MachineState) -> None:
    """A machine that is gone by now keeps the files until the next run."""
    with contextlib.suppress(RemoteError):
        machine.run(state.workshop.clear_line(), attempted="remove the files of the updates")
