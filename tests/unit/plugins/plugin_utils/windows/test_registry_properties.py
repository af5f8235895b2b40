# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parsers on anything that a machine could print."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._marks import heard
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.build import host_state
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.questions import Answers, Query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Value, View, parse_query
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.snapshot import Snapshot
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import questions
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import Machine

QUESTIONS = questions()

# Pieces that look like an answer, so that noise gets past the first regular expression.
PIECES = st.sampled_from(
    [
        "HKEY_LOCAL_MACHINE\\",
        "SYSTEM\\CurrentControlSet\\Control\\SecurityProviders\\SCHANNEL",
        "    ",
        "REG_DWORD",
        "REG_SZ",
        "REG_MULTI_SZ",
        "0x",
        "0xffffffffff",
        "#ok ",
        "#ok 6\r\n",
        "#ok 99999999999999999999",
        "9" * 5000,
        "\r\n",
        "\r",
        "Enabled",
        "SystemTime='",
        "Version=",
        "1 run enable ",
        "\x00",
        "\ufffd",
    ]
)
NOISE = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


@given(NOISE | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")))
def test_no_text_makes_a_visit_fail(text: str) -> None:
    snapshot = Snapshot.parse(QUESTIONS, heard(text, "#ok"))
    assert host_state(snapshot).schannel.protocols


@given(NOISE)
def test_no_text_makes_the_query_parser_fail(text: str) -> None:
    for key, values in parse_query(text.split("\n")):
        assert isinstance(key, Key)
        assert all(isinstance(value, Value) for value in values.values())


NAMES = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n\\"), min_size=1, max_size=12
).filter(
    lambda name: (
        "    " not in f" {name} ".replace("\t", "    ")
        and name.strip() == name
        and not any(word in name for word in ("REG_", "#ok "))
    )
)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=20)
VALUES = st.one_of(
    st.builds(Value, st.just("REG_DWORD"), st.integers(0, 0xFFFFFFFF)),
    st.builds(Value, st.just("REG_QWORD"), st.integers(0, 0xFFFFFFFFFFFFFFFF)),
    st.builds(Value, st.sampled_from(["REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ"]), TEXTS),
    st.builds(
        Value, st.sampled_from(["REG_BINARY", "REG_NONE"]), st.binary(max_size=8).map(lambda raw: raw.hex().upper())
    ),
)
KEYS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(st.dictionaries(NAMES, KEYS, max_size=4))
def test_a_registry_comes_back_as_it_is(tree: dict[str, dict[str, Value]]) -> None:
    machine = Machine()
    machine.set(r"SOFTWARE\Root")
    for number, (name, values) in enumerate(tree.items()):
        machine.set(rf"SOFTWARE\Root\{number} {name}")
        for value_name, value in values.items():
            machine.set(rf"SOFTWARE\Root\{number} {name}", value_name, value)
    keys = [Key(node.path) for node in machine.nodes.values() if node.path.startswith("SOFTWARE\\Root")]
    # Names that a command line cannot hold are asked for under a number.
    asked = [Query(Key(r"SOFTWARE\Root"), View.NATIVE)]
    registry = Answers.parse(asked, machine.run(asked[0].render(0))).registry
    assert set(registry.key(r"SOFTWARE\Root").subkeys) == {key.name for key in keys if key.path != r"SOFTWARE\Root"}
    for number, (name, values) in enumerate(tree.items()):
        section = machine._section(machine.nodes[(64, rf"software\root\{number} {name}".lower())])
        ((key, read),) = parse_query(section.replace("\r\n", "\n").split("\n"))
        assert key.name == f"{number} {name}"
        expected = {known: values[known] for known in machine.nodes[(64, key.folded)].values}
        assert read == expected


@given(KEYS)
def test_an_answer_comes_back_through_its_marker(values: dict[str, Value]) -> None:
    machine = Machine()
    machine.set(r"SOFTWARE\Root")
    for name, value in values.items():
        machine.set(r"SOFTWARE\Root", name, value)
    asked = [Query(Key(r"SOFTWARE\None")), Query(Key(r"SOFTWARE\Root")), Query(Key(r"SYSTEM\None"))]
    answers = Answers.parse(asked, machine.run("&".join(query.render(at) for at, query in enumerate(asked))))
    assert answers.answered == 1
    assert answers.registry.key(r"SOFTWARE\Root").values == machine.nodes[(64, r"software\root")].values
    assert answers.registry.missed == {(View.NATIVE, Key(r"SOFTWARE\None")), (View.NATIVE, Key(r"SYSTEM\None"))}
