# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_diagnose_info
short_description: Name the cause of a TLS failure from a machine's own logs
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Looks in the logs that the roles of a machine write, and in its Schannel events, for everything that is known to
    point at TLS - the known issues of Microsoft's page about TLS 1.2 in ConfigMgr, and more.
  - What is found is linked to the requirements that are not met on the same machine, so that a symptom comes with its
    cause and its remedy.
  - One command line reads the state of the machine, one asks for the folders of its logs, and one to five more search
    the logs there with C(findstr). Only matching lines travel, at most 58 of a log; a log with more than 28 matching
    lines takes two more commands, which count them and read the newest.
  - The full logs before each (C(.lo_), or the name with date and time) are searched as well.
  - Logs in UTF-8, in UTF-16 with a mark, and in the code page of Windows are read.
options:
  days:
    description: How far back to look for events, from 1 to 366. Logs, and the full ones before each, are read whole.
    type: int
    default: 7
  log_folders:
    description:
      - More folders of the machine to look in for every log, for example V(D:\\Saved\\Logs). Those of the machine's own
        registry, and the usual ones on other drives, are found without.
      - Variables such as C(%SystemDrive%) cannot be used.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.reading
  - configmgr.tls.common
  - configmgr.tls.common.backup
seealso:
  - module: configmgr.tls.tls_facts
  - module: configmgr.tls.tls_events_info
  - module: configmgr.tls.tls_config_file
"""

EXAMPLES = r"""
- name: Ask the machine what is wrong
  configmgr.tls.tls_diagnose_info:
  register: diagnosis

- name: Say it
  ansible.builtin.debug:
    msg: "{{ diagnosis.symptoms | map(attribute='cause') | list }}"
"""

RETURN = r"""
symptoms:
  description: What was found, at most ten, the surest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Stable name of the sign.
      type: str
      sample: srsrp-receive
    issue:
      description: The known issue of Microsoft's page that it belongs to. Left out when it is none of them.
      type: str
    title:
      description: What was seen, in a few words.
      type: str
    log:
      description: The log, event or finding that shows it.
      type: str
      sample: srsrp.log
    path:
      description: Where that is on the machine.
      type: str
    line:
      description: Number of the newest line. Left out where there is none, or where it cannot be told.
      type: int
    count:
      description: How often it was seen among the lines that were read.
      type: int
    last:
      description: When it was seen last, in the time of the machine's log (events are in UTC). Null when not told.
      type: str
    says:
      description: The newest line, shortened.
      type: str
    before_restart:
      description: Whether the newest line is older than the machine's last start. Left out when that cannot be told.
      type: bool
    causes:
      description: The requirements behind it that are not met on this machine, at most three.
      type: list
      elements: dict
      contains:
        finding:
          description: Id of the finding.
          type: str
        status:
          description: V(fail), V(unknown) or V(warn).
          type: str
        phrase:
          description: What is wrong.
          type: str
    cause:
      description: What it means, and what of it is true on this machine.
      type: str
    remedy:
      description: What to do.
      type: str
    advice:
      description: What is recommended and not done by the collection, and why. Left out when there is none.
      type: str
    conversations:
      description: The conversations that are concerned. Left out when there are none.
      type: list
      elements: str
    concerns:
      description: The role whose machine the requirements are asked of. Left out when it is this machine.
      type: str
    confidence:
      description: V(high), V(medium) or V(low). A low one can have causes outside of TLS.
      type: str
    source:
      description: Where this is known from.
      type: str
left_out:
  description: Ids of signs beyond the ten.
  returned: success
  type: list
  elements: str
good:
  description: Signs that something is as it should be.
  returned: success
  type: list
  elements: dict
logs:
  description: How many logs were C(read) and how many are C(missing) (the role has not written one yet), and those of
    which only the oldest and the newest matching lines were read (C(in_part)).
  returned: success
  type: dict
unknown:
  description:
    - What could not be read, and why. Where something stands here, "no symptom" does not mean "no problem".
    - When not one log was found, that is a row as well, with the folders that were searched.
  returned: success
  type: list
  elements: dict
roles:
  description: The roles whose logs were looked for.
  returned: success
  type: list
  elements: str
msg:
  description: The same in a sentence.
  returned: success
  type: str
code:
  description: V(no_answer), V(bad_argument), or one of M(configmgr.tls.tls_facts).
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
