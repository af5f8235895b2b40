# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_record
short_description: Keep what a run learned of each machine
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Writes the facts of all hosts of the play that were read, with when and by which way, into the site record. It is a
    folder with a readable JSON file per machine. M(configmgr.tls.tls_report), M(configmgr.tls.tls_forecast_info) and
    M(configmgr.tls.tls_gate_info) take from there what they know of machines that a later run does not reach.
  - What M(configmgr.tls.tls_baseline_info) told of them is kept beside, with its age, when its result is registered as
    C(configmgr_tls_compliance). Where the baseline has written since the last reading, that reading is no longer taken
    for the machine of today.
  - Several runs may write at the same time. Of two readings of a machine the later one stays.
  - Files are for their user alone and hold no secret. One that is cut off, edited, a link, or of another form is told
    in RV(bad) and not believed.
  - Runs on the controller and asks no host. Use it once per play, with C(run_once).
options:
  path:
    description: Folder on the controller. It is made when it is not there. One that everybody may write to is refused.
    type: path
    required: true
  keep_days:
    description: Days after which the record of a machine that nobody has read since is removed.
    type: int
    default: 365
  hosts:
    description: Hosts to keep. All hosts of the play when not given.
    type: list
    elements: str
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
attributes:
  check_mode:
    details: Nothing is written in check mode.
  diff_mode:
    support: none
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_report
"""

EXAMPLES = r"""
- name: Read every machine
  configmgr.tls.tls_facts:

- name: Keep what was learned
  configmgr.tls.tls_record:
    path: /srv/configmgr_record
  run_once: true
"""

RETURN = r"""
written:
  description: How many records were written.
  returned: success
  type: int
pruned:
  description: Hosts whose records were removed for their age.
  returned: success
  type: list
  elements: str
bad:
  description: Files that cannot be believed, and why.
  returned: success
  type: dict
  sample: {PC10.json: it is not as it was written}
code:
  description: V(record_not_written) or V(record_not_safe).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
