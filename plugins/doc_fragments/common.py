# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  roles:
    description:
      - ConfigMgr roles of the host, as ids (see the list of roles in the guide), for example V(management_point).
      - They are added to those that the machine's own registry shows, and to the inventory groups of the host that are
        named like a role id, with or without the prefix C(configmgr_).
    type: list
    elements: str
    default: []
  configmgr_version:
    description:
      - The ConfigMgr release of the site, for example V(2309). What drivers and which .NET Framework a role needs
        depends on it.
      - Only needed for machines that cannot tell it themselves; a site server can.
    type: int
"""

    BACKUP = r"""
options:
  backup_location:
    description:
      - Folder on the host for backups and the journal of changes.
      - An absolute path, or one that begins with C(%SystemRoot%) or C(%ProgramData%). No other variable is expanded.
      - In the default place only administrators write. Anywhere else the first change makes the folder for them alone.
        One that is there already is used only when nobody else may write there or owns it, and never over a junction.
    type: str
    default: '%SystemRoot%\configmgr.tls'
"""

    HIERARCHY = r"""
options:
  protocols:
    description:
      - The protocols that would be turned off.
      - V(SSL 2.0), V(SSL 3.0), V(TLS 1.0) and V(TLS 1.1) when not given.
    type: list
    elements: str
    choices: [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]
  hosts:
    description: Hosts to look at. All hosts of the play when not given.
    type: list
    elements: str
"""

    RECORD = r"""
options:
  record:
    description:
      - Folder of the site record on the controller, as M(configmgr.tls.tls_record) keeps it. What is known of hosts
        that this run did not read is taken from there, with its age.
      - A file that cannot be believed is named and passed over.
    type: path
"""

    MAINTENANCE = r"""
options:
  maintenance:
    description: Windows of maintenance. Any time will do when there is none.
    type: list
    elements: dict
    default: []
    suboptions:
      days:
        description: The days on which the window opens, by the first three letters of their English names.
        type: list
        elements: str
      from:
        description: When it opens, such as V(22:00), in quotes.
        type: str
        required: true
      to:
        description: When it closes. A time that is not after O(maintenance[].from) is on the next day.
        type: str
        required: true
      zone:
        description: Whose clock is meant; that of a machine is the controller's in the time zone of the machine.
        type: str
        choices: [controller, machine]
        default: controller
"""
