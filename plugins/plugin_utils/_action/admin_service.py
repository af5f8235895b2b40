# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The AdminService as an action asks it: from its options, and which hosts of the play are clients only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ansible.errors import AnsibleActionFail
from ansible.module_utils.basic import missing_required_lib

from .._estate.admin_service import LIBRARY, MISSING, AdminService, Login
from .._failure import Failure
from .arguments import in_range
from .base import Task
from .controller import on_controller
from .hosts import host_variables

__all__ = ["admin_service", "clients_of"]


@contextmanager
def admin_service(task: Task) -> Iterator[AdminService]:
    """The AdminService that the task's arguments name. Raises Failure; the password is kept out of every result."""
    if MISSING is not None:
        raise AnsibleActionFail(missing_required_lib(LIBRARY), result={"code": "missing_library"})
    given = task.arguments
    task.secrets.update({given["password"] or ""} - {""})
    url, collection = str(given["url"]), str(given.get("collection", ""))
    if not url.lower().startswith("https://"):
        raise Failure("bad_argument", f"url is {url!r}.", "Give an address like https://cm01.corp.example.")
    if collection and not collection.isalnum():
        raise Failure("bad_argument", f"collection is {collection!r}.", "Give an id like SMS00001.")
    trusted: str | bool = str(on_controller(given["ca_path"], "ca_path")) if given["ca_path"] else True
    service = AdminService(
        url,
        Login(given["authentication"], given["user"], given["password"]),
        verify=trusted if given["validate_certs"] else False,
        timeout=given["timeout"],
        retries=2,
        page_size=in_range(given, "page_size", 1, 100_000),
    )
    try:
        yield service
    finally:
        service.close()


def clients_of(task: Task) -> dict[str, list[str]]:
    """Roles by host, of the hosts that were named, or of those of the play that are clients and nothing else."""
    hosts = {host.name: host.roles_of_groups for host in host_variables(task, task.arguments["hosts"])}
    if task.arguments["hosts"] is None:
        return {name: found for name, found in hosts.items() if found == ["client"]}
    return hosts
