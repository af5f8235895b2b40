# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
name: batches
version_added: 0.1.0
short_description: The batches of an order that a play has found
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Gives the batches of a result of M(configmgr.tls.tls_order_info) to the C(hosts) and C(serial) of a later play.
  - What a task with C(run_once) registers is known to each host of its play, but not to the next play, which has no
    hosts yet. This lookup finds it at any host that has it.
options:
  _terms:
    description: Name of the variable in which the result was registered.
    required: true
  done:
    description: Whether the hosts that are there already are given too, as one batch before the others.
    type: bool
    default: false
seealso:
  - module: configmgr.tls.tls_order_info
"""

EXAMPLES = r"""
- name: Enable TLS 1.2, one restart group after the other
  hosts: "{{ query('configmgr.tls.batches', 'configmgr_tls_order') | flatten }}"
  serial: "{{ query('configmgr.tls.batches', 'configmgr_tls_order') | map('length') | list | default([1], true) }}"
  gather_facts: false
  tasks:
    - name: Enable TLS 1.2
      ansible.builtin.import_role:
        name: configmgr.tls.common
        tasks_from: enable
"""

RETURN = r"""
_raw:
  description: Host names, a list per batch; nothing where no host has the result, or its task was skipped.
  type: list
  elements: list
"""

from typing import Any

from ansible.plugins.lookup import LookupBase

from ansible_collections.configmgr.tls.plugins.plugin_utils._plain import plain


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: Any = None, **kwargs: Any) -> list[list[str]]:
        self.set_options(var_options=variables, direct=kwargs)
        found = _result(str(terms[0]), variables)
        batches = [[str(host) for host in batch["hosts"]] for batch in found.get("batches", [])]
        done = plain(found.get("done", [])) if self.get_option("done") else []
        return [done, *batches] if done else batches


def _result(name: str, variables: Any) -> dict[str, Any]:
    """The first that a host has: all hosts of a play have the same. Nobody has any where only the syntax is checked."""
    hostvars = variables.get("hostvars")
    for host in variables["groups"]["all"] if hostvars is not None else ():
        mine = hostvars.raw_get(host)
        if name in mine:
            return dict(mine[name])
    return {}
