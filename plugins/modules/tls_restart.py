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
  - A machine with somebody in front of it is left alone when O(policy) says so. It is set, and waits for a restart;
    that is no failure, and the next run restarts it.
  - Outside of O(maintenance) the machine is not restarted, whatever O(policy) says; it waits. A restart with a notice
    is announced only when it ends within a window. Windows do not hold for O(services).
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
  policy:
    description:
      - What is done when somebody is logged on, at the console or by remote desktop. A session that is disconnected
        counts, and so does a machine that does not tell.
      - V(machine) restarts at once, whoever is there. What is not saved is lost. Nobody is asked for.
      - V(now) restarts at once when nobody is logged on, else after O(notice), and waits until the machine is back.
      - V(when_nobody) restarts at once when nobody is logged on, without force, so that Windows itself refuses for
        somebody who has come meanwhile. Else the machine waits.
      - V(notice) restarts at once when nobody is logged on, else it announces a restart in O(notice) minutes, and does
        not wait for it. At its end Windows closes all programs by force.
      - V(configmgr) leaves the restart to ConfigMgr. The machine waits.
    type: str
    choices: [machine, now, when_nobody, notice, configmgr]
    default: machine
  notice:
    description:
      - Minutes between the announcement of a restart and the restart, with V(now) and V(notice).
      - Windows shows a notice at once when they are less than ten, and ten minutes before the end when they are more
        than eleven. V(0) is no notice.
    type: float
    default: 15
  cancel:
    description:
      - Take back a restart that was announced, instead of all else. It need not be ours - Windows has only one, and
        does not say whose.
    type: bool
    default: false
  delay:
    description:
      - Seconds between the command and a restart at once, in which the connection can be closed in order.
      - Not with V(when_nobody), where Windows has to refuse for somebody who has come meanwhile.
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
    description: What Windows shows to users who are logged on, 512 characters at the most.
    type: str
    default: Restart for TLS settings of Configuration Manager
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common.backup
  - configmgr.tls.common.maintenance
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

- name: Restart a client in the evening, when nobody is logged on
  configmgr.tls.tls_restart:
    policy: when_nobody
    maintenance:
      - {days: [mon, tue, wed, thu, fri], from: "20:00", to: "05:00", zone: machine}
      - {days: [sat, sun], from: "00:00", to: "24:00"}

- name: Take back a restart that was announced
  configmgr.tls.tls_restart:
    cancel: true
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
state:
  description:
    - What becomes of the machine, or would in check mode.
    - V(not_needed), V(restarted), V(services), V(cancelled), V(waiting) for what RV(waits_for) says, or V(announced),
      which is a restart that Windows counts down to.
  returned: always
  type: str
waits_for:
  description:
    - V(people) who are logged on, a V(window) of maintenance, V(configmgr), the end of the V(notice), or a
      V(countdown) that somebody else began. V(none) when nothing is waited for.
  returned: always
  type: str
until:
  description: When the machine may or will be restarted, in UTC, ISO 8601. V(none) when that is not known.
  returned: always
  type: str
logged_on:
  description: Who is logged on, with their sessions. Not asked for with O(policy=machine) and no window.
  returned: when a restart is needed
  type: list
  elements: dict
  contains:
    user:
      description: The account, or its security identifier when the machine does not tell its name.
      type: str
    session:
      description: What Windows called the session when it began, such as V(Console).
      type: str
configmgr_pending:
  description: Whether ConfigMgr's client is seen to have a restart of its own pending. Nothing is decided by it.
  returned: when people were asked for
  type: bool
logged_on_known:
  description: Whether the machine told who is logged on. When it did not, somebody is.
  returned: when a restart is needed
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
    - V(restart_refused) and V(cancel_refused) (Windows did not take the command), V(not_down) (the machine did not go
      down in time), V(not_back) (it did not come back in time), V(service_not_stopped), V(service_not_started),
      V(service_unknown) (it did not tell its state), or the code of a connection failure.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
