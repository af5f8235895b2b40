# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_restart
short_description: Restart a machine or its services and wait until they are back
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Restarts the machine, or named services, when a change of TLS settings needs it, and waits until it is truly
    back. The machine has to answer, and what tells one uptime from the next has to have changed.
  - The machine is restarted by C(shutdown /r), without PowerShell.
options:
  when:
    description:
      - With V(required) nothing is done unless our last change is in force only after a restart.
      - V(always) restarts in any case.
    type: str
    choices: [required, always]
    default: required
  services:
    description:
      - Restart these services instead of the machine. They are stopped in this order and started in the reverse one, so
        name a service before those that it needs. Services that do not exist or do not run are passed over.
      - SCHANNEL settings are in force only after a restart of the machine; .NET settings after one of the service
        that uses them.
    type: list
    elements: str
    default: []
  delay:
    description: Seconds between the command and the restart, in which the connection can be closed in order.
    type: int
    default: 2
  down_timeout:
    description: Seconds to wait for the machine to go down, or for a service to stop.
    type: int
    default: 300
  up_timeout:
    description: Seconds to wait for the machine to be back, or for a service to start.
    type: int
    default: 1800
  message:
    description: What Windows shows to users who are logged on.
    type: str
    default: Restart for TLS settings of Configuration Manager
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common.backup
attributes:
  diff_mode:
    support: none
"""

EXAMPLES = r"""
- name: Restart when a change waits for it
  configmgr.tls.tls_restart:

- name: Restart ConfigMgr's components after a .NET change
  configmgr.tls.tls_restart:
    when: always
    services: [SMS_EXECUTIVE]
"""

RETURN = r"""
begun:
  description: When the work began, in UTC by the controller's clock, ISO 8601.
  returned: when something was changed
  type: str
  sample: '2026-11-24T21:05:00+00:00'
ended:
  description: When it was done.
  returned: when something was changed
  type: str
  sample: '2026-11-24T21:05:03+00:00'
restarted:
  description: Whether the machine was restarted, or would be in check mode.
  returned: always
  type: bool
services:
  description: The services that were restarted.
  returned: always
  type: list
  elements: str
elapsed:
  description: Seconds from the command until the machine was back.
  returned: when the machine was restarted
  type: int
reason:
  description: Why nothing was done, or what the restart was for.
  returned: always
  type: str
code:
  description:
    - Stable name of the failure.
    - V(restart_refused) (Windows did not take the command), V(not_down) (the machine did not go down in time),
      V(not_back) (it did not come back in time), V(service_not_stopped), V(service_not_started), or the code of a
      connection failure.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
