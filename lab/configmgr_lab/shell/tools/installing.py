# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Installers: wusa, msiexec, dism, and programs that install themselves. They install the stand-ins of
installers/packages.yml and end with the exit codes of the real ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from ...features import Feature, Source
from ...images.loader import install_product
from ...installers.packages import Package, package_in
from ...machine.files import FileError
from ...machine.machine import Machine
from ...machine.services import ServiceError
from ...machine.tasks import StillWaiting
from ..process import Call
from .tool import Tool

BUSY, FAILED, RESTART, RESTARTING, CANCELLED = 1618, 1603, 3010, 1641, 1602
_MEGABYTE = 1024 * 1024
_ALREADY_MSU = 0x240006
_NO_FILE = {"msu": -2147024894, "cab": -2147024894, "msi": 1619, "exe": 2}
_NO_PACKAGE = {"msu": -2147024885, "cab": -2147024885, "msi": 1620, "exe": 193}
_NOT_APPLICABLE = {"msu": -2145124329, "cab": -2146498530, "msi": 1633, "exe": 5100}
_NO_SPACE = {"msu": -2147024784, "cab": -2147024784, "msi": FAILED, "exe": 112}


def run_installer(call: Call, path: str, kind: str, words: Sequence[str]) -> int:
    """Install the file; the exit code. Raises StillWaiting for one that asks a question as SYSTEM."""
    machine, faults = call.machine, call.machine.faults.installer
    try:
        package = package_in(next(call.files.blocks(call.path(path))))
    except (FileError, StopIteration):
        return _NO_FILE[kind]
    if package is None or package.kind != kind:
        return _NO_PACKAGE[kind]
    if faults.exit_code is not None:
        code, faults.exit_code = faults.exit_code, None
        return code
    if faults.busy_until is not None and machine.clock.now() < faults.busy_until:
        return BUSY
    given = {word.lower() for word in words}
    if package.quiet and package.quiet.lower() not in given:
        if call.session.user.upper() == "SYSTEM":
            raise StillWaiting
        return CANCELLED
    if (refusal := _refusal(machine, package, given)) is not None:
        return refusal
    code = _install(machine, package)
    if code == RESTART and (faults.ignores_norestart or "/norestart" not in given):
        machine.restart()
        return RESTARTING
    return code


def _refusal(machine: Machine, package: Package, given: set[str]) -> int | None:
    kind, image = package.kind, machine.image
    architecture = "x64" if image.is_64bit else "x86"
    if (package.builds and image.build not in package.builds) or package.architecture not in ("", architecture):
        return _NOT_APPLICABLE[kind]
    if package.license and package.license.lower() not in given:
        return FAILED
    if package.needs and machine.registry.key(package.needs.replace("HKLM", "HKEY_LOCAL_MACHINE")) is None:
        return FAILED if kind == "msi" else _NOT_APPLICABLE[kind]
    if package.product in machine.installed or package.product in machine.site_host.products:
        if kind in ("msu", "cab"):
            return _ALREADY_MSU
        if package.already is not None:
            return package.already
    if machine.files.free < package.space_mb * _MEGABYTE:
        return _NO_SPACE[kind]
    return None


def _install(machine: Machine, package: Package) -> int:
    def put() -> None:
        install_product(package.product, machine.registry, machine.files)

    machine.installed.add(package.product)
    if package.restart == "servicing":
        machine.finish_after_restart(put, servicing=True)
        return RESTART
    put()
    for service in package.services:
        with suppress(ServiceError):
            machine.services.stop(service)
    for service in reversed(package.services):
        with suppress(ServiceError):
            machine.services.start(service)
    if package.restart == "files":
        machine.finish_after_restart(lambda: None, servicing=False)
        return RESTART
    return 0


def wusa(call: Call) -> int:
    """The program. The update service takes no installation from a logon over the network."""
    files = [word for word in call.arguments if not word.startswith("/")]
    if call.session.user.upper() != "SYSTEM":
        return 5
    if len(files) != 1:
        return 87
    if "/quiet" not in [word.lower() for word in call.arguments]:
        raise StillWaiting
    return run_installer(call, files[0], "msu", call.arguments)


def msiexec(call: Call) -> int:
    """The program, for `/i FILE`."""
    words = [word.lower() for word in call.arguments]
    if "/i" not in words or words.index("/i") + 1 >= len(words):
        return 1639
    return run_installer(call, call.arguments[words.index("/i") + 1], "msi", call.arguments)


def dism(call: Call) -> int:
    """The program, for `/online /add-package /packagepath:FILE`."""
    words = call.arguments
    paths = [word.partition(":")[2] for word in words if word.lower().startswith("/packagepath:")]
    if not {"/online", "/add-package"} <= {word.lower() for word in words} or len(paths) != 1:
        return 87
    return run_installer(call, paths[0], "cab", words)


_ASSUMED, _DOCUMENT = Source.ASSUMED, Source.DOCUMENT
_COMMON = (
    Feature("stand-ins of installers/packages.yml: their effects, restarts and services", _ASSUMED),
    Feature("exit codes 0, 3010, 1641, 1618, no room, not applicable, no package", _DOCUMENT),
)
WUSA = Tool(
    "wusa",
    wusa,
    (*_COMMON, Feature("refused to logons from the network; waits without /quiet", _DOCUMENT)),
    ("`/uninstall`, `/extract`",),
)
MSIEXEC = Tool("msiexec", msiexec, _COMMON, ("everything but `/i`", "logs", "rollback", "upgrade codes"))
DISM = Tool("dism", dism, _COMMON, ("everything but `/online /add-package`",))
