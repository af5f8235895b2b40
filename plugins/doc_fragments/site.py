# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that ask a site, and of those about its baselines."""

from __future__ import annotations


class ModuleDocFragment:
    SERVICE = r"""
options:
  url:
    description: Address of the SMS Provider, for example V(https://cm01.corp.example).
    type: str
    required: true
  user:
    description: Who asks. Without it, the Kerberos ticket of the controller is used.
    type: str
  password:
    description: The password. It appears in no result and in no message.
    type: str
  authentication:
    description: How to log in. Since ConfigMgr 2509 the AdminService takes Kerberos only. V(basic) is for tests.
    type: str
    choices: [negotiate, kerberos, ntlm, basic]
    default: negotiate
  validate_certs:
    description: Whether the certificate of the SMS Provider is checked.
    type: bool
    default: true
  ca_path:
    description: File or folder of the authorities that are trusted, instead of the controller's own.
    type: path
  timeout:
    description: Seconds to wait for an answer of the AdminService.
    type: float
    default: 30
  page_size:
    description: Rows that are asked for at a time.
    type: int
    default: 5000
requirements:
  - C(pypsrp) on the controller
"""

    BASELINE = r"""
options:
  stage:
    description:
      - What the baseline is for.
      - The V(disable) stage wants the values of V(enable) as well, so that one baseline does for a client.
    type: str
    choices: [enable, disable]
    default: enable
  back:
    description:
      - Whether it is the one that takes the stage back. A baseline writes values and removes none, so a value that was
        absent before gets one with the same effect. Where there is none, it is left, and the result says so.
    type: bool
    default: false
  components:
    description: Which settings it is about.
    type: list
    elements: str
    choices: [schannel, dotnet, winhttp]
    default: [schannel, dotnet, winhttp]
  protocols:
    description:
      - Which protocols O(stage=disable) turns off. Cannot be combined with O(stage=enable).
      - V(SSL 2.0), V(SSL 3.0), V(TLS 1.0) and V(TLS 1.1) when not given.
    type: list
    elements: str
    choices: [SSL 2.0, SSL 3.0, TLS 1.0, TLS 1.1]
"""
