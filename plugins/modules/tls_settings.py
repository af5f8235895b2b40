# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_settings
short_description: Bring a machine's TLS settings to what ConfigMgr needs
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Sets the SCHANNEL, .NET Framework and WinHTTP values of a stage, and only those that differ.
  - The O(stage=enable) stage only adds. What talked before still talks afterwards.
  - The O(stage=disable) stage turns older protocols off. It is refused while the machine itself is not ready for it.
  - Before anything is changed, the former state of exactly what is touched is written to a C(.reg) file on the
    machine that undoes the change by a double-click. Afterwards the values are read back; what was read is what is
    returned.
  - A machine that needs nothing is visited with one command line, any other with two.
  - Outside of O(maintenance) a machine that O(stage=enable) would change is left as it is. The disable stage does not
    look at it, since one machine may not stay behind.
options:
  stage:
    description: What to do.
    type: str
    choices: [enable, disable]
    default: enable
  components:
    description: Which settings to bring in order.
    type: list
    elements: str
    choices: [schannel, dotnet, winhttp]
    default: [schannel, dotnet, winhttp]
  protocols:
    description:
      - Which protocols O(stage=disable) turns off. Cannot be combined with O(stage=enable).
      - V(SSL 2.0), V(SSL 3.0), V(TLS 1.0) and V(TLS 1.1) when not given.
    type: list
    elements: str
    choices: [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]
  waived:
    description:
      - Ids of findings that an owner accepted for this machine, as M(configmgr.tls.tls_gate_info) returns them.
      - They no longer keep O(stage=disable) from running here, unless they are unknown. Cannot be combined with
        O(stage=enable).
    type: list
    elements: str
    default: []
  run:
    description:
      - Name of the run, to go back to the state before it with M(configmgr.tls.tls_rollback).
      - By default the time at which C(ansible-playbook) started, or the job number under AWX.
    type: str
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common
  - configmgr.tls.common.backup
  - configmgr.tls.common.maintenance
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_gate_info
  - module: configmgr.tls.tls_rollback
  - module: configmgr.tls.tls_restart
"""

EXAMPLES = r"""
- name: Enable TLS 1.2
  configmgr.tls.tls_settings:
    stage: enable
  register: enabled

- name: Restart when the change needs it
  configmgr.tls.tls_restart:
  when: enabled.restart_required

- name: See what turning off TLS 1.0 and 1.1 would change
  configmgr.tls.tls_settings:
    stage: disable
    protocols: [TLS 1.0, TLS 1.1]
  check_mode: true
  diff: true
"""

RETURN = r"""
protocols_before:
  description:
    - Which protocols were on before the change, by side (C(client), C(server)), as in M(configmgr.tls.tls_facts).
  returned: when something was changed
  type: dict
begun:
  description: When the work began, in UTC by the controller's clock, ISO 8601.
  returned: when something was changed
  type: str
  sample: '2026-11-24T21:05:00+00:00'
ended:
  description: When it was done.
  returned: when something was changed
  type: str
  sample: '2026-11-24T21:05:03+00:00'
changes:
  description: The values that were changed, or would be in check mode, as read back. C(null) stands for absent.
  returned: always
  type: list
  elements: dict
  contains:
    path:
      description: Registry key.
      type: str
      sample: HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client
    name:
      description: Name of the value.
      type: str
      sample: Enabled
    before:
      description: Type and data before.
      type: str
      sample: REG_DWORD 0x0
    after:
      description: Type and data after.
      type: str
      sample: REG_DWORD 0x1
left:
  description: Until when the machine is left as it is, in C(until); null where that is not known.
  returned: when its window of maintenance is shut and something would be changed
  type: dict
  sample: {until: '2026-11-28T20:00:00+00:00'}
backup:
  description: The backup on the machine and the run it belongs to.
  returned: when something was changed
  type: dict
  sample: {path: '%SystemRoot%\configmgr.tls\job-77\001-enable.reg', run: job-77}
restart_required:
  description: Whether a restart is needed for the settings to be in force. V(null) when this cannot be told.
  returned: success
  type: bool
not_applied:
  description: Changes that are not there after the attempt.
  returned: on failure
  type: list
  elements: dict
unreadable:
  description: The values, or keys, that could not be read.
  returned: when RV(code) is V(unreadable)
  type: list
  elements: str
code:
  description:
    - Stable name of the failure.
    - V(bad_argument), V(unreadable) (a value could not be read, or not whether this is a 64-bit Windows, so nothing
      was changed), V(no_backup) (nothing was changed), V(backup_incomplete), V(not_applied) (C(not_applied) names the
      values), V(interrupted) (the connection was lost; C(changes) is what was done), V(interrupted_unknown),
      V(not_ready) (the machine is not ready for O(stage=disable)), V(windows_unknown), V(not_writable) (a value that is
      there cannot be kept in a backup, so nothing was changed), or the code of a connection failure.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
reasons:
  description: Why the machine is not ready.
  returned: when RV(code) is V(not_ready)
  type: list
  elements: dict
"""
