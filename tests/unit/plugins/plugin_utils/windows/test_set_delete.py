# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reg.exe is told when it changes something, word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.apply import Edit
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.command import UnsafeText
from ansible_collections.configmgr.tls.plugins.plugin_utils._windows.registry import Key, Value, View
from ansible_collections.configmgr.tls.tests.unit.plugins.plugin_utils.windows.machine import ADD, DELETE

PROTOCOL = Key(r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client")
WINHTTP = Key(r"SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp")


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (
            Edit(View.NATIVE, PROTOCOL, "Enabled", Value("REG_DWORD", 1)),
            rf'reg add "HKLM\{PROTOCOL.path}" /v Enabled /t REG_DWORD /d 0x1 /f',
        ),
        (
            Edit(View.WOW, WINHTTP, "DefaultSecureProtocols", Value("REG_DWORD", 0xAA0)),
            rf'reg add "HKLM\{WINHTTP.path}" /reg:32 /v DefaultSecureProtocols /t REG_DWORD /d 0xaa0 /f',
        ),
        (
            Edit(View.NATIVE, WINHTTP, "DefaultSecureProtocols", Value("REG_SZ", "a & (b)")),
            rf'reg add "HKLM\{WINHTTP.path}" /reg:64 /v DefaultSecureProtocols /t REG_SZ /d "a & (b)" /f',
        ),
        (
            Edit(View.NATIVE, PROTOCOL, "two words", Value("REG_QWORD", 0xFFFFFFFFFF)),
            rf'reg add "HKLM\{PROTOCOL.path}" /v "two words" /t REG_QWORD /d 0xffffffffff /f',
        ),
        (
            Edit(View.NATIVE, PROTOCOL, "Enabled", Value("REG_SZ", "")),
            rf'reg add "HKLM\{PROTOCOL.path}" /v Enabled /t REG_SZ /d "" /f',
        ),
        (Edit(View.NATIVE, PROTOCOL, "Enabled", None), rf'reg delete "HKLM\{PROTOCOL.path}" /v Enabled /f'),
        (
            Edit(View.WOW, WINHTTP, "DefaultSecureProtocols", None),
            rf'reg delete "HKLM\{WINHTTP.path}" /reg:32 /v DefaultSecureProtocols /f',
        ),
        (Edit(View.NATIVE, PROTOCOL, None, None), rf'reg delete "HKLM\{PROTOCOL.path}" /f'),
        (Edit(View.WOW, WINHTTP, None, None), rf'reg delete "HKLM\{WINHTTP.path}" /reg:32 /f'),
    ],
)
def test_an_edit(edit: Edit, line: str) -> None:
    assert edit.command() == line


@given(
    st.text(max_size=8),
    st.one_of(
        st.none(),
        st.builds(Value, st.just("REG_DWORD"), st.integers(0, 0xFFFFFFFF)),
        st.builds(Value, st.sampled_from(["REG_SZ", "REG_BINARY"]), st.text(max_size=8)),
    ),
)
def test_any_name_and_data_is_one_command_or_refused(name: str, value: Value | None) -> None:
    try:
        command = Edit(View.NATIVE, WINHTTP, name, value).command()
    except UnsafeText:
        return
    match = (DELETE if value is None else ADD).fullmatch(command)
    assert match, command
    assert match[3].strip('"') == name
    if value is not None:
        assert match[5] == (f"0x{value.data:x}" if isinstance(value.data, int) else f'"{value.data}"')


@pytest.mark.parametrize("kind", ["REG_NONE", "REG_LINK"])
def test_a_type_whose_bytes_reg_does_not_take_is_refused(kind: str) -> None:
    """reg.exe would store the text "0102": Wine's programs/reg/tests/add.c, none0 to none1."""
    with pytest.raises(UnsafeText, match=kind):
        Edit(View.NATIVE, PROTOCOL, "Enabled", Value(kind, "0102")).command()
