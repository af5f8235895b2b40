# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_forecast_info
short_description: Say which conversations of the hierarchy work now, and which would break
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Takes the facts that M(configmgr.tls.tls_facts) read of all hosts of the play and works out, for every
    conversation of a
    ConfigMgr hierarchy, which protocol its two ends agree on - now, after the enable stage, and after older
    protocols are off.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once).
  - What is not known of a host is unknown for all of its conversations; it never counts as working.
options:
  hierarchy:
    description: All hosts of the ConfigMgr hierarchy. Of those that are not among O(hosts) what O(record) tells is
      counted; the others are left out.
    type: list
    elements: str
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.common.hierarchy
  - configmgr.tls.common.record
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_gate_info
"""

EXAMPLES = r"""
- name: Read every machine
  configmgr.tls.tls_facts:

- name: See what turning off the older protocols would break
  configmgr.tls.tls_forecast_info:
  run_once: true
  register: forecast

- name: Name the causes
  ansible.builtin.debug:
    msg: "{{ forecast.broken.disable | map(attribute='cause') | unique | list }}"
  run_once: true
"""

RETURN = r"""
conversations:
  description: One entry per conversation and pair of groups of equal hosts.
  returned: always
  type: list
  elements: dict
  contains:
    conversation:
      description: Stable name of the conversation.
      type: str
      sample: client-management-point
    title:
      description: What it is.
      type: str
    caller:
      description: The hosts that call, the first few by name.
      type: str
      sample: CL0001, CL0002 and 998 more
    callee:
      description: The hosts that are called.
      type: str
    callers:
      description: Number of hosts that call.
      type: int
    callees:
      description: Number of hosts that are called.
      type: int
    port:
      description: The default port.
      type: int
    caller_scope:
      description:
        - Code of the site of the hosts that call. In conversations that cross a whole hierarchy, code of its topmost
          site. Left out when it is not known, and for ends that are outside of the hierarchy.
      type: str
      sample: S01
    callee_scope:
      description: The same of the hosts that are called.
      type: str
      sample: PS1
    now:
      description: The protocol agreed on, V(works) when only that is certain, V(broken), or V(unknown).
      type: str
    enable:
      description: The same after the enable stage.
      type: str
    disable:
      description: The same after the protocols are off.
      type: str
    cause:
      description: Why it does not work, in a sentence. Only where a stage is not certain to work.
      type: str
      sample: 'PC7B offers TLS 1.0 only: WinHTTP update KB3140245 is missing'
    remedy:
      description: What to do about it.
      type: str
    loses:
      description: What users lose with it.
      type: str
broken:
  description: The conversations that do not certainly work, by stage.
  returned: always
  type: dict
  contains:
    now:
      description: Before anything is changed.
      type: list
      elements: dict
    enable:
      description: After the enable stage.
      type: list
      elements: dict
    disable:
      description: After the protocols are off.
      type: list
      elements: dict
pairs:
  description: How many pairs of machines were looked at.
  returned: always
  type: int
unreached:
  description: Hosts of which nothing is known.
  returned: always
  type: list
  elements: str
seen:
  description: Hosts that this run did not read, counted as O(record) knows them.
  returned: always
  type: list
  elements: str
notes:
  description: Files of the site record that cannot be believed.
  returned: always
  type: list
  elements: str
not_encrypted:
  description:
    - The conversations that are not encrypted, as RV(conversations). No port of the hosts that are called takes TLS in
      a role that may do without, so that nothing can break there.
  returned: always
  type: list
  elements: dict
met_nobody:
  description:
    - Hosts with which no other host of the play talks, though their roles talk to somebody. Machines are missing in
      the inventory then, or the site of a machine is not the right one.
  returned: always
  type: list
  elements: str
database_not_read:
  description: Hosts that call a site database which is not among the machines that were read. What becomes of these
    conversations nobody knows; the gate takes it for a reason.
  returned: always
  type: list
  elements: str
"""
