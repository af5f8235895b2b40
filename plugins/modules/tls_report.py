# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_report
short_description: Report on the TLS state of all machines of a play
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Makes one document of the facts that M(configmgr.tls.tls_facts) left for the hosts of the play, shows what is left to do, and
    writes the document to a file on the controller if wanted.
  - Runs on the controller and visits no machine. Use it with C(run_once), after M(configmgr.tls.tls_facts).
  - Under AWX a summary becomes an artifact of the job.
options:
  path:
    description:
      - The file to write, on the controller. Its folder is made. No file is written when it is not given.
      - A relative path begins at the folder in which C(ansible-playbook) was started.
      - An execution environment keeps nothing that is not in a mounted folder.
    type: path
  formats:
    description: The formats to write; each gets its ending unless O(path) has it.
    type: list
    elements: str
    choices: [json]
    default: [json]
  hosts:
    description: The hosts to report on. All hosts of the play when not given, also those that failed.
    type: list
    elements: str
    default: []
  title:
    description: What the document is about.
    type: str
    default: audit
  run:
    description:
      - Name of the run.
      - By default the time at which C(ansible-playbook) started, or the job number under AWX.
    type: str
  fail_on:
    description:
      - Severity from which a failed or unknown finding puts its host into RV(failing). Hosts that were stopped or not read are
        always in it.
      - The task itself does not fail, so that the whole summary is seen; fail afterwards.
    type: str
    choices: [none, low, medium, high]
    default: none
  show:
    description: Whether to print the summary.
    type: bool
    default: true
extends_documentation_fragment:
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
attributes:
  check_mode:
    details: The file is written in check mode, too; nothing is changed on any host.
seealso:
  - module: configmgr.tls.tls_facts
"""

EXAMPLES = r"""
- name: Audit every machine
  configmgr.tls.tls_facts:

- name: Report, and fail when something of high severity is left
  configmgr.tls.tls_report:
    path: reports/tls.json
    fail_on: high
  register: report
  failed_when: report.failing | length > 0
  run_once: true
"""

RETURN = r"""
msg:
  description: The summary as text.
  returned: success
  type: str
summary:
  description: How many hosts are in which state, and which hosts need what.
  returned: success
  type: dict
  contains:
    hosts:
      description: Number of hosts.
      type: int
    compliant:
      description: Number of hosts without a failed or unknown finding.
      type: int
    not_compliant:
      description: Number of hosts with one.
      type: int
    stopped:
      description: Number of hosts that failed a step.
      type: int
    unreachable:
      description: Number of hosts that could not be reached or refused the login.
      type: int
    not_read:
      description: Number of hosts without facts.
      type: int
    changed:
      description: Number of hosts on which values were changed, or would be in check mode.
      type: int
    values:
      description: Number of these values.
      type: int
    restarted:
      description: Number of hosts that were restarted or had services restarted, or would be in check mode.
      type: int
    needs:
      description: Names of hosts by what mends their findings - V(settings), V(update), V(restart), V(manual).
      type: dict
files:
  description: The files that were written.
  returned: success
  type: list
  elements: str
failing:
  description: The hosts for which the run has to fail, and why.
  returned: success
  type: dict
  sample: {MP02: 'enable: not_applied: MP02: 1 of 12 values are not as they were set'}
not_ready:
  description: The hosts because of which no older protocol may be turned off anywhere, and why.
  returned: success
  type: dict
  sample: {SQL01: ['sql-server-build: SQL Server 2012 SP2 does not support TLS 1.2']}
ansible_stats:
  description: The summary as custom statistics, which AWX keeps as the job's artifacts.
  returned: success
  type: dict
code:
  description: Stable name of the failure, V(bad_argument) or V(report_not_written).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
