# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs without the second and a half that importing them takes: a process that has, forks for every run.

The command line, the environment, the folder and the exit code are those of a program of its own. What Ansible reads
of its environment when it is imported is the same for all runs of one parent.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ACTIONS = ROOT / "plugins" / "action"
PAGES = ROOT / "plugins" / "plugin_utils" / "_report" / "page"
PLUGINS = "ansible_collections.configmgr.tls.plugins"
IMPORTED = (
    "ansible.cli.inventory",
    "ansible.cli.playbook",
    "ansible.executor.playbook_executor",
    "ansible.executor.process.worker",
    "ansible.plugins.strategy.linear",
    "ansible.plugins.callback.default",
    "ansible.plugins.connection.winrm",
    "ansible.plugins.connection.psrp",
    "ansible.plugins.connection.ssh",
    "ansible.plugins.inventory.yaml",
    "cryptography.x509",
    "pypsrp.client",
    "requests_ntlm",
    "smbprotocol.open",
    "winrm.protocol",
    "jmespath",
)


class WarmAnsible:
    """One parent, started for its first run with the ``ANSIBLE_`` part of the environment that its runs will have."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.settings = settings_of(environment)
        self._environment = dict(environment)
        self._turn = threading.Lock()

    @cached_property
    def _parent(self) -> subprocess.Popen[str]:
        command = [sys.executable, __file__]
        return subprocess.Popen(
            command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(
        self,
        program: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        output: Path,
        errors: Path | None = None,
    ) -> int:
        """Run a program ("playbook" or "inventory") with these arguments; what it prints goes to the file ``output``.

        Its messages go there too, where there is no file for ``errors``.
        """
        request = {"program": program, "arguments": list(arguments), "environment": dict(environment)}
        request |= {"folder": str(folder), "output": str(output), "errors": str(errors or output)}
        with self._turn:
            assert self._parent.stdin is not None and self._parent.stdout is not None
            self._parent.stdin.write(json.dumps(request) + "\n")
            self._parent.stdin.flush()
            return int(self._parent.stdout.readline())

    def close(self) -> None:
        if "_parent" in self.__dict__:
            assert self._parent.stdin is not None
            self._parent.stdin.close()
            self._parent.wait()


def settings_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What Ansible is told by the environment, but for the place of its configuration file, which all have alike."""
    return {name: value for name, value in environment.items() if name.startswith("ANSIBLE_") and "CONFIG" not in name}


def _serve() -> None:
    for module in IMPORTED:
        importlib.import_module(module)
    from ansible.plugins.loader import init_plugin_loader

    # Ansible compiles what it loads of a collection anew in every process.
    init_plugin_loader()
    for action in sorted(ACTIONS.glob("[a-z]*.py")):
        importlib.import_module(f"{PLUGINS}.action.{action.stem}")
    # As Jinja does with the pages of the report.
    report = importlib.import_module(f"{PLUGINS}.plugin_utils._report.html_page")
    for page in PAGES.glob("*.j2"):
        report._environment().get_template(page.name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become_ansible(json.loads(line))
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become_ansible(request: Mapping[str, Any]) -> None:
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    output, errors = (
        os.open(request[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o644)
        for name in ("output", "errors")
    )
    for target, source in ((0, nothing), (1, output), (2, errors)):
        os.dup2(source, target)
    sys.argv = [f"ansible-{request['program']}", *request["arguments"]]
    warnings.filterwarnings("ignore", message="AnsibleCollectionFinder has already been configured")
    program = importlib.import_module(f"ansible.cli.{request['program']}")
    code = 1
    try:
        program.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
