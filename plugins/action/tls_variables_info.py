# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.module_utils.common.validation import check_type_list, check_type_path

from ansible_collections.configmgr.tls.plugins.action.tls_probe_info import trust_of
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.arguments import (
    backup_location,
    batch_size,
    restart_message,
    run_name,
    service_names,
    windows_of,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import Task, TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.hosts import host_variables, not_in_inventory
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.variables import Rule, rules
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import load_waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain
from ansible_collections.configmgr.tls.plugins.plugin_utils._record.folder import RecordFolder

# The columns check of variables.yml: the modules' own, each of the one option that it asks for.
CHECKS: dict[str, Callable[[Any], object]] = {
    "backup_location": lambda value: backup_location({"backup_location": value}),
    "batch_size": lambda value: batch_size({"batch_size": value}),
    "maintenance": lambda value: windows_of({"maintenance": value}),
    "restart_message": lambda value: restart_message({"message": value}),
    "run_name": lambda value: run_name({"run": value}),
    "services": lambda value: service_names({"services": value}),
}
_SAMPLE = 10
_LONGEST = 200


class ActionModule(TlsAction):
    """Looks at the variables of all hosts and at the files that they name on the controller; no host is asked."""

    MODULE = "tls_variables_info"
    TRANSFERS_FILES = False
    _requires_connection = False

    def act(self, task: Task) -> dict[str, Any]:
        wrong: dict[str, list[str]] = {}
        count = 0
        of_run: dict[str, Any] = {}
        for host in host_variables(task, task.arguments["hosts"]):
            # What a play says of the variables is only among those of the host that runs the task.
            variables = task.variables if host.name == task.host else host.variables
            for name in rules().keys() & variables.keys():
                count += 1
                value, problem = self._problem(task, rules()[name], variables)
                if problem:
                    wrong.setdefault(problem, []).append(host.name)
                elif host.name == task.host:
                    of_run[name] = value
        problems = [f"{problem} ({_named(sorted(hosts))})" for problem, hosts in sorted(wrong.items())]
        problems += unknown_hosts(of_run, task.variables["hostvars"])
        problems = problems or unusable_files(of_run, check_mode=task.check_mode)
        if problems:
            more = f"; and {len(problems) - _SAMPLE} more" if len(problems) > _SAMPLE else ""
            raise Failure(
                "bad_argument",
                f"{'; '.join(problems[:_SAMPLE])}{more}.",
                "Correct what is named; the guide to the variables lists all of them. No machine was visited.",
                {"problems": problems},
            )
        return {"changed": False, "values": count, "msg": f"{count} values are as they should be."}

    def _problem(self, task: Task, rule: Rule, variables: Mapping[str, Any]) -> tuple[Any, str]:
        """The value of a variable of a host, and what is wrong with it; nothing where it cannot be told yet."""
        try:
            value = plain(self._rendered(task, variables[rule.variable], variables))
        except AnsibleUndefinedVariable:
            # Of something that is only known later, such as what an audit finds.
            return None, ""
        except AnsibleError as error:
            return None, f"{rule.variable} cannot be evaluated: {error}"
        return value, problem_of(rule, value)

    def _rendered(self, task: Task, value: Any, variables: Mapping[str, Any]) -> Any:
        if self._templar is None or not self._templar.is_template(value):
            return value
        return self._templar.copy_with_new_env(available_variables={**task.variables, **variables}).template(value)


def problem_of(rule: Rule, value: Any) -> str:
    """What is wrong with a value, rendered and plain, in a sentence without its end; nothing when it may be used."""
    shown = f"{rule.variable} is {'something else' if rule.secret else repr(str(value)[:_LONGEST])}"
    if not rule.takes(value):
        return f"{shown}, and has to be {rule.allowed}"
    try:
        if rule.check:
            CHECKS[rule.check](value)
    except Failure as failure:
        return f"{shown}: {_sentence(failure)}"
    return ""


def _named(hosts: list[str]) -> str:
    more = len(hosts) - 3
    return f"on {', '.join(hosts[:3])}{f' and {more} more' if more > 0 else ''}"


def unknown_hosts(values: Mapping[str, Any], inventory: Container[str]) -> list[str]:
    """Which hosts of the hierarchy nobody knows, in a sentence without its end; nothing when all are known."""
    names = check_type_list(values.get("configmgr_tls_hierarchy") or [])
    problem = not_in_inventory("configmgr_tls_hierarchy", names, inventory)
    return [problem] if problem else []


def unusable_files(values: Mapping[str, Any], *, check_mode: bool) -> list[str]:
    """Which of the files and folders that the variables of the run name cannot be used, and why."""

    def value(name: str) -> str:
        given = values.get(f"configmgr_tls_{name}")
        return str(check_type_path(given)) if given else ""

    tried: dict[str, Callable[[], object]] = {}
    if value("waivers"):
        tried["waivers"] = lambda: load_waivers(value("waivers"))
    if value("record") and not check_mode:
        tried["record"] = lambda: RecordFolder(on_controller(value("record"), "record"), datetime.now(UTC)).prepare()
    if value("report_dir"):
        tried["report_dir"] = lambda: _make_writable(on_controller(value("report_dir"), "report_dir"))
    if value("ca_path"):
        tried["ca_path"] = lambda: trust_of({"ca_path": value("ca_path")})
    if value("client_certificate"):
        names = ("client_certificate", "client_key", "client_key_password")
        tried["client_certificate"] = lambda: trust_of({name: value(name) or None for name in names})
    found = []
    for name, attempt in tried.items():
        try:
            attempt()
        except Failure as failure:
            found.append(f"configmgr_tls_{name} is {value(name)!r}: {_sentence(failure)}")
    return found


def _sentence(failure: Failure) -> str:
    """Without its last full stop: others follow."""
    return f"{failure} {failure.remedy}".rstrip(".")


def _make_writable(folder: Path) -> None:
    """As it is made for a report."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(0, "its user may not write there")
    except OSError as error:
        raise Failure(
            "report_not_written",
            f"no report can be written to {folder}: {error.strerror}.",
            "Choose a folder on the controller that its user may write to.",
        ) from None
