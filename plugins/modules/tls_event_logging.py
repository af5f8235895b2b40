# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_event_logging
short_description: Have Schannel log completed handshakes for a while
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Opens an observation window on a machine - Schannel's value C(EventLogging) is set to 7 (errors, warnings, and
    completed handshakes), and the former value is kept on the machine.
  - Closing the window restores the value exactly as it was; one that did not exist is deleted again.
  - Every TLS handshake then writes an event of about one kilobyte to the System log. On a busy management point that
    is thousands an hour, and older events of the log are pushed out. Open a window for a measured time, and give the
    log the size it needs.
  - Old pages of Microsoft say that a change of this value needs a restart. M(configmgr.tls.tls_events_info) tells
    whether handshakes are being logged.
options:
  state:
    description: Whether to open (V(started)) or to close (V(stopped)) the window.
    type: str
    choices: [started, stopped]
    required: true
  run:
    description: Name of the run, for the backup. Made from the time, or from the job number of AWX, when not given.
    type: str
  force:
    description: When closing, restore the former value even where somebody changed it since.
    type: bool
    default: false
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.changing
  - configmgr.tls.common.backup
seealso:
  - module: configmgr.tls.tls_events_info
"""

EXAMPLES = r"""
- name: Open the observation window
  configmgr.tls.tls_event_logging:
    state: started

- name: Close it, a week later
  configmgr.tls.tls_event_logging:
    state: stopped
"""

RETURN = r"""
changes:
  description: The value that was set, or would be in check mode. C(null) stands for absent.
  returned: success
  type: list
  elements: dict
  sample:
    - path: HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL
      name: EventLogging
      before: REG_DWORD 0x1
      after: REG_DWORD 0x7
window:
  description: The window that is open afterwards, null when none is. Where completed handshakes were logged anyway
    none is opened.
  returned: success
  type: dict
  sample: {run: job-77, since: '2026-11-16T09:00:00Z'}
backup:
  description: The file on the machine that a double-click restores.
  returned: when something was changed
  type: dict
  sample: {path: '%SystemRoot%\configmgr.tls\job-77\001-observe.reg'}
code:
  description: V(conflict), V(unreadable), V(no_backup), V(no_undo_file), V(not_applied) or V(bad_argument).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
