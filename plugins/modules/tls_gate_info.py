# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_gate_info
short_description: Say whether the older protocols may be turned off, and every reason why not
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Gathers every reason against the disable stage over all hosts of the play - conversations that would or might
    break, hosts that
    were not reached, failed or unknown findings, pending restarts, the FIPS policy, old SQL Server builds and
    drivers, WinRM itself,
    and legacy use that was seen in event logs.
  - Owners can accept named reasons in a waiver file, one by one and for a time. There is no way to accept
    everything. That a host was
    not reached or failed a step of the run, or that WinRM would be lost, cannot be waived.
  - In check mode, findings that the enable stage and its restarts mend are no reasons.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once).
options:
  hierarchy:
    description:
      - All hosts of the ConfigMgr hierarchy. Those that are not among O(hosts) count as not reached, because what
        talks to them cannot be judged.
      - O(hosts) when not given.
    type: list
    elements: str
  waivers:
    description:
      - Path of a YAML file on the controller, a list of waivers.
      - Each has C(id), C(reason) (the code of a reason), C(condition) (JMESPath over C(name) and C(facts), true for
        the hosts meant),
        C(why), C(owner) and C(expires) (the last day on which it holds).
    type: path
  verified:
    description:
      - Result of M(configmgr.tls.tls_verify_info). An endpoint that disagrees with its machine's settings or could not
        be seen, and a role that is not well, are reasons.
      - When not given, nobody looked; this is told as a warning.
    type: dict
  legacy_use:
    description:
      - Who was seen to use older protocols, as a list of names per host.
      - Without it, the result of M(configmgr.tls.tls_events_info) in the host variable C(configmgr_tls_events).
      - When not given, nobody looked; this is told as a warning.
    type: dict
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.common.hierarchy
requirements:
  - C(jmespath) on the controller, for waivers
seealso:
  - module: configmgr.tls.tls_forecast_info
  - module: configmgr.tls.tls_settings
"""

EXAMPLES = r"""
- name: Read every machine
  configmgr.tls.tls_facts:

- name: Ask whether the older protocols may be turned off
  configmgr.tls.tls_gate_info:
  run_once: true
  register: gate

- name: Stop when they may not
  ansible.builtin.assert:
    that: gate.open
    fail_msg: "{{ gate.msg }}"
  run_once: true
"""

RETURN = r"""
open:
  description: Whether no reason is left.
  returned: success
  type: bool
reasons:
  description: What keeps the gate shut.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: A finding's id, C(conversation:ID), V(not_reached), V(step_failed), V(winrm_lost) or
        V(legacy_use).
      type: str
      sample: conversation:client-management-point
    host:
      description: The host it is about.
      type: str
    phrase:
      description: The reason in a sentence.
      type: str
    remedy:
      description: What to do about it.
      type: str
shut_by:
  description: The same per host, as sentences that begin with the code.
  returned: success
  type: dict
waived:
  description: Reasons that an owner accepted, with the id of the waiver.
  returned: success
  type: list
  elements: dict
waived_for:
  description: Codes of the accepted reasons per host, for O(configmgr.tls.tls_settings#module:waived).
  returned: success
  type: dict
unused_waivers:
  description: Waivers that no reason needed.
  returned: success
  type: list
  elements: str
expired_waivers:
  description: Waivers whose last day is over.
  returned: success
  type: list
  elements: str
gate_warnings:
  description: What was not looked at.
  returned: success
  type: list
  elements: str
code:
  description: V(bad_waivers) when the file cannot be used, V(missing_library) without C(jmespath).
  returned: on failure
  type: str
"""
