# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action's own part: arguments in, plain result out, and documentation that says what the code does."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.tls.plugins.action.tls_probe_info import seen_from_outside
from ansible_collections.configmgr.tls.plugins.modules.tls_probe_info import DOCUMENTATION, RETURN
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.checks import health_checks
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.numbers import ProtocolVersion
from ansible_collections.configmgr.tls.plugins.plugin_utils._probe.results import DEFAULT_PORTS, EndpointKind
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.probe import servers, wire

OPTIONS = yaml.safe_load(DOCUMENTATION)["options"]
DEFAULTS: dict[str, Any] = {
    "endpoints": [],
    "health": [],
    "protocols": ["TLS 1.2"],
    "timeout": 10.0,
    "concurrency": 4,
    "client_certificate": None,
    "client_key": None,
    "client_key_password": None,
    "ca_path": None,
}


def endpoint(**given: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": None, "kind": "https", "server_name": None, **given}


def test_the_documentation_names_what_the_code_knows() -> None:
    assert (
        OPTIONS["protocols"]["choices"] == OPTIONS["protocols"]["default"] == [name.value for name in ProtocolVersion]
    )
    assert OPTIONS["endpoints"]["suboptions"]["kind"]["choices"] == [kind.value for kind in EndpointKind]
    assert OPTIONS["health"]["suboptions"]["check"]["choices"] == list(health_checks())
    assert set(OPTIONS) == set(DEFAULTS)


def test_the_result_has_the_documented_fields_and_is_plain() -> None:
    documented = yaml.safe_load(RETURN)
    with servers.serving(servers.answering({}, wire.flight(0x0303, 0xC02F, b"der"))) as port:
        health = {"host": "127.0.0.1", "check": "mplist", "port": servers.closed_port(), "server_name": None}
        result = seen_from_outside({**DEFAULTS, "endpoints": [endpoint(port=port)], "health": [health]})
    assert json.loads(json.dumps(result)) == result
    assert set(result) == set(documented)
    for part in ("endpoints", "health"):
        assert set(result[part][0]) == set(documented[part]["contains"])
    certificate = documented["endpoints"]["contains"]["certificate"]["contains"]
    assert set(result["endpoints"][0]["certificate"]) == set(certificate)
    assert set(result["summary"]) == set(documented["summary"]["contains"])


def test_the_summary_counts() -> None:
    with servers.serving(servers.answering({}, wire.flight(0x0303, 0xC02F, b"der"))) as port:
        endpoints = [endpoint(port=port), endpoint(port=servers.closed_port()), endpoint(port=port)]
        summary = seen_from_outside({**DEFAULTS, "endpoints": endpoints, "protocols": ["TLS 1.0", "TLS 1.2"]})[
            "summary"
        ]
    assert (summary["endpoints"], summary["answering"]) == (3, 2)
    assert summary["accepted"] == {"TLS 1.0": 0, "TLS 1.2": 2}


@pytest.mark.parametrize("kind", list(EndpointKind))
def test_without_a_port_the_usual_one_of_the_kind_is_asked(kind: EndpointKind) -> None:
    given = {"host": "host.invalid", "port": None, "kind": kind.value, "server_name": None}
    result = seen_from_outside({**DEFAULTS, "endpoints": [given]})
    assert result["endpoints"][0]["port"] == DEFAULT_PORTS[kind] == {"https": 443, "tds": 1433}[kind.value]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"timeout": 0.0}, "bad_argument", "timeout must be more than 0"),
        ({"concurrency": 0}, "bad_argument", "concurrency must be at least 1"),
        ({"endpoints": [endpoint(port=70000)]}, "bad_argument", "no TCP port 70000"),
        ({"endpoints": [endpoint(port=0)]}, "bad_argument", "no TCP port 0"),
        (
            {
                "client_certificate": "/nowhere.pem",
                "health": [{"host": "x", "check": "mplist", "port": None, "server_name": None}],
            },
            "certificate_file",
            "cannot be read",
        ),
    ],
)
def test_an_argument_that_makes_no_sense_is_refused(arguments: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Failure, match=words) as refused:
        seen_from_outside({**DEFAULTS, **arguments})
    assert refused.value.code == code
    assert refused.value.remedy
