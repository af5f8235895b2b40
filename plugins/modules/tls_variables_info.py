# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_variables_info
short_description: Say which variables of a run are wrong
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Looks at the variables C(configmgr_tls_*) of all hosts of the play, and at the files and folders on the controller
    that they name, so that what is wrong is told before any machine is changed.
  - The task fails when a value is not of the type that it has to be, not among the choices, or out of range, and when
    waivers, certificates, or the folders of the site record and of the report cannot be used. All that is wrong is told
    at once, with the variable, its value, what is allowed, and the hosts.
  - A template of something that is only known later, such as what an audit finds, is not judged.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once); the playbooks of this collection
    do.
options:
  hosts:
    description: Hosts to look at. All hosts of the play when not given.
    type: list
    elements: str
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
notes:
  - The folders for the site record and for the report are made where they are not there; in check mode that for the
    site record is not.
seealso:
  - module: configmgr.tls.tls_connection_info
"""

EXAMPLES = r"""
- name: Check the variables of all hosts
  configmgr.tls.tls_variables_info:
  run_once: true
"""

RETURN = r"""
values:
  description: How many values were looked at.
  returned: success
  type: int
  sample: 84
problems:
  description: What is wrong, in a sentence each.
  returned: on failure
  type: list
  elements: str
  sample:
    - "configmgr_tls_restart is 'sometimes', and has to be one of by_role, machine, now, when_nobody, notice, configmgr,
      services, never (on PC10)"
code:
  description: V(bad_argument).
  returned: on failure
  type: str
"""
