# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Percent expansion as on a command line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.shell.expansion import expand

VARIABLES = {"NAME": "Value", "PATH": "C:\\Windows;C:\\Temp", "EMPTY": "", "A": "1"}


def lookup(name: str) -> str | None:
    return VARIABLES.get(name.upper())


@pytest.mark.parametrize(
    ("line", "expanded"),
    [
        ("echo %NAME%", "echo Value"),
        ("echo %name%", "echo Value"),
        ('echo "%NAME%"', 'echo "Value"'),
        ("echo %UNKNOWN%", "echo %UNKNOWN%"),
        ("50% of %NAME%", "50% of Value"),
        ("%UNKNOWN%NAME%", "%UNKNOWNValue"),
        ("100%", "100%"),
        ("%%", "%%"),
        ("%%NAME%%", "%Value%"),
        ("%PATH:Windows=X%", "C:\\X;C:\\Temp"),
        ("%PATH:windows=%", "C:\\;C:\\Temp"),
        ("%PATH:*;=%", "C:\\Temp"),
        ("%NAME:~1%", "alue"),
        ("%NAME:~0,2%", "Va"),
        ("%NAME:~-2%", "ue"),
        ("%NAME:~0,-1%", "Valu"),
        ("%EMPTY%x", "x"),
        ("%A%%A%", "11"),
    ],
)
def test_expand(line: str, expanded: str) -> None:
    assert expand(line, lookup) == expanded


@given(st.text())
def test_without_variables_nothing_changes(line: str) -> None:
    assert expand(line, lambda name: None) == line


@given(st.text(alphabet="%NAMEa:~=*0123,- "))
def test_it_never_fails(line: str) -> None:
    assert isinstance(expand(line, lookup), str)
