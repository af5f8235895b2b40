# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of tls_awx against the stand-in, in one process and without HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.configmgr.tls.plugins.plugin_utils._action.spec import argument_spec
from ansible_collections.configmgr.tls.plugins.plugin_utils._awx import AwxClient, Run, set_up

from .stand_in import SYSTEM, Awx

ROOT = Path(__file__).resolve().parents[2]
PLACE = "https://awx.example"
MACHINE, CLOUD = 901, 902
WHOLE = {
    "image": "registry.example/configmgr-tls:1",
    "project_url": "https://git.example/site.git",
    "webhook": "https://hooks.example/tls",
}
Settings = dict[str, Any]


def settings(**given: Any) -> Settings:
    """The options of the module with their defaults, and everything made unless told otherwise."""
    return {**{name: option.get("default") for name, option in argument_spec("tls_awx").items()}, **WHOLE, **given}


def with_credentials(awx: Awx | None = None) -> Awx:
    awx = awx or Awx()
    for name, kind in (("ConfigMgr machines", MACHINE), ("ConfigMgr AdminService", CLOUD)):
        awx.add("credentials", {"name": name, "credential_type": kind, "organization": awx.organization})
    return awx


def a_run(awx: Awx, *, token: str = SYSTEM, check_mode: bool = False) -> Run:
    def send(method: str, url: str, body: bytes | None) -> tuple[int, bytes]:
        address = urlsplit(url)
        path = address.path.removeprefix("/api/v2/")
        status, answer = awx.answer(
            token, method, path, dict(parse_qsl(address.query)), json.loads(body) if body else None
        )
        return status, b"" if answer is None else json.dumps(answer).encode()

    return Run(AwxClient(send, PLACE, "/api/v2"), check_mode)


def run(awx: Awx, *, token: str = SYSTEM, check_mode: bool = False, **given: Any) -> Run:
    awx.writes.clear()
    awx.requests = 0
    done = a_run(awx, token=token, check_mode=check_mode)
    set_up(done, settings(**given))
    return done


def made() -> Awx:
    """An AWX after the first run."""
    awx = with_credentials()
    run(awx)
    return awx
