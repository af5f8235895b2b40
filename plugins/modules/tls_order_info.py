# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_order_info
short_description: Say which machines are changed together, and in which order
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Takes the facts that M(configmgr.tls.tls_facts) read of all hosts of the play and puts the hosts into batches,
    by restart group, lowest first.
  - A site server in passive mode comes before the active one, and secondary replicas of SQL Server come before the
    primary one.
  - Management points, site database servers and site servers are batches of one.
  - In the O(stage=update) and O(stage=disable) stages the first of all other machines of a group is a canary, a batch
    of its own.
    Machines on which the protocols are off already, or that need no update, are left out, so that a run that was cut
    short goes on where it was.
  - Hosts without facts, or that failed a step of the run, have no place in the order.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once).
options:
  stage:
    description: The stage to order the hosts for.
    type: str
    choices: [update, enable, disable]
    default: disable
  batch_size:
    description:
      - How many machines the O(stage=update) and O(stage=disable) stages change together after the canary, as a number
        or as a percentage of those that are left of the restart group.
      - In the O(stage=enable) stage, a restart group is one batch.
    type: str
    default: 25%
  everybody:
    description: Whether the O(stage=update) stage is also for machines that no finding asks to be updated.
    type: bool
    default: false
  protocols:
    description:
      - The protocols that the O(stage=disable) stage turns off.
      - V(SSL 2.0), V(SSL 3.0), V(TLS 1.0) and V(TLS 1.1) when not given.
    type: list
    elements: str
    choices: [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]
  hosts:
    description: Hosts to look at. All hosts of the play when not given.
    type: list
    elements: str
  run:
    description: Name of the run, as for M(configmgr.tls.tls_settings).
    type: str
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
notes:
  - The host variable C(configmgr_sql_replica) is V(secondary) or V(primary) on servers of an availability group.
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_settings
"""

EXAMPLES = r"""
- name: Read every machine
  configmgr.tls.tls_facts:

- name: Find the batches of the disable stage
  configmgr.tls.tls_order_info:
    batch_size: 10%
  run_once: true
  register: order
"""

RETURN = r"""
batches:
  description: The batches, one after the other.
  returned: success
  type: list
  elements: dict
  contains:
    restart_group:
      description: The restart group of its hosts.
      type: int
      sample: 60
    kind:
      description: V(canary), V(single) (a role that goes one at a time) or V(batch).
      type: str
    hosts:
      description: The hosts.
      type: list
      elements: str
done:
  description: Hosts that are where the O(stage=disable) stage leads.
  returned: success
  type: list
  elements: str
run:
  description: Name of the run, to take its changes back.
  returned: success
  type: str
  sample: job-77
known_run:
  description: Whether one of the hosts was changed by O(run), whether that was taken back or not.
  returned: success
  type: bool
code:
  description: V(bad_argument) when the batch size or the name of the run cannot be used.
  returned: on failure
  type: str
"""
