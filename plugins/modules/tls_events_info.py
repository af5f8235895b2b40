# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_events_info
short_description: Count what Schannel's events tell about the use of TLS
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Reads the Schannel events of the last days from the System log with one command line, and counts them by event,
    negotiated protocol, peer, program and alert.
  - Which protocol was negotiated is only logged while success logging is on, see
    M(configmgr.tls.tls_event_logging). Without it the module sees failures only, and RV(legacy_use) is null.
options:
  days:
    description: How far back to look, from 1 to 366.
    type: int
    default: 7
  max_events:
    description:
      - The most events to read of each of two kinds, completed handshakes and failures, the newest first; from 1 to
        5000. An event is about one kilobyte.
      - RV(truncated) tells when there may be more.
    type: int
    default: 1000
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes
  - configmgr.tls.attributes.reading
  - configmgr.tls.common.backup
seealso:
  - module: configmgr.tls.tls_event_logging
  - module: configmgr.tls.tls_gate_info
"""

EXAMPLES = r"""
- name: See who used which protocol in the last two weeks
  configmgr.tls.tls_events_info:
    days: 14
  register: seen

- name: Let the gate know
  configmgr.tls.tls_gate_info:
    legacy_use: >-
      {{ dict(ansible_play_hosts | zip(ansible_play_hosts | map('extract', hostvars, ['seen', 'legacy_use']))) }}
  run_once: true
"""

RETURN = r"""
days:
  description: How far back was looked.
  returned: success
  type: int
log_begins:
  description: The oldest event that the System log still has; what happened before is not known.
  returned: success
  type: str
  sample: '2026-11-02T04:11:09Z'
success_logging:
  description: Whether completed handshakes are logged now. Null when the setting could not be read.
  returned: success
  type: bool
window:
  description: The observation window that is open, by the run that opened it. Null when none is.
  returned: success
  type: dict
  sample: {run: job-77, since: '2026-11-16T09:00:00Z'}
truncated:
  description: Whether the bound on events was reached, so that older ones may be missing.
  returned: success
  type: bool
damaged:
  description: Events that could not be read.
  returned: success
  type: int
events:
  description: One row per event number, with what it means, how often it was seen, first and last.
  returned: success
  type: list
  elements: dict
  sample:
    - {id: 36871, means: a TLS credential could not be made, count: 4, first: '2026-11-20T08:00:01Z',
       last: '2026-11-22T08:00:01Z'}
protocols:
  description: Completed handshakes by side (C(client) for connections that the machine made) and protocol, as C(rows);
    C(left_out) is the number of rows that were not kept.
  returned: success
  type: dict
  sample:
    rows: [{side: server, protocol: TLS 1.0, count: 31, first: '2026-11-20T08:00:01Z', last: '2026-11-22T08:00:01Z'}]
    left_out: 0
peers:
  description: Completed handshakes by side, protocol and the name of the other side. Schannel names a server by the
    target of the connection, a caller by its certificate, and a caller without one not at all. Windows up to 8.1 and
    Server 2012 R2 names neither.
  returned: success
  type: dict
refused:
  description: Events 36871, 36873 and 36874 by program (on builds that tell it) and protocol; C(protocol_off) says
    that a program asked for a protocol that is off (internal state 10013).
  returned: success
  type: dict
alerts:
  description: Events 36887 (received) and 36888 (sent) by alert and target; alert 40 is a failed handshake, 70 a
    protocol that is not accepted.
  returned: success
  type: dict
processes:
  description: Failures by program, on builds that tell it.
  returned: success
  type: dict
legacy_use:
  description:
    - Who completed a handshake with SSL or TLS 1.0 or 1.1 and would be cut off by the disable stage.
    - An empty list says that handshakes were seen and none of them was one. Null says that no completed handshake was
      seen at all, so that nothing is known.
  returned: success
  type: list
  elements: str
  sample: [to sql1.contoso.example (TLS 1.0), from callers without a certificate (TLS 1.0)]
code:
  description: V(no_events) when the machine did not give its events, V(bad_argument) for numbers out of range.
  returned: on failure
  type: str
remedy:
  description: What to do about the failure.
  returned: on failure
  type: str
"""
