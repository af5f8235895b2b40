# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of the collection can do, for their documentation."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
requirements:
  - C(pywinrm) on the controller for hosts with C(ansible_connection=winrm), C(pypsrp) for those with
    C(ansible_connection=psrp), an OpenSSH client for those with C(ansible_connection=ssh)
attributes:
  platform:
    description: Target operating systems.
    support: full
    platforms: windows
"""

    ACTION = r"""
attributes:
  action:
    description: The whole work is done by an action plugin on the controller; nothing is copied to the host.
    support: full
  async:
    description: Supports being used with the C(async) keyword.
    support: none
  action_group:
    description: Use C(group/configmgr.tls.tls) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - configmgr.tls.tls
"""

    CONTROLLER = r"""
attributes:
  platform:
    description: Target operating systems.
    support: full
    platforms: all
    details: Runs on the controller and asks no host over its connection.
"""

    READING = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Nothing is ever changed, so check mode makes no difference.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: none
"""

    CHANGING = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: The predicted changes are exactly those that a real run then makes.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff
      mode.
    support: full
"""
