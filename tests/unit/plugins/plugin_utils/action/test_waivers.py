# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of waivers: what is refused before any condition is asked of a machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import load_waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure

GOOD = {
    "id": "W-1", "reason": "winhttp-update", "condition": "facts.roles[0:5:1] | [0] == 'client'",
    "why": "replaced in March", "owner": "Ada Example", "expires": "2027-03-31",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("why", " ", "missing why"),
        ("owner", "\t", "missing owner"),
        ("condition", "facts.roles[0:5:0] | [0] == 'client'", "the step of a slice is 0"),
        ("condition", "length(facts.roles[::0]) == `1`", "the step of a slice is 0"),
    ],
)
def test_a_waiver_that_says_nothing_or_would_stumble(tmp_path: Path, field: str, value: str, words: str) -> None:
    path = tmp_path / "waivers.yml"
    path.write_text(json.dumps([GOOD]), encoding="utf-8")
    assert [waiver.id for waiver in load_waivers(str(path))] == ["W-1"]
    path.write_text(json.dumps([GOOD | {field: value}]), encoding="utf-8")
    with pytest.raises(Failure, match=words) as caught:
        load_waivers(str(path))
    assert caught.value.code == "bad_waivers"
