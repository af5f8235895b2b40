# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner's manifest and files: what is taken from them, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import packages
from ansible_collections.configmgr.tls.plugins.plugin_utils._failure import Failure
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.manifest import (
    ManifestFile,
    manifest_text,
    parse_manifest,
    scan_folder,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.plan import (
    collection_query,
    package_table,
    plans,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._updates.source import UpdateSource, parse_source

DIGEST = "a" * 64
FILE = ManifestFile("dotnet-4.8", "ndp48.exe", DIGEST, 10)

names = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='/\\:*?"<>|'), min_size=1
)
files = st.builds(
    ManifestFile,
    st.sampled_from([row.id for row in packages()]),
    names.filter(lambda name: name not in (".", "..")),
    st.text("0123456789abcdef", min_size=64, max_size=64),
    st.integers(1, 10**12),
)


@given(st.lists(files, unique_by=lambda file: file.package))
def test_a_manifest_is_read_as_it_was_written(listed: list[ManifestFile]) -> None:
    assert parse_manifest(manifest_text(listed), "m") == {file.package: file for file in listed}
    assert manifest_text(listed) == manifest_text(listed[::-1])


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(Failure) as raised:
        parse_manifest(text, "m.yml")
    assert raised.value.code == "bad_manifest" and "m.yml" in str(raised.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("package", "no-such"),
        ("package", ["dotnet-4.8"]),
        ("file", "../../etc/passwd"),
        ("file", "a\\b"),
        ("file", ".."),
        ("file", ""),
        ("file", 7),
        ("file", "a\nb"),
        ("sha256", "abc"),
        ("size", 0),
        ("size", "10"),
        ("size", True),
        ("arguments", "/calc"),
    ],
)
def test_a_bad_row_is_named(field: str, value: object) -> None:
    text = yaml.safe_dump({"schema": 1, "files": [{**FILE.as_dict(), field: value}]})
    with pytest.raises(Failure, match="file 1"):
        parse_manifest(text, "m.yml")


def test_a_package_twice_is_refused() -> None:
    text = yaml.safe_dump({"schema": 1, "files": [FILE.as_dict(), FILE.as_dict()]})
    with pytest.raises(Failure, match="two files"):
        parse_manifest(text, "m.yml")


def test_files_are_found_by_the_names_that_microsoft_gives_them(tmp_path: Path) -> None:
    for name in ("NDP48-x86-x64-AllOS-ENU.exe", "Windows6.1-KB3140245-x64.msu", "notes.txt"):
        (tmp_path / name).write_bytes(name.encode())
    scan = scan_folder(tmp_path, {})
    assert {file.package: file.file for file in scan.files} == {
        "dotnet-4.8": "NDP48-x86-x64-AllOS-ENU.exe",
        "winhttp-7-x64": "Windows6.1-KB3140245-x64.msu",
    }
    assert scan.files[0].sha256 == hashlib.sha256(scan.files[0].file.encode()).hexdigest()


def test_the_owner_may_name_a_file(tmp_path: Path) -> None:
    (tmp_path / "windows8.1-kb5050063-x64.msu").write_bytes(b"later rollup")
    scan = scan_folder(tmp_path, {"wsus-2012-r2-x64": "windows8.1-kb5050063-x64.msu"})
    assert [file.package for file in scan.files] == ["wsus-2012-r2-x64"]
    with pytest.raises(Failure, match=r"gone\.msu"):
        scan_folder(tmp_path, {"wsus-2012-r2-x64": "gone.msu"})


def test_two_files_for_one_package_are_ambiguous(tmp_path: Path) -> None:
    for name in ("msodbcsql.msi", "msodbcsql18.msi"):
        (tmp_path / name).write_bytes(b"x")
    assert scan_folder(tmp_path, {}).ambiguous == {"odbc18-x64": ("msodbcsql.msi", "msodbcsql18.msi")}


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Failure) as raised:
        scan_folder(tmp_path / "gone", {})
    assert raised.value.code == "no_source"


def test_the_three_kinds_of_source(tmp_path: Path) -> None:
    assert parse_source(r"\\files01\updates$\2026 spring", Path) == UpdateSource(
        "share", r"\\files01\updates$\2026 spring"
    )
    assert parse_source("https://files01:8443/updates/", Path) == UpdateSource("web", "https://files01:8443/updates")
    assert parse_source(str(tmp_path), Path) == UpdateSource("folder", str(tmp_path))


@given(st.text(min_size=1))
def test_no_text_becomes_more_than_a_place(text: str) -> None:
    for prefix in ("\\\\server\\", "http://server/"):
        try:
            source = parse_source(prefix + text, Path)
        except Failure as error:
            assert error.code == "bad_source"
        else:
            assert not set(source.place) & set('"%&|<>^!();,=\n\r\t')


def test_a_file_is_read_block_by_block_and_checked_at_its_end(tmp_path: Path) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "x.exe").write_bytes(content)
    file = ManifestFile("dotnet-4.8", "x.exe", hashlib.sha256(content).hexdigest(), len(content))
    source = UpdateSource("folder", str(tmp_path))
    blocks = list(source.blocks(file))
    assert b"".join(blocks) == content and len(blocks) > 1
    (tmp_path / "x.exe").write_bytes(content[:-1])
    with pytest.raises(Failure) as raised:
        list(source.blocks(file))
    assert raised.value.code == "wrong_hash"


def test_what_a_machine_is_told_to_fetch() -> None:
    share = UpdateSource("share", r"\\files01\updates").fetch_command(
        FILE, r"C:\Windows", r"C:\Windows\x\dotnet-4.8.exe"
    )
    assert share == r'copy /y "\\files01\updates\ndp48.exe" "C:\Windows\x\dotnet-4.8.exe"'
    web = UpdateSource("web", "http://files01/u").fetch_command(FILE, r"C:\Windows", r"C:\x.exe")
    assert web.startswith(r'"C:\Windows\System32\bitsadmin.exe" /transfer') and "http://files01/u/ndp48.exe" in web


@pytest.mark.parametrize("name", ["a b.exe", "a&b.exe", "a%b%.exe", "-a.exe", "a;b.exe", "ä.exe"])
def test_a_name_that_a_machine_cannot_be_told(name: str) -> None:
    with pytest.raises(Failure) as raised:
        UpdateSource("share", r"\\s\u").fetch_command(
            ManifestFile("dotnet-4.8", name, DIGEST, 1), r"C:\Windows", r"C:\x"
        )
    assert raised.value.code == "bad_name"


ROW = {"id": "dotnet-4.8", "title": ".NET Framework 4.8", "reasons": ["dotnet-release"], "size": 5, "services": []}


def test_the_plan_is_by_package_in_the_order_of_the_catalogue() -> None:
    first = {**ROW, "id": "winhttp-7-x64"}
    found = plans({"pc2.corp.example": [ROW], "pc1": [first, ROW]})
    assert [(plan.package, list(plan.machines)) for plan in found] == [
        ("winhttp-7-x64", ["pc1"]),
        ("dotnet-4.8", ["pc1", "pc2.corp.example"]),
    ]
    assert package_table(found[1]).splitlines()[1].startswith('"pc1","dotnet-4.8",".NET Framework 4.8",')


def test_the_query_names_machines_as_configmgr_does() -> None:
    query = collection_query(["pc2.corp.example", "PC1", 'x" or 1=1 --'])
    assert query.endswith('where SMS_R_System.NetbiosName in ("PC1", "PC2")\n')
