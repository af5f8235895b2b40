# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_client_restart
short_description: Have ConfigMgr restart clients that a baseline has mended
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Asks ConfigMgr for the restart by its client notification. The client shows the countdown of the site's client
    settings, 90 minutes when nobody set another, and restarts at its end.
  - Asked are only clients that told that they are compliant with the baseline of the same O(stage), O(back),
    O(components) and O(protocols). The baseline has to have written something after their last start, and the site has
    to have them as online.
  - Only on the owner's word (O(confirmed)), and in waves. Never a server. A host that has another role than C(client),
    or a device that is not known to be a workstation, is passed over.
  - Who is off is not told, and need not be. The settings come into force with the next start of any kind.
options:
  confirmed:
    description: The owner's word that these clients may be restarted. Not needed in check mode.
    type: bool
    default: false
  collection:
    description: Id of a collection that has all of the clients and that the account may notify.
    type: str
    default: SMS00001
  wave:
    description: How many clients are asked at a time.
    type: int
    default: 50
  pause:
    description: Seconds between two waves.
    type: float
    default: 600
  hosts:
    description:
      - The clients. When not given, those hosts of the play that are in the group C(client) and in the group of no
        other role.
    type: list
    elements: str
notes:
  - The account needs the right Notify Resource on the collection; the security role Operations Administrator has it.
  - When the last start was is known from the last hardware inventory. A client that has started since is asked once
    more.
  - The number of this notification (17) is from public programs; no page of Microsoft's says it.
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.changing
  - configmgr.tls.site.service
  - configmgr.tls.site.baseline
attributes:
  diff_mode:
    support: none
seealso:
  - module: configmgr.tls.tls_baseline
  - module: configmgr.tls.tls_restart
"""

EXAMPLES = r"""
- name: See who would be asked to restart
  configmgr.tls.tls_client_restart:
    url: https://cm01.corp.example
  check_mode: true
  run_once: true

- name: Ask for the restarts, fifty clients every half hour
  configmgr.tls.tls_client_restart:
    url: https://cm01.corp.example
    confirmed: true
    wave: 50
    pause: 1800
  run_once: true
"""

RETURN = r"""
waves:
  description: The clients of each wave, and the number of the site's operation, which is V(null) in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{clients: [pc10, pc11], operation: 16791240}]
hosts:
  description:
    - What was done about each host.
    - V(asked), V(not_needed) (nothing was written since its last start), V(not_set) (it did not tell that it is
      compliant), V(offline), V(not_a_client) or V(not_found).
  returned: success
  type: dict
  sample: {pc10: asked, pc11: asked, pc12: offline}
summary:
  description: How many hosts had each outcome.
  returned: success
  type: dict
msg:
  description: The same in a sentence.
  returned: success
  type: str
  sample: 2 clients asked to restart, in 1 waves
code:
  description:
    - V(bad_argument), V(baseline_not_found), V(baseline_not_ours), V(not_confirmed), V(restart_forbidden),
      V(restart_not_taken), or why the AdminService could not be asked. RV(waves) are those that were asked before.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
