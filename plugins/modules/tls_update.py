# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_update
short_description: Install the updates that TLS 1.2 needs on a machine
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Installs what the findings of an audit ask for, from files that you provide. These are updates of WinHTTP, WSUS and
    SQL Server, the .NET Framework, and the components that talk to SQL Server with what they need themselves.
  - A machine that has what a package brings, or something later, gets nothing. File versions and builds decide.
  - The files are described by a manifest with their SHA-256, which M(configmgr.tls.tls_update_manifest) writes. Each
    file is checked on the machine before it is run.
  - Installers run as C(SYSTEM) by the task scheduler, one at a time. The module waits for them, reads their exit code,
    removes files and task, and reads the state of the machine again. What that shows is the result.
  - When the controller or the machine goes away in between, the next run waits for the installation that is running
    and goes on from what it finds.
  - PowerShell is not used, and TLS 1.2 is not needed on the machine.
options:
  source:
    description:
      - Where the files are.
      - A folder of the controller, a share (C(\\server\share\folder)), or an address (C(http://) or C(https://)).
      - It may be left out in check mode only. Every package of the catalogue counts as there then, so that you see what
        to get from Microsoft.
    type: str
  manifest:
    description:
      - Path of the manifest on the controller.
      - By default C(manifest.yml) beside the files. For a share it has to be given, as the controller does not read it.
    type: path
  packages:
    description:
      - Install only these packages of the catalogue.
      - A package that is named here is installed also when no finding asks for it, unless it is installed already.
    type: list
    elements: str
    default: []
  sql_server:
    description:
      - Whether SQL Server itself may be updated. Its service is down meanwhile, and with it the site.
      - Needs O(sql_server_downtime).
    type: bool
    default: false
  sql_server_downtime:
    description: How many minutes of downtime the owners of the databases agreed to. Updates that may take longer are
      refused.
    type: int
    default: 0
  transfer:
    description:
      - How files get to the machine.
      - V(smb) pushes them from the controller to C(ADMIN$) with the login of the connection (TCP port 445).
      - V(fetch) lets the machine fetch them as C(SYSTEM) from a share, where its computer account needs read access, or
        from an C(http) address.
      - V(shell) sends them through the command shell, and only up to 4 MiB.
      - With V(auto), shares and C(http) addresses are fetched, all others are pushed. A C(https) address is read by the
        controller, because the machine may not have TLS 1.2 yet.
    type: str
    choices: [auto, smb, fetch, shell]
    default: auto
  smb_port:
    description: TCP port of SMB on the machine.
    type: int
    default: 445
  smb_user:
    description:
      - Account for C(ADMIN$). By default that of the connection.
      - Without a password a Kerberos ticket of the controller is used.
    type: str
  smb_password:
    description: Password of O(smb_user).
    type: str
  restart:
    description:
      - Whether the machine may be restarted, before a package that needs that and at the end.
      - Without it a package that needs a restart first is refused, and RV(restart_required) says what is left to do.
    type: bool
    default: false
  only_when_nobody:
    description:
      - Whether it is restarted only when nobody is logged on, at the console or by remote desktop. A machine that does
        not tell has somebody. Otherwise it is as without O(restart).
    type: bool
    default: false
  timeout:
    description:
      - Seconds to wait for one installation. What takes longer goes on, and the next run waits for it again.
    type: int
    default: 3600
  busy_timeout:
    description: Seconds to try again while somebody else's installation runs on the machine.
    type: int
    default: 900
  delay:
    description: Seconds between the command and a restart, in which the connection can be closed in order.
    type: int
    default: 2
  down_timeout:
    description: Seconds to wait for the machine to go down.
    type: int
    default: 300
  up_timeout:
    description: Seconds to wait for the machine to be back.
    type: int
    default: 1800
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common
  - configmgr.tls.common.backup
attributes:
  diff_mode:
    support: none
requirements:
  - C(smbprotocol) on the controller, where files are pushed
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_update_manifest
  - module: configmgr.tls.tls_update_plan
notes:
  - Updates are not taken back by M(configmgr.tls.tls_rollback).
"""

EXAMPLES = r"""
- name: Install what the audit asks for, and restart where that is needed
  configmgr.tls.tls_update:
    source: /srv/updates
    restart: true

- name: Update SQL Server within an agreed downtime
  configmgr.tls.tls_update:
    source: /srv/updates
    packages: [sql-2012-sp4]
    sql_server: true
    sql_server_downtime: 60
    restart: true

- name: Let the machine fetch the files itself
  configmgr.tls.tls_update:
    source: \\files01.corp.example\updates
    manifest: /srv/updates/manifest.yml
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
  sample: '2026-11-24T21:35:03+00:00'
packages:
  description: What was installed, in this order, or would be in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: The package.
      type: str
      sample: dotnet-4.8
    title:
      description: What it is.
      type: str
    file:
      description: The owner's file.
      type: str
    size:
      description: Its size in bytes.
      type: int
    reasons:
      description: The findings or packages that ask for it, or V(requested).
      type: list
      elements: str
      sample: [dotnet-release]
    restart:
      description: V(windows) when it may need a restart of the machine, V(none) otherwise.
      type: str
    services:
      description: Services that are down meanwhile.
      type: list
      elements: str
    minutes:
      description: How long it may take.
      type: int
    state:
      description: V(installed), V(already_installed) (the installer said so), V(not_applicable) (the installer said
        so of an update that Windows does not list once a later one contains it), or V(would_install) in check mode.
      type: str
    exit_code:
      description: The exit code of the installer. Not in check mode.
      type: int
open:
  description: What is asked for and cannot be installed, and why.
  returned: on success
  type: list
  elements: dict
  contains:
    subject:
      description: The finding or package.
      type: str
    code:
      description: V(no_file) (not in the manifest), V(no_package) (the catalogue has none for this Windows),
        V(sql_server_not_asked), or V(sql_server_cluster) (an instance of a failover cluster, which is never
        patched, or one that does not tell whether it is).
      type: str
    phrase:
      description: The same as a sentence.
      type: str
    remedy:
      description: What to do.
      type: str
restarts:
  description: How many times the machine was restarted, or would be at least in check mode.
  returned: on success
  type: int
restart_required:
  description: Whether a restart is needed before what was installed counts.
  returned: on success
  type: bool
downtime:
  description: Minutes that SQL Server may be down.
  returned: in check mode, and when it was not agreed on
  type: int
code:
  description:
    - Stable name of the failure.
    - Of the files V(bad_source), V(no_source), V(no_manifest), V(bad_manifest), V(bad_name), V(wrong_hash),
      V(too_large), V(no_folder), V(missing_library), V(fetch_failed), V(smb_login), V(smb_denied),
      V(smb_unreachable), V(smb_dropped).
    - Of the machine V(already_running) (another run installs something), V(job_unknown), V(no_space),
      V(restart_first), V(restart_refused), V(not_down), V(not_back), V(task_refused).
    - Of the installation V(installer_failed), V(installer_not_applicable), V(installer_busy), V(installer_no_space),
      V(installer_timeout), V(interrupted), V(interrupted_unknown), V(not_installed).
    - V(downtime_not_agreed), V(bad_argument), or the code of a connection failure.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
