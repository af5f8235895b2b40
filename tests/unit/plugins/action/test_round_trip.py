# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any machine, any stages, and back: the registry is what it was, value for value."""

from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.action import tls_rollback, tls_settings
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Value
from ansible_collections.configmgr.tls.tests.unit.plugins.action.fake import Bench, FakeSession
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows import hosts
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import windows
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine, dword

TEXTS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters='\x00"%\r\n\x7f', min_codepoint=32), max_size=8
)
FORMER = st.one_of(
    st.builds(dword, st.sampled_from([0, 1, 0xA0, 0xAA0, 0x2800, 0xFFFFFFFF])),
    st.builds(Value, st.just("REG_QWORD"), st.integers(0, 0xFFFFFFFFFFFFFFFF)),
    st.builds(
        Value,
        st.sampled_from(["REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ"]),
        TEXTS.filter(lambda text: text[-1:] != "\\"),
    ),
    st.builds(Value, st.just("REG_BINARY"), st.binary(max_size=4).map(lambda raw: raw.hex().upper())),
)
PLACES = [
    *(
        (64, hosts.protocol(name, side), value)
        for name in ("SSL 3.0", "TLS 1.0", "TLS 1.2")
        for side in ("Client", "Server")
        for value in ("Enabled", "DisabledByDefault")
    ),
    *((view, hosts.runtime("v4.0.30319"), "SchUseStrongCrypto") for view in (64, 32)),
    *((view, hosts.WINHTTP, "DefaultSecureProtocols") for view in (64, 32)),
]


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    machine = windows(draw(st.sampled_from([7601, 9200, 9600, 17763])))
    for view, path in draw(
        st.lists(st.sampled_from([(64, hosts.WINHTTP), (32, hosts.runtime("v4.0.30319"))]), unique=True)
    ):
        del machine.nodes[(view, path.lower())]
    for view, path, name in draw(st.lists(st.sampled_from(PLACES), max_size=6, unique=True)):
        machine.set(path, name, draw(FORMER), view)
    return machine


def run(machine: Machine, module: object, **arguments: object) -> dict[str, object]:
    with pytest.MonkeyPatch.context() as patch:
        return Bench(patch, FakeSession(machine)).run(module, arguments)


@settings(max_examples=30)
@given(machines(), st.lists(st.sampled_from(["enable", "disable"]), min_size=1, max_size=3), st.booleans())
def test_back_to_the_beginning(machine: Machine, stages: list[str], stepwise: bool) -> None:
    before = machine.dump()
    done = []
    for number, stage in enumerate(stages):
        # What is unknown of such a machine nobody can accept, and readiness is not the subject here.
        with mock.patch.object(tls_settings, "blocking_findings", return_value=[]):
            result = run(machine, tls_settings, stage=stage, run=f"job-{number}")
        if result["changed"]:
            done.append(f"job-{number}")
            assert machine.dump() != before
    if stepwise:
        for name in reversed(done):
            assert run(machine, tls_rollback)["runs"] == [name]
    elif done:
        assert run(machine, tls_rollback, run=done[0])["changed"] is True
    assert machine.dump() == before
    assert run(machine, tls_rollback)["changed"] is False
