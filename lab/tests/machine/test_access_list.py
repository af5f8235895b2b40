# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access lists: SDDL there and back, what is inherited, and what a token may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configmgr_lab.machine.access_list import (
    ADD_FILE,
    DELETE,
    FULL,
    READ,
    WRITE_DAC,
    Ace,
    Descriptor,
    Flag,
    allowed,
    from_sddl,
    to_sddl,
)
from configmgr_lab.machine.accounts import ADMINISTRATORS, OWNER_RIGHTS, SYSTEM, USERS, Accounts

# An output of cacls /s in Microsoft's "The Security Descriptor Definition Language of Love (Part 2)", but its first
# entry, which denies.
OF_WINDOWS = (
    "D:AI(A;;FA;;;BA)(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;LC;;;BU)"
    "(A;CIID;DC;;;BU)"
)
ACCOUNTS = Accounts.of("CONTOSO", ["admin"])
ADMIN, PLAIN = ACCOUNTS.token("CONTOSO\\Admin"), ACCOUNTS.token("mallory")
aces = st.builds(
    Ace,
    st.sampled_from([SYSTEM, ADMINISTRATORS, USERS, "S-1-5-21-1-2-3-1001"]),
    st.integers(1, 0xFFFFFFFF),
    st.integers(0, 31).filter(lambda bits: not bits & 4).map(Flag),
)


def test_a_list_of_windows_is_read_and_written_as_it_is() -> None:
    entries, protected = from_sddl(OF_WINDOWS)
    assert to_sddl(entries, protected=protected) == OF_WINDOWS and not protected


@given(st.lists(aces), st.booleans())
def test_every_list_can_be_read_again(entries: list[Ace], protected: bool) -> None:
    assert from_sddl(to_sddl(entries, protected=protected)) == (tuple(entries), protected)


@pytest.mark.parametrize("text", ["", "D:", "D:(D;;FA;;;BA)", "D:(A;;FA;;;XX)", "D:(A;;QQ;;;BA)", "D:(A;;FA;;;BA)x"])
def test_what_is_not_emulated_is_refused(text: str) -> None:
    if text == "D:":
        assert from_sddl(text) == ((), False)
        return
    with pytest.raises(ValueError):
        from_sddl(text)


def test_a_folder_and_a_file_inherit_what_is_for_them() -> None:
    parent, _ = from_sddl("D:P(A;OICI;FA;;;SY)(A;CI;LC;;;BU)(A;OIIO;FR;;;BU)(A;OICIIO;GA;;;CO)")
    new = Descriptor("S-1-5-21-1-2-3-1001")
    folder = to_sddl(new.with_inherited(parent, folder=True), protected=False)
    file = to_sddl(new.with_inherited(parent, folder=False), protected=False)
    assert folder == (
        "D:AI(A;OICIID;FA;;;SY)(A;CIID;LC;;;BU)(A;OIIOID;FR;;;BU)(A;ID;FA;;;S-1-5-21-1-2-3-1001)(A;OICIIOID;GA;;;CO)"
    )
    assert file == "D:AI(A;ID;FA;;;SY)(A;ID;FR;;;BU)(A;ID;FA;;;S-1-5-21-1-2-3-1001)"
    assert Descriptor(SYSTEM, (), protected=True).with_inherited(parent, folder=True) == ()


@pytest.mark.parametrize(
    ("sddl", "owner", "rights"),
    [
        ("D:P(A;;FA;;;BA)", SYSTEM, 0),
        ("D:P(A;;FR;;;BU)", SYSTEM, READ),
        ("D:P(A;OICIIO;FA;;;BU)", SYSTEM, 0),
        ("D:P(A;;FA;;;BA)", PLAIN.sid, WRITE_DAC | 0x20000),
        ("D:P(A;;FA;;;BA)(A;;RC;;;OW)", PLAIN.sid, 0x20000),
        ("D:P(A;;GA;;;WD)", SYSTEM, FULL),
    ],
)
def test_what_a_plain_user_may(sddl: str, owner: str, rights: int) -> None:
    assert allowed(owner, from_sddl(sddl)[0], PLAIN) == rights


def test_administrators_are_what_their_group_is() -> None:
    entries, _ = from_sddl("D:P(A;;FA;;;BA)")
    assert allowed(SYSTEM, entries, ADMIN) == FULL and ADMIN.owner == ADMINISTRATORS
    assert not allowed(SYSTEM, entries, PLAIN) & (ADD_FILE | DELETE) and PLAIN.owner == PLAIN.sid
    assert ACCOUNTS.name(PLAIN.sid) == "CONTOSO\\mallory" and ACCOUNTS.sid("nobody") is None
    assert OWNER_RIGHTS not in PLAIN.groups
