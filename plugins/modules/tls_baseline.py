# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_baseline
short_description: Write the script that keeps clients right by a ConfigMgr baseline
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Writes a readable PowerShell script of ConfigMgr's own cmdlets, for an administrator to read and run on a computer
    with the console. It makes a configuration item for each kind of Windows that differs, a baseline of them and, with
    O(collection), its deployment. The values are those that M(configmgr.tls.tls_settings) writes by a visit.
  - ConfigMgr then audits each client, and repairs it with O(repair), for as long as the deployment is there. That goes
    for one that was off when the script ran. Nothing of this collection runs on a client.
  - The same options give the same bytes. A second run of the script changes nothing; it deletes nothing, and stops when
    something that it did not make has one of its names. Other options give a baseline of another name. Of those that
    this script made, one repairs a collection; the others only watch.
  - A baseline knows no former value and has no undo. Read the clients before (M(configmgr.tls.tls_cmpivot_facts)), and
    make the one with O(back) together with it.
options:
  path:
    description: The file to write, on the controller.
    type: path
    required: true
  site_code:
    description: Code of the site whose console runs it, for example V(PS1).
    type: str
    required: true
  collection:
    description:
      - Id of the collection of clients to deploy to, for example V(PS100021). Without it, nothing is deployed.
      - Items are for Windows of clients only. A server in the collection evaluates nothing.
    type: str
    default: ''
  repair:
    description: Whether the deployment repairs clients, or only watches what it would change. Needs O(collection).
    type: bool
    default: false
  gate_open:
    description:
      - Whether the gate is open, as M(configmgr.tls.tls_gate_info) found it.
      - A script that turns older protocols off (O(stage=disable) with O(repair)) is not written without it.
    type: bool
    default: false
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
  - configmgr.tls.site.baseline
seealso:
  - module: configmgr.tls.tls_baseline_info
  - module: configmgr.tls.tls_client_restart
  - module: configmgr.tls.tls_settings
"""

EXAMPLES = r"""
- name: Write a script that watches all clients
  configmgr.tls.tls_baseline:
    path: /tmp/enable.ps1
    site_code: PS1
    collection: PS100021
  run_once: true

- name: Write the one that takes it back
  configmgr.tls.tls_baseline:
    path: /tmp/enable_back.ps1
    site_code: PS1
    collection: PS100021
    repair: true
    back: true
  run_once: true
"""

RETURN = r"""
path:
  description: The file that was written, or would be in check mode.
  returned: success
  type: str
baseline:
  description: Name of the baseline that the script makes.
  returned: success
  type: str
  sample: configmgr.tls enable 82932d0a
version:
  description: A digest of what it wants, which is also in its name and description.
  returned: success
  type: str
  sample: 82932d0a
items:
  description: The configuration items.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Its name in the console.
      type: str
    windows:
      description: Which Windows it is for.
      type: list
      elements: str
      sample: [Windows 10 (64-bit), Windows 11]
    values:
      description: The values that it wants, each with C(path), C(name) and C(data).
      type: list
      elements: dict
kept:
  description: With O(back), what no baseline can take back, each with C(path) and C(reason).
  returned: success
  type: list
  elements: dict
code:
  description: V(bad_argument), V(gate_not_open), V(nothing_wanted) or V(not_written).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
