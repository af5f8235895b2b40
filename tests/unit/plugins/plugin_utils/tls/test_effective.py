# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two registry values and a default come to: the whole table, written out."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import windows_release
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.effective import effect_of, effective_protocols
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.state import Setting, SideSettings
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Presence, Value, View
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.tls.hosts import state_of, values
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.hosts import protocol, windows

EFFECTS = {"O": "on", "R": "on_request", "X": "off", "N": "not_supported", "?": "unknown"}

# Columns: DisabledByDefault absent, 0, 1, 0xffffffff, a text. Rows: Enabled.
TABLE = {
    "enabled": {"absent": "OORRO", "0": "XXXXX", "1": "OORRO", "0xffffffff": "OORRO", "text": "OORRO"},
    "disabled": {"absent": "R?RRR", "0": "XXXXX", "1": "RORRR", "0xffffffff": "RORRR", "text": "R?RRR"},
    "uncertain": {"absent": "??RR?", "0": "XXXXX", "1": "?ORR?", "0xffffffff": "?ORR?", "text": "??RR?"},
    "not_supported": {"absent": "NNNNN", "0": "NNNNN", "1": "NNNNN", "0xffffffff": "NNNNN", "text": "NNNNN"},
}
DATA = {
    "absent": None,
    "0": Value("REG_DWORD", 0),
    "1": Value("REG_DWORD", 1),
    "0xffffffff": Value("REG_DWORD", 0xFFFFFFFF),
    "text": Value("REG_SZ", "0"),
}
ROWS = [
    (default, enabled, by_default, EFFECTS[letter])
    for default, rows in TABLE.items()
    for enabled, letters in rows.items()
    for by_default, letter in zip(("absent", "0", "1", "0xffffffff", "text"), letters, strict=True)
]


def item(name: str, value: Value | None, presence: Presence | None = None) -> Setting:
    return Setting(Key("x"), View.NATIVE, name, presence or (Presence.PRESENT if value else Presence.ABSENT), value)


def with_default(default: str) -> Any:
    """A Windows where TLS 1.1 is so for clients and the opposite for servers."""
    release = windows_release(17763, "server")
    assert release is not None
    other = "disabled" if default == "enabled" else "enabled"
    sides: Any = {"client": default, "server": other}
    return dataclasses.replace(release, protocols={**release.protocols, "TLS 1.1": sides})


@pytest.mark.parametrize(("default", "enabled", "by_default", "effect"), ROWS)
def test_every_combination(default: str, enabled: str, by_default: str, effect: str) -> None:
    settings = SideSettings(item("Enabled", DATA[enabled]), item("DisabledByDefault", DATA[by_default]))
    assert effect_of(settings, with_default(default), "TLS 1.1", "client").value == effect


@pytest.mark.parametrize(
    ("enabled", "by_default"), [("unreadable", "absent"), ("absent", "unreadable"), ("unreadable", "unreadable")]
)
def test_what_could_not_be_read_is_not_known(enabled: str, by_default: str) -> None:
    def one(name: str, state: str) -> Setting:
        return item(name, None, Presence.UNREADABLE if state == "unreadable" else Presence.ABSENT)

    settings = SideSettings(one("Enabled", enabled), one("DisabledByDefault", by_default))
    assert effect_of(settings, with_default("enabled"), "TLS 1.1", "client").value == "unknown"
    assert effect_of(settings, with_default("not_supported"), "TLS 1.1", "client").value == "not_supported"


def test_on_a_windows_that_is_not_known_only_values_decide() -> None:
    absent, off, on = item("x", None), item("x", DATA["0"]), item("x", DATA["1"])
    assert effect_of(SideSettings(absent, absent), None, "TLS 1.2", "client").value == "unknown"
    assert effect_of(SideSettings(off, off), None, "TLS 1.2", "client").value == "off"
    assert effect_of(SideSettings(on, off), None, "TLS 1.2", "client").value == "on"


@pytest.mark.parametrize(
    ("build", "product", "client", "server"),
    [
        (7601, "Client", "R O O R R N", "O O O R R N"),
        (9200, "Server", "R O O O O N", "R O O O O N"),
        (14393, "Server", "N R O O O N", "N R O O O N"),
        (20348, "Server", "N R O O O O", "N R O O O O"),
        (26100, "Server", "N R ? ? O O", "N R ? ? O O"),
        (26100, "Client", "N R O O O O", "N R O O O O"),
        (99999, "Server", "N R ? ? O O", "N R ? ? O O"),
    ],
)
def test_windows_as_installed(build: int, product: str, client: str, server: str) -> None:
    shown = effective_protocols(state_of(windows(build, product)))
    assert list(shown["client"].values()) == [EFFECTS[letter] for letter in client.split()]
    assert list(shown["server"].values()) == [EFFECTS[letter] for letter in server.split()]


def test_each_side_has_its_own_values() -> None:
    machine = values(windows(), protocol("TLS 1.2", "Client"), Enabled=0)
    shown = effective_protocols(state_of(machine))
    assert (shown["client"]["TLS 1.2"], shown["server"]["TLS 1.2"]) == ("off", "on")
