# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: tls_probe_info
short_description: Find out from the outside which protocols an endpoint accepts
version_added: 0.1.0
author: configmgr.tls contributors (@configmgr-tls)
description:
  - Sends every endpoint one handshake per protocol and reads the answer. This is what a client on the network sees,
    whatever the registry of the server says.
  - The handshakes are made by the collection itself. A controller or execution environment whose OpenSSL forbids
    old protocols still sees them.
  - Reads the server's certificate, and names what is known to break TLS 1.2 with SQL Server.
  - Speaks to SQL Server inside the PRELOGIN packets of its own protocol, TDS.
  - Asks roles of the site for their health with one HTTPS request each.
  - Runs on the controller. Nothing is sent over the connection of the host.
options:
  endpoints:
    description:
      - The endpoints to probe.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name or address to connect to.
        type: str
        required: true
      port:
        description:
          - TCP port.
          - Without it V(443) for O(endpoints[].kind=https) and V(1433) for O(endpoints[].kind=tds).
        type: int
      kind:
        description:
          - V(https) for everything that begins with a TLS handshake, be it IIS, WSUS, reporting services or WinRM
            over HTTPS.
          - V(tds) for SQL Server.
        type: str
        choices: [https, tds]
        default: https
      server_name:
        description:
          - The name to ask for during the handshake (SNI).
          - Without it the value of O(endpoints[].host), unless that is an address.
        type: str
  protocols:
    description:
      - The protocols to ask for.
    type: list
    elements: str
    choices: ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"]
    default: ["SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"]
  health:
    description:
      - The roles to ask for their health.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: Name or address to connect to.
        type: str
        required: true
      check:
        description:
          - What to ask.
          - V(mplist) asks a management point for the list of management points, which makes it read the site
            database.
          - V(mpcert) asks a management point for its certificate, which does not touch the database.
          - V(distribution_point) asks a distribution point for its package share.
          - V(wsus_client), V(wsus_authorization) and V(wsus_api) ask the web services of a software update point.
          - V(report_server) asks the web service of reporting services.
          - V(admin_service) asks the AdminService of the SMS Provider.
          - V(state_migration) asks a state migration point for its key.
        type: str
        required: true
        choices:
          - mplist
          - mpcert
          - distribution_point
          - wsus_client
          - wsus_authorization
          - wsus_api
          - report_server
          - admin_service
          - state_migration
      port:
        description:
          - TCP port.
          - Without it the default port of the role, V(8531) for WSUS and V(443) for all others.
        type: int
      server_name:
        description:
          - The name to ask for during the handshake and in the request.
          - Without it the value of O(health[].host).
        type: str
  client_certificate:
    description:
      - Path on the controller of a client certificate in PEM form, for the health of sites that demand one.
    type: path
  client_key:
    description:
      - Path on the controller of the key of O(client_certificate), when it is not in the same file.
    type: path
  client_key_password:
    description:
      - Password of the key.
    type: str
  ca_path:
    description:
      - Path on the controller of a file or directory of certificate authorities.
      - When given, a health request is only made to a server whose certificate they vouch for.
      - Without it the controller's own authorities are asked. A server that they do not vouch for is asked all the
        same, as nothing secret is sent, and RV(health[].doubt) says so.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, and again for its answer.
    type: float
    default: 5
  concurrency:
    description:
      - How many endpoints are probed at the same time.
      - Each has one connection open at a time.
    type: int
    default: 50
notes:
  - A probe never finishes a handshake. Servers that log this do so once per protocol and endpoint.
  - A server that hangs up twice without a word, but accepts another protocol, is taken to refuse the protocol. This
    is how many Windows releases refuse a protocol that is disabled.
  - The health requests use the OpenSSL of the controller, with everything allowed that it is able to do.
requirements:
  - cryptography, to read certificates. Without it only their fingerprint is returned.
extends_documentation_fragment:
  - configmgr.tls.attributes.action
  - configmgr.tls.attributes.controller
  - configmgr.tls.attributes.reading
"""

EXAMPLES = r"""
- name: See what the site's endpoints accept
  configmgr.tls.tls_probe_info:
    endpoints:
      - host: mp1.contoso.example
      - host: sup1.contoso.example
        port: 8531
      - host: sql1.contoso.example
        kind: tds
  register: seen
  delegate_to: localhost
  run_once: true

- name: No endpoint accepts anything older than TLS 1.2
  ansible.builtin.assert:
    that: >-
      seen.endpoints | map(attribute='protocols') | map('dict2items') | flatten
      | selectattr('key', 'in', ['SSL 3.0', 'TLS 1.0', 'TLS 1.1'])
      | selectattr('value.status', 'ne', 'refused') | length == 0

