# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_config_file
short_description: Write the .NET configuration file that gives the application catalog TLS 1.2
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Writes C(W2SP.exe.config) into C(%SystemRoot%\System32\inetsrv), with exactly the content that Microsoft gives for
    an application catalog that does not initialise.
  - A file that is there already is copied first. With O(state=restored) it comes back; where there was none, ours is
    deleted.
  - The application catalog was deprecated in ConfigMgr 1806 and is gone since 1910. Removing the role, or moving it to
    HTTPS, is better than this file, and is left to an administrator - with HTTP message security WCF uses SSL 3.0 and
    TLS 1.0 only, whatever the file says.
options:
  name:
    description: Which configuration file.
    type: str
    choices: [application-catalog]
    default: application-catalog
  state:
    description: Whether the file has to be as it should (V(present)), or as it was before us (V(restored)).
    type: str
    choices: [present, restored]
    default: present
  run:
    description: Name of the run, for the backup. Made from the time, or from the job number of AWX, when not given.
    type: str
  force:
    description: With O(state=restored), restore even where somebody changed the file since.
    type: bool
    default: false
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common.backup
seealso:
  - module: configmgr.tls.tls_diagnose_info
  - module: configmgr.tls.tls_restart
"""

EXAMPLES = r"""
- name: Give the application catalog TLS 1.2
  configmgr.tls.tls_config_file:
  register: file

- name: Restart it
  configmgr.tls.tls_restart:
  when: file.changed
"""

RETURN = r"""
path:
  description: The file on the machine.
  returned: success
  type: str
  sample: '%SystemRoot%\System32\inetsrv\W2SP.exe.config'
restart_required:
  description: Whether the machine has to be restarted for the change to be in force.
  returned: success
  type: bool
backup:
  description: The copy of the file that was there before.
  returned: when there was one and it was replaced
  type: dict
  sample: {path: '%SystemRoot%\configmgr.tls\job-77\001-application-catalog.config'}
code:
  description: V(no_folder) (the machine has no IIS), V(conflict), V(unreadable), V(no_answer), V(not_applied)
    or V(bad_argument).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
