# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook as a person runs it: the guide word by word, check mode, and a failure."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .core import MACHINE, ROOT, made
from .server import running
from .stand_in import ORGANIZATION, SYSTEM, Awx

GUIDE = (ROOT / "docs" / "awx.md").read_text(encoding="utf-8")
PLAYBOOKS = ROOT / "playbooks"
ENVIRONMENT = {**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_LOCALHOST_WARNING": "0"}
BIN = Path(sys.executable).parent


def shell(commands: str) -> subprocess.CompletedProcess[str]:
    environment = {**ENVIRONMENT, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(["bash", "-ec", commands], env=environment, capture_output=True, text=True, timeout=120)


def playbook(name: str, *options: str, **variables: Any) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "ansible",
        "playbook",
        str(PLAYBOOKS / name),
        "-e",
        json.dumps(variables),
        *options,
    ]
    return subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)


def recap(done: subprocess.CompletedProcess[str]) -> str:
    return next(line for line in done.stdout.splitlines() if line.startswith("localhost"))


def test_the_guide_word_by_word() -> None:
    """Its commands, with address and token in the place of its examples; its credentials made when it says so."""
    (commands,) = re.findall(r"^ {7}export CONTROLLER_HOST.*\n(?: {7}.*\n)+", GUIDE, re.MULTILINE)
    (machines, service) = re.findall(r"^   \| `([^`]+)` \| ([^|]+) \|", GUIDE, re.MULTILINE)
    assert machines[1] == "Machine"
    awx = Awx()
    with running(awx) as address:
        commands = commands.replace("https://awx.corp.example", address)
        first, later = (commands.replace("=...", f"={token}") for token in (SYSTEM, ORGANIZATION))
        awx.add("credentials", {"name": machines[0], "credential_type": MACHINE})
        done = shell(first)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"There is no credential {service[0]}." in done.stdout
        assert f"There is no credential {machines[0]}." not in done.stdout
        kind = awx.named("credential_types", service[1])["id"]
        awx.add("credentials", {"name": service[0], "credential_type": kind})
        done = shell(first)
        assert f"attached inventory_sources ConfigMgr, credentials {service[0]}" in done.stdout
        awx.writes.clear()
        done = shell(later)
    assert (done.returncode, awx.writes) == (0, []) and "changed=0" in recap(done)
    assert awx.named("projects", "ConfigMgr TLS")["scm_url"] == "https://git.corp.example/tls.git"
    assert SYSTEM not in done.stdout + done.stderr


def test_check_mode_tells_each_difference_and_counts_it() -> None:
    awx = made()
    awx.named("job_templates", "ConfigMgr TLS audit")["job_type"] = "run"
    awx.link("verify", "success", "disable")
    awx.writes.clear()
    with running(awx) as address:
        given = {"url": address, "token": SYSTEM, "project_url": "https://git.example/site.git"}
        variables = {f"configmgr_tls_awx_{name}": value for name, value in given.items()}
        done = playbook("awx.yml", "--check", "--diff", **variables)
    assert done.returncode == 0 and "changed=1" in recap(done) and awx.writes == []
    assert "would change job_templates ConfigMgr TLS audit: job_type" in done.stdout
    assert "would take away workflow_job_templates ConfigMgr TLS 1.2, link verify success disable" in done.stdout
    assert "-  job_type: run" in done.stdout and "+  job_type: check" in done.stdout


def test_a_refusal_is_told_with_what_was_made_and_without_the_token() -> None:
    awx = made()
    awx.named("projects", "ConfigMgr TLS")["description"] = "by hand"
    with running(awx) as address:
        given = {
            "url": address,
            "token": SYSTEM,
            "project_url": "https://git.example/site.git",
            "playbooks": "elsewhere",
        }
        done = playbook("awx.yml", "-vvv", **{f"configmgr_tls_awx_{name}": value for name, value in given.items()})
    assert done.returncode != 0 and "changed projects ConfigMgr TLS: description" in done.stdout
    assert "the project has no playbook elsewhere/audit.yml. See the project and its last sync in AWX" in done.stdout
    assert '"code": "awx_playbook"' in done.stdout
    assert SYSTEM not in done.stdout + done.stderr


def test_the_last_node_fails_with_a_sentence() -> None:
    done = playbook("not_turned_off.yml", awx_workflow_job_id=7)
    assert done.returncode == 2
    assert "The older protocols were not turned off" in done.stdout and "of workflow job 7 say what" in done.stdout


@pytest.mark.parametrize("message", re.findall(r"^\| `([^`]+)` \| ", GUIDE.partition("## When AWX refuses")[2], re.M))
def test_the_guide_quotes_messages_that_there_are(message: str) -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "plugins/plugin_utils/_awx").glob("*.py"))
    assert message in sources.replace('"\n    "', "")
