# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller lacks, and when that is so for all hosts: without a host, and without Kerberos."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.tls.plugins.plugin_utils._connection import controller, kerberos
from ansible_collections.configmgr.tls.plugins.plugin_utils._connection.target import ConnectionTarget
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.errors import table


def target(connection: str = "winrm", method: str = "kerberos", **changed: Any) -> ConnectionTarget:
    given = {"host": "h1.corp.example", "port": 5986, "scheme": "https", "user": "u@D", "has_password": True, **changed}
    return ConnectionTarget(connection=connection, authentication=(method,), **given)


def codes(of: ConnectionTarget) -> list[str]:
    return [fault.code for fault, _detail in controller.troubles(of)]


@pytest.fixture
def has(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Only these of the modules that are asked for are installed."""

    def only(*names: str) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if name in names else None)

    return only


@pytest.mark.parametrize(
    ("connection", "method", "installed", "package"),
    [
        ("winrm", "basic", (), "pywinrm"),
        ("psrp", "ntlm", ("winrm",), "pypsrp"),
        ("winrm", "kerberos", ("winrm", "krb5"), "pywinrm[kerberos]"),
        ("psrp", "kerberos", ("pypsrp", "kerberos"), "pypsrp[kerberos]"),
    ],
)
def test_a_library_is_named_as_pip_knows_it(
    has: Callable[..., None], connection: str, method: str, installed: tuple[str, ...], package: str
) -> None:
    has(*installed)
    ((fault, detail),) = controller.troubles(target(connection, method))
    assert fault.code == "missing_library" and f"'{package}'" in detail


def test_nothing_is_missing(has: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KRB5_CONFIG", raising=False)
    has("winrm", "pypsrp", "kerberos", "krb5")
    assert codes(target()) == codes(target("psrp")) == codes(target("ssh", "key or ticket", scheme="ssh")) == []


def test_files_logins_and_configurations(
    has: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    has("winrm", "kerberos")
    assert codes(target(method="basic", verify=str(tmp_path / "none.pem"))) == ["ca_file_missing"]
    assert codes(target(method="basic", verify=str(tmp_path))) == []
    assert codes(target(method="ntlm", has_password=False)) == ["login_incomplete"]
    monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "none.conf"))
    assert codes(target()) == ["kerberos_configuration"]


@pytest.mark.parametrize(("exit_code", "expected"), [(0, []), (1, ["kerberos_no_ticket"])])
def test_without_a_library_klist_tells_of_a_ticket(
    has: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, exit_code: int, expected: list[str]
) -> None:
    has("winrm", "kerberos")
    monkeypatch.delenv("KRB5_CONFIG", raising=False)
    program = tmp_path / "klist"
    program.write_text(f"#!/bin/sh\ntest $1 = -s && exit {exit_code}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert codes(target(has_password=False)) == expected
    assert codes(target(has_password=True)) == []


def test_nobody_can_tell_without_klist(has: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    has("winrm", "kerberos")
    monkeypatch.setenv("PATH", "/none")
    assert kerberos.held_ticket() is None


WINRM = {"ansible_connection": "winrm", "ansible_winrm_transport": "kerberos", "ansible_host": "differs"}


@pytest.mark.parametrize(
    ("others", "code", "expected"),
    [
        ([WINRM], "missing_library", True),
        ([{**WINRM, "ansible_host": "h2", "ansible_port": 1}], "kerberos_no_ticket", True),
        ([{**WINRM, "ansible_user": "somebody"}], "missing_library", True),
        ([{**WINRM, "ansible_user": "somebody"}], "kerberos_no_ticket", False),
        ([{**WINRM, "ansible_password": "x"}], "kerberos_no_ticket", False),
        ([{**WINRM, "ansible_connection": "psrp"}], "missing_library", False),
    ],
)
def test_when_a_fault_is_that_of_all(others: list[dict[str, Any]], code: str, expected: bool) -> None:
    assert controller.alike([WINRM, *others], table()[code]) is expected


def test_two_passwords_are_alike_and_files_by_a_template_are_not() -> None:
    fault = table()["ca_file_missing"]
    assert controller.alike([{**WINRM, "ansible_password": word} for word in ("one", "two")], fault)
    by_template = {**WINRM, "ansible_winrm_ca_trust_path": "/pki/{{ inventory_hostname }}.pem"}
    assert not controller.alike([by_template, by_template], fault)
