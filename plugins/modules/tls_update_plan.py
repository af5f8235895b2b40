# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_update_plan
short_description: Write down which machines need which update
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Takes what M(configmgr.tls.tls_update) predicted in check mode for all hosts of the play and turns it round. For
    each package it writes a CSV table of the machines and a query rule for a collection of ConfigMgr.
  - It is for owners who deploy updates with ConfigMgr itself.
  - Tables of packages that no machine needs any more are removed from the folder.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once).
options:
  folder:
    description: Folder on the controller for the files.
    type: path
    required: true
  variable:
    description: The variable in which the result of M(configmgr.tls.tls_update) was registered.
    type: str
    default: configmgr_tls_updated
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
attributes:
  diff_mode:
    support: none
seealso:
  - module: configmgr.tls.tls_update
"""

EXAMPLES = r"""
- name: See what would be installed
  configmgr.tls.tls_update:
    source: /srv/updates
  check_mode: true
  register: configmgr_tls_updated

- name: Write it down by package
  configmgr.tls.tls_update_plan:
    folder: /srv/update_plan
  run_once: true
"""

RETURN = r"""
packages:
  description: The machines of each package.
  returned: on success
  type: dict
  sample:
    dotnet-4.8: [app1.corp.example]
files:
  description: The files of the plan.
  returned: on success
  type: list
  elements: str
not_read:
  description: Hosts of which nothing is known.
  returned: on success
  type: list
  elements: str
left_open:
  description:
    - What no package of the plan mends, by machine, as RV(configmgr.tls.tls_update#module:open) says it. The first
      machines are warnings, too.
  returned: on success
  type: dict
  sample:
    sql1.corp.example: ["wsus-update: no package of the catalogue mends it on this Windows"]
code:
  description: Stable name of the failure, V(not_written).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
