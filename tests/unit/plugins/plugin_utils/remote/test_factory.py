# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which connections are served, and what of their options arrives at the library."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pypsrp.wsman import WSMan

from ansible_collections.configmgr.tls.plugins.plugin_utils._remote import RemoteError, factory, open_session, psrp
from ansible_collections.configmgr.tls.plugins.plugin_utils._remote.environment import keep_environment


@pytest.mark.parametrize("name", ["local"])
def test_other_connections_are_refused_clearly(name: str, connect: Callable[..., Any]) -> None:
    with pytest.raises(RemoteError) as raised:
        open_session(connect(name), host="h1")
    assert (raised.value.kind, raised.value.unreachable) == ("unsupported_connection", False)
    assert name in raised.value.detail and "winrm" in raised.value.remedy


@pytest.mark.parametrize(("name", "library"), [("winrm", "pywinrm"), ("psrp", "pypsrp")])
def test_a_missing_library_is_named(name: str, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    row = dataclasses.replace(factory.LIBRARIES[name], missing=ImportError(f"No module named {name!r}"))
    monkeypatch.setattr(factory, "LIBRARIES", {name: row})
    with pytest.raises(RemoteError) as raised:
        open_session(SimpleNamespace(transport=name), host="h1")
    assert raised.value.code == "missing_library" and library in raised.value.detail and "Python" in raised.value.detail


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, {"port": 5986, "ssl": True, "cert_validation": True, "encryption": "auto", "no_proxy": False}),
        ({"ansible_port": 5985}, {"port": 5985, "ssl": False}),
        ({"ansible_port": 443}, {"port": 443, "ssl": True}),
        ({"ansible_psrp_protocol": "http"}, {"port": 5985, "ssl": False}),
        ({"ansible_psrp_protocol": "https", "ansible_port": 5985}, {"port": 5985, "ssl": True}),
        ({"ansible_psrp_ca_cert": "/ca.pem"}, {"cert_validation": "/ca.pem"}),
        ({"ansible_psrp_ca_cert": "/ca.pem", "ansible_psrp_cert_validation": "ignore"}, {"cert_validation": False}),
        ({"ansible_psrp_message_encryption": "always"}, {"encryption": "always"}),
        ({"ansible_psrp_proxy": "http://p:1"}, {"proxy": "http://p:1"}),
        ({"ansible_psrp_ignore_proxy": True}, {"no_proxy": True}),
        (
            {"ansible_psrp_read_timeout": 40, "ansible_psrp_operation_timeout": 35},
            {"read_timeout": 40, "operation_timeout": 35},
        ),
        ({"ansible_psrp_reconnection_backoff": 3}, {"reconnection_backoff": 3.0}),
        ({"ansible_psrp_negotiate_hostname_override": "h.example"}, {"negotiate_hostname_override": "h.example"}),
        ({"ansible_psrp_auth": "credssp"}, {"auth": "credssp", "credssp_minimum_version": 2}),
    ],
)
def test_psrp_options_arrive(variables: dict[str, Any], expected: dict[str, Any], connect: Callable[..., Any]) -> None:
    arguments = psrp.options_of(connect("psrp", **variables))
    assert {name: arguments.get(name) for name in expected} == expected


def test_psrp_options_are_those_of_the_plugin(connect: Callable[..., Any]) -> None:
    connection = connect("psrp", ansible_host="10.1.2.3", ansible_psrp_ca_cert="/ca.pem")
    connection._build_kwargs()
    ours = psrp.options_of(connection)
    assert ours == {name: value for name, value in connection._psrp_conn_kwargs.items() if value is not None}
    WSMan(**ours)


@pytest.mark.parametrize(("auth", "asks"), [(("u", "p"), False), (None, True)])
def test_a_session_with_its_own_login_stops_asking_the_environment(auth: object, asks: bool) -> None:
    session = SimpleNamespace(auth=auth, trust_env=True)
    keep_environment(session)
    assert session.trust_env is asks
    keep_environment(None)


def test_an_option_that_is_not_there_is_left_to_the_library() -> None:
    values = {"remote_addr": "h", "remote_user": "u", "remote_password": "p"}
    connection = SimpleNamespace(get_option=values.__getitem__)
    assert WSMan(**psrp.options_of(connection)).transport.endpoint == "https://h:5986/wsman"
