# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_baseline_info
short_description: Read what ConfigMgr's clients told of a baseline
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Reads through the AdminService what each client told last of the baseline that the script of
    M(configmgr.tls.tls_baseline) makes with the same O(stage), O(back), O(components) and O(protocols).
  - It is evidence with an age, of what the client was then. A client that told nothing is V(not_told), never compliant.
    So is one that told something of another revision.
  - M(configmgr.tls.tls_record) keeps it when the result is registered as C(configmgr_tls_compliance).
  - Run it once per play (C(run_once)). No client is connected to.
options:
  hosts:
    description:
      - The clients to look at. When not given, those hosts of the play that are in the group C(client) and in the group
        of no other role.
      - A host is matched with the site's device that has the first part of its name.
    type: list
    elements: str
notes:
  - The account needs to read the site; the security role Read-only Analyst does.
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.site.service
  - configmgr.tls.site.baseline
seealso:
  - module: configmgr.tls.tls_baseline
  - module: configmgr.tls.tls_cmpivot_facts
"""

EXAMPLES = r"""
- name: Read what clients told of the baseline
  configmgr.tls.tls_baseline_info:
    url: https://cm01.corp.example
    stage: enable
  register: configmgr_tls_compliance
  run_once: true
"""

RETURN = r"""
baseline:
  description: Name of the baseline.
  returned: success
  type: str
  sample: configmgr.tls enable 82932d0a
read_at:
  description: When the site was asked, in UTC by the controller's clock, ISO 8601.
  returned: success
  type: str
  sample: '2026-11-28T21:05:00+00:00'
hosts:
  description: Each client.
  returned: success
  type: dict
  contains:
    state:
      description: V(compliant), V(not_compliant), V(error) or V(not_told).
      type: str
    told_at:
      description: When the client said so. V(null) for one that told nothing.
      type: str
    days:
      description: How many whole days ago that was.
      type: int
    mended_at:
      description: When the baseline last wrote on it. V(null) when it never did.
      type: str
    started_at:
      description: Its last start, as the site's hardware inventory knows it. V(null) when it knows none.
      type: str
    reason:
      description: Why the site has no such client.
      type: str
  sample: {pc10: {state: compliant, told_at: '2026-11-28T20:00:00+00:00', days: 0, mended_at: null, started_at: null}}
summary:
  description: How many clients are in each state.
  returned: success
  type: dict
  sample: {compliant: 4, not_compliant: 1, error: 0, not_told: 2}
msg:
  description: The same in a sentence.
  returned: success
  type: str
  sample: 4 compliant, 1 not compliant, 0 error, 2 not told
code:
  description: V(bad_argument), V(baseline_not_found), V(baseline_not_ours), or why the AdminService could not be asked.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
