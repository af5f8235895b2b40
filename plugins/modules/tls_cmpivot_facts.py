# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_cmpivot_facts
short_description: Read the TLS state of ConfigMgr clients through CMPivot
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Asks ConfigMgr's own CMPivot for the registry values that decide about TLS on clients, for all of them with a few
    requests to the AdminService. No client is connected to.
  - Gives per client the very facts of M(configmgr.tls.tls_facts), marked with C(read_by=cmpivot). The reports and
    forecasts of a play find them when the result is registered as C(configmgr_tls_clients_read).
  - A client is never called compliant that did not answer. What CMPivot cannot tell (the type of a value, an
    unreadable key) is unknown or a warning, never a pass.
  - Run it once per play (C(run_once)). On each client ConfigMgr runs Microsoft's own signed script, which needs
    PowerShell 4 there.
options:
  hosts:
    description:
      - The clients to read. When not given, those hosts of the play that are in the group C(client) and in the group of
        no other role.
      - A host is matched with the site's device that has the first part of its name.
    type: list
    elements: str
  collection:
    description:
      - Ask all members of the collection with this id, for example V(SMS00001), and keep the answers of the clients to
        read. Without it, the site is given a list of them, which is meant for up to some thousand.
    type: str
    default: ''
  configmgr_version:
    description: The ConfigMgr release of the site, for example V(2309).
    type: int
  legacy:
    description: Whether the older protocols are meant to be V(allowed) or V(off).
    type: str
    choices: [allowed, 'off']
    default: allowed
  wait:
    description: Seconds after which no client is waited for any more.
    type: float
    default: 900
  settle:
    description: A question is over when no further client answered for so many seconds.
    type: float
    default: 30
  poll:
    description: Seconds between two looks at a question.
    type: float
    default: 5
  in_flight:
    description: How many questions are asked at a time.
    type: int
    default: 4
notes:
  - The account needs the right Run CMPivot on the collection, Read on Inventory Reports and Read on Collection. The
    security role Security Administrator has them. ConfigMgr audits every question (status message 40805).
  - Needs ConfigMgr 2107 or later.
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
  - configmgr.tls.site.service
seealso:
  - module: configmgr.tls.tls_facts
"""

EXAMPLES = r"""
- name: Read the clients through CMPivot
  configmgr.tls.tls_cmpivot_facts:
    url: https://cm01.corp.example
    collection: SMS00001
  register: configmgr_tls_clients_read
  run_once: true
"""

RETURN = r"""
hosts:
  description: The facts of each client that was read, in the form of C(configmgr_tls) of M(configmgr.tls.tls_facts).
  returned: success
  type: dict
  sample: {pc10: {schema: 1, read_by: cmpivot, compliant: true}}
not_read:
  description:
    - Each client that was not read, with C(outcome), C(code), C(message), C(remedy) and whether it counts as
      C(unreachable).
    - When the site could not be asked at all, the task fails, and this names each client with the reason.
    - C(outcome) is V(nothing), V(cut), V(failed), V(silent), V(offline) or V(not_asked).
  returned: success
  type: dict
  sample: {pc11: {outcome: offline, code: client_offline, unreachable: true}}
summary:
  description: How many clients had each outcome.
  returned: success
  type: dict
  sample: {answered: 4, nothing: 0, cut: 0, failed: 1, silent: 0, offline: 1, not_asked: 0}
msg:
  description: The same in a sentence.
  returned: success
  type: str
  sample: '4 clients answered; not read: 1 failed, 1 offline'
"""
