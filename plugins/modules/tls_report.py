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
  - Makes one document of the facts that M(configmgr.tls.tls_facts) left for the hosts of the play, shows what is
    left to do, and writes the document to a file on the controller if wanted.
  - Runs on the controller and visits no machine. Use it with C(run_once), after M(configmgr.tls.tls_facts).
  - Whatever else the playbooks of this collection registered is in the document, too - the forecast
    (C(configmgr_tls_forecast)), the gate (C(configmgr_tls_gate)), the look from outside (C(configmgr_tls_verified)),
    changes, restarts, batches, and per host the events (C(configmgr_tls_events)).
  - Under AWX a summary becomes an artifact of the job.
options:
  path:
    description:
      - Where to write on the controller. A folder, in which the files are called C(report) with the ending of their
        format, or the name of one file, of which the others take the part before the ending. Folders are made.
      - The endings are C(.html), C(.json), C(.junit.xml), C(.sarif), C(.csv) and C(.md).
      - No file is written when it is not given.
      - A relative path begins at the folder in which C(ansible-playbook) was started.
      - An execution environment keeps nothing that is not in a mounted folder.
    type: path
  formats:
    description:
      - The formats to write.
      - V(html) is one page that needs no network, V(json) the whole document, V(junit) and V(sarif) are for
        pipelines, V(csv)
        for spreadsheets, V(markdown) for change tickets.
    type: list
    elements: str
    choices: [html, json, junit, sarif, csv, markdown]
    default: [json]
  compare_with:
    description:
      - An earlier report in the format V(json). The report then says what is new, what is fixed, what is still open,
        and what somebody else changed.
      - It may be the file that is about to be replaced. It is no failure when there is no such file yet.
    type: path
  waivers:
    description:
      - Path of a YAML file on the controller, a list of waivers, as for M(configmgr.tls.tls_gate_info).
      - A failed finding or a warning that a waiver is about is reported as waived and does not stand against
        compliance. What is unknown was not judged and cannot be waived.
    type: path
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
      - Severity from which a failed or unknown finding puts its host into RV(failing). Hosts that were stopped or
        not read are always in it.
      - The task itself does not fail, so that the whole summary is seen; fail afterwards.
    type: str
    choices: [none, low, medium, high]
    default: none
  seen_days:
    description:
      - Days for which O(record) may stand for reading a host that does not answer. Such a host is not in RV(failing)
        for being away, but for what O(fail_on) says of its findings as they were seen.
    type: float
    default: 0
  show:
    description: Whether to print the summary.
    type: bool
    default: true
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.common.record
requirements:
  - C(jmespath) on the controller, for waivers
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

- name: Write every format, and compare with the audit before
  configmgr.tls.tls_report:
    path: reports
    formats: [html, json, junit, sarif, csv, markdown]
    compare_with: reports/report.json
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
    waiting:
      description: Number of hosts that lack nothing but a restart, which was left for later as their owner wanted.
      type: int
    not_compliant:
      description: Number of the other hosts with one.
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
    seen:
      description: Number of hosts that were not read and are known from the site record.
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
    conversations:
      description: Number of conversations that were forecast.
      type: int
      returned: when there was a forecast
    broken:
      description: Numbers of those that do not certainly work in the stages C(now), C(enable) and C(disable).
      type: dict
      returned: when there was a forecast
    waived:
      description: Number of findings that their owners accepted.
      type: int
    needs:
      description: Names of hosts by what mends their findings - V(settings), V(update), V(restart), V(manual).
      type: dict
comparison:
  description: The comparison in numbers. None without O(compare_with) or without an earlier report.
  returned: success
  type: dict
  contains:
    new:
      description: Number of findings that are open now and were not.
      type: int
    fixed:
      description: Number of findings that were open and are not any more.
      type: int
    still_open:
      description: Number of findings that are open in both.
      type: int
    by_others:
      description: Number of values and findings that differ although no run of this collection touched them.
      type: int
    not_seen:
      description: Number of hosts of both that this run did not read. Nothing of theirs counts as fixed.
      type: int
    changed_by_others:
      description: The first twenty of these, each with C(host), C(what), C(before) and C(after).
      type: list
      elements: dict
    with:
      description: Title, time, run and collection version of the earlier report.
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
ansible_stats:
  description: The summary as custom statistics, which AWX keeps as the job's artifacts.
  returned: success
  type: dict
code:
  description: Stable name of the failure, V(bad_argument), V(report_not_written) or V(report_not_read).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
