# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument specification comes from the documentation, whatever an action is."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.configmgr.tls.plugins import action as actions
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.base import TlsAction
from ansible_collections.configmgr.tls.plugins.plugin_utils._action.spec import argument_spec

FOLDER = Path(next(iter(actions.__path__)))
NAMES = sorted(path.stem for path in FOLDER.glob("tls_*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_every_action_has_a_module_of_its_name(name: str) -> None:
    plugin = importlib.import_module(f"{actions.__name__}.{name}").ActionModule
    assert issubclass(plugin, TlsAction)
    assert name == plugin.MODULE
    assert argument_spec(name)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_is_described(name: str) -> None:
    for option, fields in argument_spec(name).items():
        assert fields["type"] in ("str", "int", "bool", "list", "dict", "path", "float", "raw"), option
        assert "elements" in fields or fields["type"] != "list", option
        assert not fields.get("required") or "default" not in fields, option


def test_options_of_the_fragments_are_there() -> None:
    assert set(argument_spec("tls_settings")) >= {"stage", "roles", "configmgr_version", "backup_location", "run"}
    assert argument_spec("tls_settings")["backup_location"] == {
        "type": "str",
        "default": r"%SystemRoot%\configmgr.tls",
    }
    assert argument_spec("tls_facts")["roles"] == {"type": "list", "elements": "str", "default": []}


def test_the_validator_of_ansible_takes_it() -> None:
    outcome = ArgumentSpecValidator(argument_spec("tls_settings")).validate(
        {"stage": "disable", "configmgr_version": "2309"}
    )
    assert outcome.error_messages == []
    assert outcome.validated_parameters["configmgr_version"] == 2309
    assert outcome.validated_parameters["components"] == ["schannel", "dotnet", "winhttp"]
    assert outcome.validated_parameters["protocols"] is None
