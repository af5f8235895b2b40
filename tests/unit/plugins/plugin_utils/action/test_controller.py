# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller, as its user names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.controller import on_controller
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.waivers import load_waivers
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure


@pytest.fixture(autouse=True)
def started_by_ansible_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the project, with the PWD of the folder from which ansible-runner itself was started."""
    (tmp_path / "project").mkdir()
    monkeypatch.setenv("PWD", "/")
    monkeypatch.chdir(tmp_path / "project")


def test_a_relative_path_is_seen_from_where_ansible_was_started(tmp_path: Path) -> None:
    assert on_controller("waivers.yml", "waivers") == tmp_path / "project" / "waivers.yml"
    assert on_controller("/srv/waivers.yml", "waivers") == Path("/srv/waivers.yml")
    assert on_controller("~/waivers.yml", "waivers") == Path.home() / "waivers.yml"


def test_a_file_that_is_not_there_is_named_with_its_whole_path(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=str(tmp_path / "project" / "waivers.yml")):
        load_waivers("waivers.yml")


@pytest.mark.parametrize("path", ["\xfc" * 1000, "a\0b", "~nobody-of-this-name/x", "\udc80\ud800"])
def test_what_cannot_be_a_path_is_named_with_its_option(path: str) -> None:
    with pytest.raises(Failure, match="folder is no path on the controller") as caught:
        on_controller(path, "folder")
    assert caught.value.code == "bad_argument"
