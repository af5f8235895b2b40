# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_awx
short_description: Set up AWX or automation controller for this collection
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Makes job templates, surveys, a weekly schedule and a workflow with an approval, with what they need, over the API
    of AWX. A second run changes nothing, and what somebody changed by hand is put right.
  - Nodes and links of the workflow are exactly those that it makes. Others are taken away, for one of them could be a
    way past the approval.
  - Credentials are made by hand in AWX, for their secrets are their owner's. Here they are only named.
  - Runs on the controller and asks no host. The playbook C(configmgr.tls.awx) has a variable for each option.
options:
  url:
    description: Address of AWX, without a path.
    type: str
    required: true
  token:
    description:
      - A token with the scope write, of an administrator of the organization.
      - The credential type, an organization that is missing, and an execution environment that belongs to no
        organization take a system administrator.
    type: str
    required: true
  api:
    description: Path of the API. A controller behind a gateway has V(/api/controller/v2).
    type: str
    default: /api/v2
  validate_certs:
    description: Check the certificate of AWX.
    type: bool
    default: true
  ca_path:
    description: File of the authorities that AWX's certificate may be from, by default those of the controller.
    type: path
  timeout:
    description: Seconds to wait for an answer.
    type: float
    default: 60
  sync_timeout:
    description:
      - Seconds to wait for the sync of the project. AWX takes no template before its playbook has been synced.
    type: float
    default: 600
  organization:
    description: The organization that everything belongs to.
    type: str
    default: Default
  image:
    description: Image of the execution environment. Without it AWX chooses one.
    type: str
    default: ''
  project_url:
    description:
      - Address of the git repository with the playbooks and the inventory file.
      - Without it the project C(ConfigMgr TLS) has to be there, and is used as it is.
    type: str
    default: ''
  project_branch:
    description: Its branch, tag or commit.
    type: str
    default: ''
  playbooks:
    description: Folder of the playbooks in the project.
    type: str
    default: playbooks
  inventory_file:
    description: The inventory file in the project.
    type: str
    default: site.configmgr.yml
  machine_credential:
    description: Name of the credential for the machines.
    type: str
    default: ConfigMgr machines
  inventory_credential:
    description: Name of the credential for the SMS Provider.
    type: str
    default: ConfigMgr AdminService
  forks:
    description: Machines that a job visits at the same time.
    type: int
    default: 50
  client_slices:
    description: Jobs that the audit of the clients is cut into.
    type: int
    default: 4
  webhook:
    description: Address that is told of a failed compliance run. Nobody is told without it.
    type: str
    default: ''
  schedule:
    description: When the compliance run is, as an iCalendar rule. Every Sunday at 03:00 UTC by default.
    type: str
    default: DTSTART:20260104T030000Z RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU
  approval_timeout:
    description: Seconds that the workflow waits for the approval.
    type: int
    default: 604800
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
"""

EXAMPLES = r"""
- name: Set up AWX
  configmgr.tls.tls_awx:
    url: https://awx.corp.example
    token: "{{ lookup('ansible.builtin.env', 'CONTROLLER_OAUTH_TOKEN') }}"
    project_url: https://git.corp.example/tls.git
    image: registry.corp.example/configmgr-tls:1
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
changes:
  description: What was changed, in check mode what would be.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(made), V(changed), V(attached) or V(taken away).
      type: str
      returned: success
    object:
      description: Endpoint and name of the object, and the part of it.
      type: str
      returned: success
    fields:
      description: Names of the fields. Their values are in the diff.
      type: list
      elements: str
      returned: success
  sample:
    - action: changed
      object: job_templates ConfigMgr TLS audit
      fields: [job_type]
missing:
  description: What is not there, in sentences; such as a credential that nobody made yet.
  returned: on success
  type: list
  elements: str
code:
  description:
    - Stable name of the failure. V(awx_settings), V(awx_no_project), V(awx_rights), V(awx_sync),
      V(awx_playbook), V(awx_refused), V(awx_ambiguous), V(awx_unreachable), V(awx_time_out), V(awx_certificate),
      V(awx_elsewhere), V(awx_taken) or V(awx_answer).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
