# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_connection_info
short_description: Say how the controller reaches a host, and where that fails
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Looks at the way from the controller to a host one step after the other, up to the first that fails - what the
    controller has (libraries, Kerberos, files), the name of the host, its port, TLS, the logins that it offers, the
    login with the connection plugin of the host, and a command that does nothing.
  - The first thing to run when a first connection fails, and before a first run.
  - When a step fails the task fails, with the code and the remedy of that step, and with everything that was found.
  - One login is made, and a password is tried once. Only where a host refused a Kerberos ticket over https, a second
    login shows whether a proxy is the reason.
options:
  scope:
    description:
      - Whether to look at the way to the V(host), or only at what the V(controller) has for it.
      - With V(controller) no host is asked. The task fails when all hosts of the play are reached in the same way, and
        something is missing for it - a library, a file with authorities, a Kerberos ticket. Use it once per play, with
        C(run_once); the playbooks of this collection do.
    type: str
    choices: [host, controller]
    default: host
  timeout:
    description: Seconds to wait for the port, for TLS and for the offers. The login has its own time-outs.
    type: float
    default: 10
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.reading
notes:
  - No password and no ticket is in the result.
  - Where a proxy is set, the steps C(name), C(port), C(tls) and C(offers) are skipped.
seealso:
  - module: configmgr.tls.tls_facts
"""

EXAMPLES = r"""
- name: Look at the connection
  configmgr.tls.tls_connection_info:
  register: way

- name: Say once what is missing on the controller
  configmgr.tls.tls_connection_info:
    scope: controller
  run_once: true

- name: Show its steps
  ansible.builtin.debug:
    var: way.steps
"""

RETURN = r"""
controller:
  description:
    - What the controller has.
    - C(libraries) with their versions, C(openssl), C(lowest_protocol) of it, and C(kerberos) with the configuration
      file, the cache of tickets, and, where C(pypsrp[kerberos]) is installed, the realm and the ticket that is there.
  returned: with O(scope=host)
  type: dict
target:
  description: What the connection uses for this host. C(service) is the principal that a Kerberos ticket is asked for.
  returned: with O(scope=host)
  type: dict
  sample:
    connection: winrm
    host: cm01.corp.example
    port: 5986
    scheme: https
    authentication: [kerberos]
    user: tls-admin@CORP.EXAMPLE
    service: HTTP/cm01.corp.example
steps:
  description: The steps in their order.
  returned: with O(scope=host)
  type: list
  elements: dict
  contains:
    step:
      description: V(controller), V(name), V(port), V(tls), V(offers), V(login) or V(command).
      type: str
    status:
      description: V(ok), V(failed), or V(skipped) with the reason in RV(steps[].detail).
      type: str
    seconds:
      description: How long it took.
      type: float
    detail:
      description: What was seen - addresses, protocol, offers, or the words of the library.
      type: str
    code:
      description: Stable name of the failure, as in the guide about errors.
      returned: when the step failed
      type: str
    remedy:
      description: What to do.
      returned: when the step failed
      type: str
failed_step:
  description: The first step that failed. Null when the connection works.
  returned: with O(scope=host)
  type: str
clock_difference:
  description: Seconds that the clock of the host is ahead of the controller's. Null when its answer does not tell.
  returned: with O(scope=host)
  type: int
code:
  description: The code of the step that failed.
  returned: on failure
  type: str
remedy:
  description: The remedy of the step that failed.
  returned: on failure
  type: str
"""
