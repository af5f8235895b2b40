# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_verify_info
short_description: Hold what is seen from outside against what the machines' settings lead to
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Probes every TLS endpoint of the roles of the hosts, as M(configmgr.tls.tls_probe_info) does, and compares the
    protocols that are accepted with those that the facts of the host lead to.
  - Asks the roles for their health over HTTPS. The health of the roles that talk to one of the hosts is asked as
    well, because that is where a conversation that broke shows first.
  - An endpoint that cannot be reached from the controller is unknown. It is never taken for good.
  - Runs on the controller. Use it once per play, with C(run_once), after M(configmgr.tls.tls_facts).
options:
  hosts:
    description: Hosts to look at. All hosts of the play when not given.
    type: list
    elements: str
  expect:
    description:
      - What the endpoints are held against - V(now), what is in force according to the facts; V(enable) or
        V(disable), what the facts forecast for after that stage; V(pending), protocols turned off, but not known to
        be in force.
    type: str
    choices: [now, enable, disable, pending]
    default: now
  protocols:
    description:
      - The protocols that the disable stage turns off.
      - V(SSL 2.0), V(SSL 3.0), V(TLS 1.0) and V(TLS 1.1) when not given.
    type: list
    elements: str
    choices: [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]
  baseline:
    description:
      - Result of this module from before a change. What was not well or not seen then is not held against the
        change.
    type: dict
  wait:
    description: Seconds in which everything may become as good as O(baseline); services start after their machine.
    type: float
    default: 0
  check_health:
    description: Whether to ask the roles for their health.
    type: bool
    default: true
  client_certificate:
    description:
      - Path on the controller of a client certificate in PEM form, for the health of sites that demand one.
    type: path
  client_key:
    description:
      - Path on the controller of the key of O(client_certificate), when it is not in the same file.
    type: path
  client_key_password:
    description: Password of the key.
    type: str
  ca_path:
    description:
      - Path on the controller of a file or directory of certificate authorities.
      - When given, a health request is only made to a server whose certificate they vouch for.
      - Without it the controller's own authorities are asked. A server that they do not vouch for is asked all the
        same, and RV(health[].doubt) and the message say so.
    type: path
  timeout:
    description: Seconds to wait for a connection, and again for its answer.
    type: float
    default: 5
  concurrency:
    description: How many endpoints are probed at the same time.
    type: int
    default: 50
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
notes:
  - Ports are those to which the machine has bound certificates, those that its instances of SQL Server were given,
    else ConfigMgr's defaults. The host variables
    C(configmgr_tls_port_management_point),
    C(configmgr_tls_port_distribution_point), C(configmgr_tls_port_software_update_point),
    C(configmgr_tls_port_state_migration_point), C(configmgr_tls_port_application_catalog),
    C(configmgr_tls_port_reporting), C(configmgr_tls_port_adminservice), C(configmgr_tls_port_enrollment_point) and
    C(configmgr_tls_port_sql) come before both. A port of 0 leaves the endpoint out.
  - The roles are looked for at C(configmgr_tls_address), or else C(ansible_host), or else the host's name, and asked
    for by C(configmgr_tls_server_name), when a certificate is for another name.
seealso:
  - module: configmgr.tls.tls_probe_info
  - module: configmgr.tls.tls_forecast_info
"""

EXAMPLES = r"""
- name: Read every machine
  configmgr.tls.tls_facts:

- name: See whether the machines do what their settings say
  configmgr.tls.tls_verify_info:
  run_once: true
  register: verified

- name: Name those that do not
  ansible.builtin.debug:
    var: verified.findings
  run_once: true
"""

RETURN = r"""
endpoints:
  description: One entry per endpoint.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host, by its name in the inventory.
      type: str
    role:
      description: The role that listens there.
      type: str
      sample: site_database
    port:
      description: TCP port.
      type: int
    kind:
      description: V(https) or V(tds).
      type: str
    expected:
      description: Protocols that the facts lead to, with a question mark before each that is not certain.
      type: list
      elements: str
      sample: ['?TLS 1.0', TLS 1.2]
    accepted:
      description: Protocols that were accepted.
      type: list
      elements: str
    status:
      description: V(pass), V(fail) when the two disagree, V(unknown) when it was not seen.
      type: str
    phrase:
      description: What is wrong.
      type: str
    certificate:
      description: What speaks against its certificate, as in M(configmgr.tls.tls_probe_info).
      type: list
      elements: dict
not_in_use:
  description:
    - Roles that take no TLS on their host, where a site uses HTTP - no certificate is bound to a port for them, or
      their port variable is V(0). Their endpoints are left out.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host.
      type: str
    role:
      description: The role.
      type: str
      sample: management_point
    port:
      description: The port that it would have by default.
      type: int
      sample: 443
health:
  description: One entry per health check.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host, by its name in the inventory.
      type: str
    role:
      description: The role that was asked.
      type: str
    check:
      description: What was asked.
      type: str
      sample: mplist
    health:
      description: V(healthy), V(limited), V(failing) or V(unreachable).
      type: str
    status:
      description: V(pass), V(fail), V(warn) or V(unknown).
      type: str
    phrase:
      description: What was answered.
      type: str
    doubt:
      description: Why no authority of the controller vouches for who answered.
      returned: when none does
      type: str
findings:
  description:
    - Findings per host, in the form of those of M(configmgr.tls.tls_facts), with the ids C(endpoint-disagrees),
      C(endpoint-unknown) and C(role-health).
  returned: success
  type: dict
failing:
  description: What is worse than O(baseline), or without one not well or not seen, in a sentence per host.
  returned: success
  type: dict
passed:
  description: Whether RV(failing) is empty.
  returned: success
  type: bool
stopped:
  description: Those of the hosts that failed a step of the run, and what was said.
  returned: success
  type: dict
code:
  description: V(bad_argument) or V(certificate_file).
  returned: on failure
  type: str
"""
