# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ansible-lint with its own arguments, and with one ansible-playbook for the syntax of all playbooks and roles.

ansible-lint starts one for each of them, which is two thirds of its time. Where the one finds a fault, ansible-lint
goes on as it always does, and says which file and which rule.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from ansiblelint.__main__ import _run_cli_entrypoint
from ansiblelint.file_utils import Lintable
from ansiblelint.runner import Runner

Faults = list[Any]
_one_by_one = Runner._map_syntax_check_workers


def at_once(runner: Runner, worker: Callable[[Lintable], Faults], files: Sequence[Lintable]) -> list[Faults]:
    """What the syntax check finds in each of the files: nothing, when ansible-playbook takes all of them."""
    known = all(file.kind in ("playbook", "role") for file in files)
    return [] if known and is_sound(files) else _one_by_one(runner, worker, list(files))


def is_sound(files: Sequence[Lintable]) -> bool:
    """Whether ansible-playbook reads all playbooks, and a play that imports each of the roles."""
    playbooks = [str(file.path) for file in files if file.kind == "playbook"]
    tasks = [{"ansible.builtin.import_role": {"name": str(file.path)}} for file in files if file.kind == "role"]
    with tempfile.TemporaryDirectory() as folder:
        roles = Path(folder, "roles.yml")
        roles.write_text(yaml.safe_dump([{"hosts": "localhost", "tasks": tasks}]), encoding="utf-8")
        command = ["ansible-playbook", "--syntax-check", *playbooks, str(roles)]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


Runner._map_syntax_check_workers = at_once  # type: ignore[method-assign, assignment]
sys.argv[0] = "ansible-lint"
_run_cli_entrypoint()
