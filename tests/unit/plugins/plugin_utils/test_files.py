# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How files come to their places on the controller, and to whom they are shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils import _files
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._files import AS_UMASK, write_whole


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_for_its_owner_whatever_was_there_and_whatever_the_umask(tmp_path: Path) -> None:
    file, shared = tmp_path / "new" / "folder" / "report.json", tmp_path / "manifest.yml"
    before = os.umask(0o027)
    try:
        write_whole(file, b"1", code="c")
        file.chmod(0o666)
        write_whole(file, b"2", code="c")
        write_whole(shared, b"3", code="c", mode=AS_UMASK)
    finally:
        os.umask(before)
    assert (file.read_bytes(), mode(file), mode(shared)) == (b"2", 0o600, 0o640)
    assert list(file.parent.iterdir()) == [file]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "report.json"
    write_whole(file, b"old", code="c")

    def full(_path: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Failure, match="No space left") as caught:
        write_whole(file, b"new", code="report_not_written")
    assert caught.value.code == "report_not_written" and caught.value.remedy
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_link_is_replaced_and_what_is_no_file_stays(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "target", tmp_path / "link", tmp_path / "pipe"
    target.write_bytes(b"mine")
    link.symlink_to(target)
    os.mkfifo(pipe)
    write_whole(link, b"x", code="c")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"mine", b"x", False)
    for path in (pipe, tmp_path):
        with pytest.raises(Failure, match="no plain file"):
            write_whole(path, b"x", code="c")
    assert pipe.is_fifo()


def test_a_folder_behind_a_link_is_the_owners_only_if_he_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, first, second, loop = (tmp_path / name for name in ("real", "first", "second", "loop"))
    real.mkdir()
    second.symlink_to(real)
    first.symlink_to("second")
    write_whole(first / "sub" / "report.json", b"1", code="c")
    assert (real / "sub" / "report.json").read_bytes() == b"1"
    loop.symlink_to(loop)
    with pytest.raises(Failure):
        write_whole(loop / "report.json", b"2", code="c")
    monkeypatch.setattr(_files, "_is_ours", lambda link: link != second)
    with pytest.raises(Failure, match=f"{second} is a link of somebody else"):
        write_whole(first / "other" / "report.json", b"2", code="c")
    assert not (real / "other").exists()