- name: Ask a management point whether it reaches its database
  configmgr.tls.tls_probe_info:
    health:
      - host: mp1.contoso.example
        check: mplist
      - host: mp1.contoso.example
        check: mpcert
    client_certificate: /etc/pki/configmgr/client.pem
"""

RETURN = r"""
endpoints:
  description: One entry for each of O(endpoints), in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host that was probed.
      type: str
      sample: sql1.contoso.example
    port:
      description: The port that was probed.
      type: int
      sample: 1433
    kind:
      description: V(https) or V(tds).
      type: str
      sample: tds
    reachable:
      description: Whether a TCP connection could be made.
      type: bool
      sample: true
    error:
      description: Why nothing was learned of any protocol. V(none) when something was.
      type: dict
      contains:
        code:
          description:
            - V(resolve), V(refused), V(unreachable), V(connect_timeout) or V(network) when there was no connection.
            - V(timeout), V(reset) or V(closed) when there was one, but no answer.
            - V(not_tls), V(not_tds) or V(not_encrypted) when the answer was something else.
          type: str
          sample: refused
        detail:
          description: The same in a sentence.
          type: str
    protocols:
      description: One entry for each of O(protocols), by its name.
      type: dict
      sample:
        TLS 1.0: {status: refused, reason: alert protocol_version, cipher: null}
        TLS 1.2: {status: accepted, reason: null, cipher: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384}
      contains:
        status:
          description:
            - V(accepted) or V(refused) by the server.
            - V(unknown) when the network ended the attempt, twice.
          type: str
        reason:
          description: Why the protocol was not accepted.
          type: str
        cipher:
          description: The cipher suite that the server chose.
          type: str
    certificate:
      description: The server's certificate. V(none) when none was seen.
      type: dict
      contains:
        sha256:
          description: Fingerprint.
          type: str
        subject:
          description: Subject as in RFC 4514.
          type: str
        names:
          description: Alternative names, DNS names and addresses.
          type: list
          elements: str
        issuer:
          description: Issuer as in RFC 4514.
          type: str
        not_before:
          description: First moment of its validity, in UTC.
          type: str
        not_after:
          description: Last moment of its validity, in UTC.
          type: str
        key_type:
          description: Kind of the public key, with the curve.
          type: str
        key_size:
          description: Size of the public key in bits.
          type: int
        signature_hash:
          description: Hash that the signature was made with.
          type: str
        flags:
          description:
            - What speaks against the certificate, each with C(code) and C(phrase).
            - The codes are V(signature_md5), V(signature_sha1), V(signature_sha224), V(signature_sha512),
              V(expired) and V(not_yet_valid).
          type: list
          elements: dict
        unread:
          description: Why only the fingerprint is known.
          type: str
    tds:
      description: What SQL Server said before the handshake.
      type: dict
      contains:
        version:
          description: Version of the engine.
          type: str
          sample: 15.0.2000.0
        encryption:
          description:
            - V(off) when the server encrypts the login, V(on) or V(required) when it encrypts everything,
              V(not_supported) when it does not encrypt, V(strict) when it wants TLS first (TDS 8.0); a strict server
              does not tell its version.
          type: str
health:
  description: One entry for each of O(health), in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    host:
      description: The host that was asked.
      type: str
    port:
      description: The port that was asked.
      type: int
    check:
      description: What was asked.
      type: str
    role:
      description: The role of the site that the check is for.
      type: str
    path:
      description: The path that was requested.
      type: str
    health:
      description:
        - V(healthy) when the role did its work.
        - V(limited) when it answered, but wants a login or a certificate first.
        - V(failing) when it answered something else.
        - V(unreachable) when there was no answer over HTTP.
      type: str
    reachable:
      description: Whether a TCP connection could be made.
      type: bool
    status:
      description: HTTP status.
      type: int
      sample: 200
    protocol:
      description: Protocol of the connection.
      type: str
      sample: TLS 1.2
    cipher:
      description: Cipher suite of the connection, under OpenSSL's name.
      type: str
    hint:
      description: What the status means for this role, where that is known.
      type: str
    doubt:
      description: Why no authority of the controller vouches for who answered.
      type: str
      sample: 'the certificate was not accepted: self-signed certificate'
    error:
      description: Why there was no answer, with C(code) and C(detail) as above; also V(handshake), V(certificate),
        V(client_certificate) and V(not_http).
      type: dict
summary:
  description: The endpoints in numbers.
  returned: success
  type: dict
  contains:
    endpoints:
      description: How many were probed.
      type: int
    answering:
      description: How many of them gave an answer to at least one handshake.
      type: int
    accepted:
      description: How many accept each protocol.
      type: dict
      sample: {TLS 1.0: 0, TLS 1.2: 12}
    seconds:
      description: How long all of it took.
      type: float
"""
