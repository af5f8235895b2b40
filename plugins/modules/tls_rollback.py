# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_rollback
short_description: Restore a machine's TLS settings to the state before a run
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Restores every value that M(configmgr.tls.tls_settings) changed in a run, and in the runs after it, exactly as it
    was; values and keys that did not exist are deleted again.
  - Refuses when somebody changed one of the values since, and names them, unless O(force=true); and when one of them
    cannot be read.
options:
  run:
    description: Name of the run to go back before. The last one when not given.
    type: str
  stage:
    description:
      - Take back nothing before the first change of this stage. With V(disable), the older protocols are turned on
        again and TLS 1.2 stays enabled.
    type: str
    choices: [enable, disable]
  must_exist:
    description: Whether a machine that O(run) did not change is a failure. Otherwise nothing is done there.
    type: bool
    default: true
  force:
    description: Restore the former values even where somebody changed them since.
    type: bool
    default: false
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common.backup
seealso:
  - module: configmgr.tls.tls_settings
"""

EXAMPLES = r"""
- name: Take back the last run
  configmgr.tls.tls_rollback:

- name: Go back to the state before job 77, whoever changed what since
  configmgr.tls.tls_rollback:
    run: job-77
    force: true
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
changes:
  description: The values that were restored, or would be in check mode, as read back. C(null) stands for absent.
  returned: always
  type: list
  elements: dict
  sample:
    - path: HKLM\SOFTWARE\Microsoft\.NETFramework\v4.0.30319
      name: SchUseStrongCrypto
      before: REG_DWORD 0x1
      after: null
runs:
  description: The runs that were taken back, newest first.
  returned: success
  type: list
  elements: str
restart_required:
  description: Whether a restart is needed for the settings to be in force. V(null) when this cannot be told.
  returned: success
  type: bool
conflicts:
  description: Values that somebody changed since, C(before) being what we left and C(after) what is there.
  returned: when there are some
  type: list
  elements: dict
unreadable:
  description: The values that could not be read.
  returned: when RV(code) is V(unreadable)
  type: list
  elements: str
code:
  description:
    - Stable name of the failure.
    - V(conflict), V(unreadable) (one of the values could not be read; nothing was changed), V(unknown_run),
      V(no_undo_file) (a backup is missing or damaged; nothing was changed), V(not_writable) (a former value fits no
      command line; nothing was changed), or one of M(configmgr.tls.tls_settings).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
