# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalogue of packages is whole: every finding that an update mends has one, and nothing on it can break out."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._data import (
    DataError,
    ExitCode,
    Package,
    exit_code,
    installer,
    load_table,
    package,
    packages,
    sql_client_requirement,
    updates,
)
from ansible_collections.configmgr.tls.plugins.plugin_utils._data.load import build_rows
from ansible_collections.configmgr.tls.plugins.plugin_utils._tls.requirement import requirements

# Updates that the issue of TLS 1.2 is about; those of SQL Server are builds.
IN_CATALOGUE = {
    "KB3140245", "KB4019276", "KB4022720", "KB4022721", "KB3154517", "KB3154518", "KB3154519", "KB3154520",
    "KB4474419", "KB4490628",
}  # fmt: skip
ROW = {
    "id": "some-package", "title": "A package", "component": "visual_cpp", "kind": "exe", "files": ["some.exe"],
    "minutes": 5, "restart": "none", "runtime": "x64", "version": "1.0.0.0", "sources": ["KB1234567"],
}  # fmt: skip


def test_every_finding_that_an_update_mends_has_a_package() -> None:
    # Whether the update of .NET Framework 3.5 is there cannot be seen, so that finding never fails.
    mended = {row.id for row in requirements() if row.fix == "update"} - {"dotnet-35-update"}
    named = {finding for row in packages() for finding in row.findings}
    assert mended == named, "its id is missing in `findings` of packages.yml, or its own `fix` is `manual`"


def test_every_update_is_there() -> None:
    assert {row.update for row in packages() if row.update} == IN_CATALOGUE
    assert {row.kb for row in updates()} >= IN_CATALOGUE


def test_what_a_package_needs_comes_before_it() -> None:
    order = [row.id for row in packages()]
    for row in packages():
        for need in (*row.needs, *row.after):
            assert order.index(need) < order.index(row.id)
        # Taking a package out because of what its need needs is not provided for.
        assert not [need for need in row.needs if package(need).needs]


def test_no_package_is_a_version_that_breaks_configmgr() -> None:
    odbc = package("odbc18-x64")
    assert [str(version) for version in odbc.never] == ["18.6.1.1"]
    assert str(odbc.version) != "18.6.1.1"
    needed = sql_client_requirement("odbc18", 2503)
    assert needed and needed.min and odbc.version and odbc.version.full_key >= needed.min.full_key


def test_engines_stop_their_service_and_start_clean() -> None:
    engines = [row for row in packages() if row.is_engine]
    assert engines
    assert all(row.services and row.clean_start and row.minutes >= 30 for row in engines)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "a b"),
        ("id", "a&b"),
        ("arguments", ["/quiet & calc"]),
        ("arguments", ["%PATH%"]),
        ("arguments", ['"']),
        ("files", ["../x.exe"]),
        ("kind", "bat"),
        ("needs", ["no-such-package"]),
        ("after", ["no-such-package"]),
        ("findings", ["no-such-finding"]),
        ("runtime", None),
        ("client", "odbc18"),
        ("architectures", ["ia64"]),
    ],
)
def test_a_bad_row_is_refused(field: str, value: object) -> None:
    assert build_rows("packages.yml", [ROW], Package)
    with pytest.raises(DataError):
        build_rows("packages.yml", [{**ROW, field: value}], Package)


def test_exit_codes_are_signed_or_not() -> None:
    meaning = exit_code("msu", -2145124329)
    assert meaning is not None and meaning is exit_code("msu", 2149842967) and meaning.means == "not_applicable"
    assert exit_code("exe", -2145124329) is None and exit_code("msi", 4711) is None


def test_each_exit_code_of_a_kind_has_one_meaning() -> None:
    rows = load_table("exit_codes", ExitCode)
    pairs = [(kind, row.code) for row in rows for kind in row.kinds]
    assert len(pairs) == len(set(pairs))
    for kind in ("msu", "msi", "cab", "exe"):
        assert {row.means for row in rows if kind in row.kinds} >= {"installed", "restart_required", "busy"}


def test_installers_run_without_a_window_and_without_a_restart_of_their_own() -> None:
    assert {installer(kind).program for kind in ("msu", "msi", "cab")} == {
        rf"%SystemRoot%\System32\{name}.exe" for name in ("wusa", "msiexec", "dism")
    }
    for kind in ("msu", "msi", "cab"):
        assert "/norestart" in installer(kind).arguments
