# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real action over the real connection plugin to a machine of the lab, without a process of Ansible.

A task costs some twenty milliseconds a host this way, and a hundred times as much with ansible-playbook. What is left
out is Ansible's own work between the playbook and the action: templates, batches, facts across plays, callbacks. Tests
of those have the mark C(seam), and run the program.
"""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader, init_plugin_loader, shell_loader
from ansible.template import Templar

# Before any test imports the collection: what was imported without Ansible's finder is not known to it.
init_plugin_loader()

ACTIONS = "ansible_collections.configmgr.tls.plugins.action."
CONNECT_SECONDS = 10
"""Ansible's own default."""
Row = tuple[str, str, dict[str, Any]]
"""Host, status and result."""


class HostVars(dict[str, dict[str, Any]]):
    """The variables of all hosts as an action finds them. Like Ansible's it raises for one that nobody knows."""

    def raw_get(self, host: str) -> dict[str, Any]:
        return self[host]


class OneProcess:
    """A play over ``hosts``, by default all: tasks run one after the other, each on all that did not fail before."""

    def __init__(
        self, variables: Mapping[str, Mapping[str, Any]], groups: Mapping[str, Sequence[str]], hosts: Sequence[str] = ()
    ) -> None:
        played = list(hosts or variables)
        self._hostvars = HostVars(
            {
                host: {
                    **given,
                    "inventory_hostname": host,
                    "group_names": [name for name, members in groups.items() if host in members],
                    "groups": {name: list(members) for name, members in groups.items()},
                    "ansible_play_hosts_all": list(played),
                    "ansible_facts": {},
                }
                for host, given in variables.items()
            }
        )
        for row in self._hostvars.values():
            row["hostvars"] = self._hostvars
        # Of a host that failed the variables stay, as Ansible keeps them.
        self._left = played

    def run(
        self, action: str, arguments: Mapping[str, Any], *, check: bool, diff: bool, forks: int, once: str = ""
    ) -> list[Row]:
        """One task on the hosts that are left, so many of them at a time; with ``once`` on that one, for all."""
        task = SimpleNamespace(args=dict(arguments), check_mode=check, diff=diff, async_val=0, action=action)
        module = importlib.import_module(ACTIONS + action.rpartition(".")[2])
        # Ansible's loader of plugins is not made for threads.
        connections = {host: _connection(self._hostvars[host]) for host in self._left if once in ("", host)}
        with ThreadPoolExecutor(min(forks, max(len(connections), 1))) as pool:
            results = list(pool.map(lambda host: self._on_host(module, task, host, connections[host]), connections))
        for host, status, result in results:
            if status != "ok":
                self._left.remove(host)
            else:
                self._hostvars[host]["ansible_facts"].update(result.get("ansible_facts", {}))
        return results

    def _on_host(self, module: Any, task: SimpleNamespace, host: str, connection: Any) -> Row:
        variables = self._hostvars[host]
        action = module.ActionModule(task, connection, None, DataLoader(), None, None)
        try:
            result = action.run(None, variables)
        except AnsibleActionFail as failure:
            return host, "failed", {**failure.result, "failed": True, "msg": str(failure)}
        finally:
            with contextlib.suppress(Exception):
                connection.close()
        status = "unreachable" if result.get("unreachable") else "failed" if result.get("failed") else "ok"
        return host, status, result


def _connection(variables: Mapping[str, Any]) -> Any:
    """The host's connection plugin with its options, as Ansible's executor of tasks makes it."""
    name = str(variables["ansible_connection"])
    context = PlayContext()
    context.connection = name
    connection = connection_loader.get(name, context, new_stdin=None, task_uuid="test", ansible_playbook_pid="1")
    options = connection._resolve_option_variables(variables, Templar(loader=DataLoader(), variables=dict(variables)))
    connection.set_options(task_keys={"timeout": CONNECT_SECONDS}, var_options=options)
    if shell := variables.get("ansible_shell_type"):
        connection._shell = shell_loader.get(str(shell))
    return connection
