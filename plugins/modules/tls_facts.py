# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_facts
short_description: Read the TLS state of a ConfigMgr machine and judge it
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Reads everything that decides about TLS on a Windows machine with one command line (SCHANNEL, .NET Framework,
    WinHTTP, SQL Server and its client components, WSUS, ConfigMgr roles) and compares it with what ConfigMgr needs
    for TLS 1.2.
  - Works on every Windows since Windows 7 and Windows Server 2008 R2; nothing but C(reg), C(wevtutil) and, on old
    builds, C(wmic) runs on the machine. PowerShell is not used.
options:
  legacy:
    description:
      - Whether the older protocols are meant to be V(allowed) or V(off). With V(off) a machine that still has one of
        them on is not compliant.
    type: str
    choices: [allowed, 'off']
    default: allowed
  quick_look:
    description:
      - Seconds in which something has to answer at the port of the connection, before the connection itself is tried
        with its own time-out. A machine that is off costs no more than that.
      - A packet that is lost is sent again after a second; below that, a machine may count as off for one.
      - There is no look with V(0), behind a proxy, and over a jump host.
    type: float
    default: 0
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.reading
  - configmgr.tls.common
  - configmgr.tls.common.backup
attributes:
  facts:
    description: Action returns an C(ansible_facts) dictionary that will update existing host facts.
    support: full
seealso:
  - module: configmgr.tls.tls_settings
"""

EXAMPLES = r"""
- name: Audit a machine
  configmgr.tls.tls_facts:
  register: audit

- name: Name what is wrong
  ansible.builtin.debug:
    msg: "{{ audit.ansible_facts.configmgr_tls.findings | selectattr('status', 'eq', 'fail') | map(attribute='title')
      | list }}"

- name: Audit a management point whose registry does not tell the site's release
  configmgr.tls.tls_facts:
    roles: [management_point]
    configmgr_version: 2309
"""

RETURN = r"""
ansible_facts:
  description: Facts about the host.
  returned: success
  type: dict
  contains:
    configmgr_tls:
      description: The TLS state of the machine.
      type: dict
      returned: success
      contains:
        schema:
          description: Version of this structure.
          type: int
          sample: 1
        read_at:
          description: When the machine was read, by the controller's clock, UTC.
          type: str
          sample: '2026-11-28T08:00:00+00:00'
        read_by:
          description: By which way, V(visit) or V(cmpivot).
          type: str
        compliant:
          description: Whether no finding failed and none is unknown.
          type: bool
        restart_required:
          description: Whether our last change is in force only after a restart. Null when this cannot be told.
          type: bool
        pending_restart:
          description: What makes Windows wait for a restart.
          type: list
          elements: str
        roles:
          description: Ids of the ConfigMgr roles, found on the machine, in the inventory, or given.
          type: list
          elements: str
          sample: [client, management_point]
        restart_group:
          description: Place of the machine in the order of restarts, lowest first; the highest of its roles.
          type: int
          sample: 60
        windows:
          description: Build, name, product (client or server) and architecture.
          type: dict
          sample: {build: 17763, name: Windows Server 2019 Standard, product: server, architecture: x64, revision: 5329}
        configmgr:
          description:
            - Site code, release and version as far as the machine tells them.
            - C(role_site) is the site of its site system roles, C(assigned_site) that of its client,
              C(parent_site) the one above C(role_site); each only when the machine tells it.
              C(site_code) is the first of the two that there is.
          type: dict
          sample: {site_code: S01, role_site: S01, assigned_site: PS1, parent_site: PS1, version: 5.0.9122.1000}
        https_ports:
          description: The ports that C(http.sys) has a certificate for. Left out when that could not be told.
          type: list
          elements: int
          sample: [443, 8531]
        https_off:
          description:
            - The protocols that flags of a certificate's binding turn off, by port; with a question mark where that is
              not certain. Left out when there is none.
          type: dict
          sample: {'443': [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]}
        sql_ports:
          description: The TCP ports of instances of SQL Server, given or dynamic. Left out when there is none.
          type: list
          elements: int
          sample: [1433]
        sql_encryption:
          description:
            - What each instance of SQL Server insists on to have encrypted - the V(login) only, V(all) (Force
              Encryption), or V(strict) (Force Strict Encryption, TDS 8.0). Left out when it is not known.
          type: dict
          sample: {MSSQLSERVER: login}
        protocols:
          description:
            - What SCHANNEL's values come to per side and protocol after the next restart.
            - V(on), V(on_request) (only for programs that ask for it by name), V(off), V(not_supported) or V(unknown).
          type: dict
          sample: {client: {TLS 1.2: 'on'}, server: {TLS 1.2: 'on'}}
        stacks:
          description:
            - What the programs of the machine offer and accept, per stack, after the enable stage (C(enable)) and
              C(now) where that
              differs; a question mark stands before what is not certain. An empty C(now) is not known.
            - C(cause) is the finding that keeps TLS 1.2 out.
          type: dict
          sample: {winhttp: {enable: [TLS 1.0, TLS 1.1, TLS 1.2], now: [SSL 3.0, TLS 1.0]}}
        fips:
          description: Whether the FIPS policy is on.
          type: bool
        suites:
          description:
            - The cipher suites that the machine offers, in its order, by their registered numbers in hexadecimal
              digits; from its policy, its own list, or the default of its Windows, less those whose algorithms are
              turned off.
            - A question mark stands before what is not certain.
          type: list
          elements: str
          sample: [c030, c02f, '?000a']
        feigns:
          description: Protocols that the machine is set to and that its Windows does not have. It may answer with them
            and then fail.
          type: list
          elements: str
        settings:
          description: The values that are set, as read. What is not listed is absent.
          type: dict
        components:
          description: Versions of .NET Framework, SQL Server instances, SQL client components, WSUS, WinHTTP.
          type: dict
        findings:
          description: One entry per requirement that the machine or one of its roles is asked. One that passed or does
            not apply has C(id), C(status) and C(actual) only.
          type: list
          elements: dict
          contains:
            id:
              description: Stable name of the requirement.
              type: str
              sample: winhttp-update
            title:
              description: What it is about.
              type: str
            status:
              description: V(pass), V(fail), V(warn), V(unknown), V(not_applicable) or V(waived).
              type: str
            severity:
              description: V(high), V(medium) or V(low).
              type: str
            expected:
              description: What the requirement asks for.
              type: str
            actual:
              description: What was seen.
              type: str
            reasons:
              description: Each deviation with a stable code and a phrase.
              type: list
              elements: dict
            remedy:
              description: What to do.
              type: str
            fix:
              description: What mends it - V(settings), V(update), V(restart) or V(manual).
              type: str
            evidence:
              description: Where it was seen, and the value.
              type: list
              elements: dict
        runs:
          description: Our changes that are on the machine, oldest first.
          type: list
          elements: dict
          sample: [{run: job-77, stage: enable}]
        taken_back:
          description: Runs of ours that were taken back whole. Left out when there are none.
          type: list
          elements: str
          sample: [job-76]
        unreadable:
          description: Registry keys that exist and could not be read.
          type: list
          elements: str
"""
