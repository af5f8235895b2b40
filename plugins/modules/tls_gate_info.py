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
    break, site databases and other hosts that
    were not read, failed or unknown findings, pending restarts, the FIPS policy, old SQL Server builds and
    drivers, WinRM itself,
    and legacy use that was seen in event logs.
  - Owners can accept named reasons in a waiver file, one by one and for a time. There is no way to accept
    everything. That a host failed a step of the run, that WinRM would be lost, that a server was not reached, or what
    is unknown of a machine cannot be waived.
  - With O(seen_days) what is known of a host from an earlier run may stand for reading it.
  - In check mode, findings are no reasons where the enable stage of the same run would mend them, by its results in
    the host variables C(configmgr_tls_enabled) and C(configmgr_tls_restarted), which the playbooks register. That it
    would change a machine and not restart it is a reason.
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
      - A waiver for the reason V(not_reached) is for clients only, and has C(number), the most machines that it
        accepts. With more of them it covers none.
    type: path
  seen_days:
    description:
      - Days for which O(record) may stand for reading a host that does not answer, or that is not among O(hosts). What
        keeps the gate shut in its facts does so as in those of today.
      - V(0) for none. A record from before a change never stands, unless the change is one of ConfigMgr's baseline, and
        what M(configmgr.tls.tls_baseline_info) told of it later proves that it is in force.
    type: float
    default: 0
  leave_out_inactive:
    description:
      - Whether clients that were not reached are no reason where ConfigMgr itself calls them inactive.
      - The inventory plugin tells that in C(configmgr_client_active).
    type: bool
    default: false
  verified:
    description:
      - Result of M(configmgr.tls.tls_verify_info). An endpoint that disagrees with its machine's settings or could not
        be seen, and a role that is not well, are reasons.
      - When not given, nobody looked; this is told as a warning.
    type: dict
  legacy_use:
    description:
      - Who was seen to use older protocols, as a list of names per host, null where no handshake was logged.
      - Without it, the result of M(configmgr.tls.tls_events_info) in the host variable C(configmgr_tls_events).
      - When not given, nobody looked; this is told as a warning. So are the hosts of which no log tells, and those
        whose log in that variable is cut or begins later than was asked.
    type: dict
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.common.hierarchy
  - configmgr.tls.common.record
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
      description: A finding's id, C(conversation:ID), V(database_not_read), V(not_reached), V(step_failed),
        V(winrm_lost) or V(legacy_use).
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
exceeded_waivers:
  description: Waivers that are about more machines than they accept, and cover none.
  returned: success
  type: list
  elements: str
seen:
  description: Hosts whose record stands for reading them, with C(read_at), C(read_by), C(days), C(last_start) and
    C(last_change); with C(compliance) (C(state) and C(days)) where it told something of ConfigMgr's baseline.
  returned: success
  type: list
  elements: dict
  sample: [{host: PC10, read_at: '2026-11-08T08:00:00+00:00', read_by: visit, days: 20}]
left_out:
  description: Clients that were not reached and are no reason, since ConfigMgr calls them inactive.
  returned: success
  type: list
  elements: str
gate_warnings:
  description: What was not looked at, and files of the site record that cannot be believed.
  returned: success
  type: list
  elements: str
code:
  description: V(bad_waivers) when the file cannot be used, V(missing_library) without C(jmespath).
  returned: on failure
  type: str
"""
