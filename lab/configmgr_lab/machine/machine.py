# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One emulated Windows machine: the state behind its command shell."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .access import RegistryAccess
from .accounts import Accounts, Token
from .clock import Clock, SystemClock
from .completed import Completed, OutputListener, Shell
from .events import EVENT_LOG, KERNEL_GENERAL, USER32, EventLog, stamp
from .faults import Faults
from .file_access import FileAccess
from .files import FileSystem
from .host import SiteHost
from .image import Image
from .people import People, SessionKind
from .power import Power, ShutdownKind
from .registry import Registry, RegistryReader, View
from .services import ServiceManager
from .shares import SYSTEM, Shares
from .tasks import TaskScheduler
from .values import Value

__all__ = ["Completed", "Machine"]

PowerShell = Callable[[str, bytes], Completed]

_CONTROL = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Control"
_WINDOWS_UPDATE = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update"
_CBS = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing"
# What says that a restart is pending, and is gone after one.
_PENDING_KEYS = (f"{_CBS}\\RebootPending", f"{_WINDOWS_UPDATE}\\RebootRequired")
_PENDING_VALUES = ((f"{_CONTROL}\\Session Manager", "PendingFileRenameOperations"),)
_SHUTDOWN_TIME = (f"{_CONTROL}\\Windows", "ShutdownTime")
_PRODUCT_TYPE = (f"{_CONTROL}\\ProductOptions", "ProductType")
_FIRST_FAST_START = 9200
"""The build of Windows 8."""
_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Timing:
    """Seconds that things take on a machine."""

    restart: float = 1.0
    service: float = 0.0
    installer: float = 0.2
    program: float = 0.0
    """To start a program and let it end; only for a line that somebody listens to while it runs."""
    powershell: float = 0.0
    """To start PowerShell."""


class Machine:
    """A machine of the site. All methods may be called from any thread."""

    def __init__(
        self,
        host: SiteHost,
        image: Image,
        *,
        shell: Shell[Machine],
        clock: Clock | None = None,
        timing: Timing | None = None,
    ) -> None:
        timing = timing or Timing()
        self._shell = shell
        self.program_seconds = timing.program * image.program_factor
        """How long a program takes from its start to its end, faults aside."""
        self.powershell_seconds = timing.powershell
        self.site_host = host
        self.image = image
        self.users: dict[str, str] = {host.user: host.password}
        self.accounts = Accounts.of(host.domain or host.name, self.users)
        self.clock: Clock = clock or SystemClock()
        self.faults = Faults()
        self.powershell: PowerShell | None = None
        """What runs a PowerShell command line; without one, powershell is an unknown program."""
        self._lock = threading.RLock()
        self._passing = threading.Condition(self._lock)
        self._lives = 0
        """Goes up when the machine goes down or is reset: what ran before then is dead."""
        self.registry = Registry(image.registry, is_64bit=image.is_64bit)
        self.people = People(self.registry, self.accounts)
        self.services = ServiceManager(self.registry, self.clock, image.services, seconds=timing.service)
        self.files = FileSystem(image.files, lambda: self.faults.disk_free)
        self.shares = Shares()
        """What file servers offer; a lab has the same for all its machines."""
        self.installed: set[str] = set()
        """Products that were installed since the image."""
        self._after_restart: list[Callable[[], None]] = []
        self.tasks = TaskScheduler(
            self.clock,
            self.faults,
            run=lambda line: self.run(line, user=SYSTEM),
            restart=self.restart,
            seconds=timing.installer,
        )
        self.events = EventLog(host.name)
        self.power = Power(
            self.clock,
            self._lock,
            restart_seconds=timing.restart,
            going_down=self._going_down,
            coming_up=self._coming_up,
            starts_fast=self._starts_fast,
            returns=lambda: not self.faults.restart_never_returns,
        )
        self.effective: RegistryReader = self.registry
        """The registry as it was when Windows last started: SCHANNEL, .NET and WinHTTP follow this one."""
        self._install()

    @property
    def name(self) -> str:
        return self.site_host.name

    @property
    def address(self) -> str:
        return self.site_host.address

    @property
    def locale(self) -> str:
        return self.site_host.locale

    @property
    def is_up(self) -> bool:
        return self.power.is_up

    @property
    def boot_time(self) -> datetime:
        return self.power.boot_time

    @property
    def restarts(self) -> int:
        return self.power.restarts

    @property
    def is_silent(self) -> bool:
        """Whether nothing at its address answers, not even to refuse."""
        return self.power.away is not None

    def on_power(self, callback: Callable[[bool], None]) -> None:
        """Called with False when the machine went down and with True when it is up again, from the clock's thread."""
        self.power.on_change(callback)

    def token(self, user: str) -> Token:
        """What a program of this user runs with."""
        token, groups = self.accounts.token(user), self.faults.groups_of_login
        return token if groups is None or user == SYSTEM else token.instead_of_administrators(groups)

    def registry_access(self, user: str, view: View = View.BIT64) -> RegistryAccess:
        return RegistryAccess(self.registry, self.faults, view, self.token(user).is_administrator)

    def file_access(self, user: str) -> FileAccess:
        return FileAccess(self.files, self.token(user))

    def run(
        self,
        line: str,
        *,
        user: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        directory: str | None = None,
        listener: OutputListener | None = None,
    ) -> Completed:
        """Run what stands after `cmd /c`. `environment` is added to the machine's own.

        With a `listener` programs take their time, and it gets the output of each as it ends; the whole is in the
        result all the same. It is called with the machine's lock held.
        """
        with self._lock:
            before = self.registry.generation
            completed = self._shell(
                self,
                line,
                user=user,
                stdin=stdin,
                environment=environment or {},
                directory=directory,
                listener=listener,
            )
            if self.registry.generation != before:
                self._apply_policies()
            return completed

    @property
    def seconds_per_program(self) -> float:
        """From the start of a program to its end."""
        said = self.faults.program_seconds
        return self.program_seconds if said is None else said

    def pass_time(self) -> bool:
        """Let the time of one program pass, and others use the machine meanwhile; False when it went down then."""
        life, end = self._lives, time.monotonic() + self.seconds_per_program
        while (rest := end - time.monotonic()) > 0 and self._lives == life:
            self._passing.wait(rest)
        return self._lives == life

    def write_registry(self, path: str, value: Value, view: View = View.BIT64) -> None:
        """Set a value as somebody else would, past all faults. Raises BadPath."""
        with self._lock:
            self.registry.set(path, value, view)

    def delete_registry(self, path: str, name: str | None = None, view: View = View.BIT64) -> bool:
        """Delete a value, or a key with all below it; False when it was not there. Raises BadPath."""
        with self._lock:
            if name is None:
                return self.registry.delete_key(path, view)
            return self.registry.delete_value(path, name, view)

    def restart(self, seconds: float = 0.0) -> bool:
        """Restart as `shutdown /r` would; False when a shutdown is scheduled already."""
        return self.power.schedule(seconds, ShutdownKind.RESTART)

    def count_down(self, seconds: float) -> bool:
        """Restart as ConfigMgr's client does: everybody who looks at a screen sees the countdown, and saves. False when
        a shutdown is on its way already, which is left as it is.
        """
        with self._lock:
            if not self.restart(seconds):
                return False
            self.people.tell("Software Center: this computer restarts", seconds)
            self.people.save()
            return True

    def log_on(self, user: str, session: SessionKind = "console", documents: int = 0) -> None:
        with self._lock:
            self.people.log_on(user, session, documents)

    def disconnect(self, user: str) -> None:
        """Raises KeyError."""
        with self._lock:
            self.people.disconnect(user)

    def log_off(self, user: str) -> None:
        """Raises KeyError."""
        with self._lock:
            self.people.log_off(user)

    def finish_after_restart(self, finish: Callable[[], None], *, servicing: bool) -> None:
        """What an installer leaves for the next start, with the sign that one is pending: of servicing, or of files."""
        self._after_restart.append(finish)
        if servicing:
            self.registry.create(_PENDING_KEYS[0])
        else:
            path, name = _PENDING_VALUES[0]
            self.registry.set(path, Value.multi(name, ["\\??\\C:\\Config.Msi\\1.rbf", ""]))

    def environment(self, user: str) -> dict[str, str]:
        """The environment of a new shell."""
        account = user.rpartition("\\")[2].partition("@")[0]
        own = {
            "COMPUTERNAME": self.name,
            "USERNAME": account,
            "USERPROFILE": f"C:\\Users\\{account}",
            "USERDOMAIN": self.site_host.domain or self.name,
            "TEMP": f"C:\\Users\\{account}\\AppData\\Local\\Temp",
            "TMP": f"C:\\Users\\{account}\\AppData\\Local\\Temp",
        }
        return {**self.image.environment, **own}

    def dump(self) -> dict[str, Any]:
        """The whole state, JSON-able and in a stable order.

        `registry` is as `RegistryReader.dump` gives it, without what Windows itself changes at every restart; that
        stands under `boot`.
        """
        with self._lock:
            return {
                "name": self.name,
                "address": self.address,
                "image": self.image.id,
                "registry": _without_markers(self.registry),
                "services": self.services.dump(),
                "events": self.events.dump(),
                "files": self.files.dump(),
                "tasks": self.tasks.dump(),
                "people": self.people.dump(),
                "power": "up" if self.is_up else self.power.away.value if self.power.away else "down",
                "restarts": self.restarts,
                "boot": {"time": stamp(self.boot_time), "shutdown_time": self._shutdown_time()},
            }

    def image_dump(self) -> dict[str, Any]:
        """The same as `dump` would give just after `reset`; events and boot are left out."""
        with self._lock:
            twin = Machine(self.site_host, self.image, shell=self._shell, clock=self.clock)
            state = twin.dump()
            return {name: state[name] for name in ("name", "address", "image", "registry", "services", "files")}

    def reset(self) -> None:
        """Everything as installed: state, faults, restarts, time of the last start."""
        with self._lock:
            self._end_lives()
            self.faults.clear()
            self.files.reset()
            self.tasks.reset()
            self.installed.clear()
            self._after_restart.clear()
            self.events.reset()
            self.people.reset()
            self.registry.reset()
            self.services.reset()
            self.power.reset()
            self._record_boot()
            self.effective = self.registry.snapshot()

    def _install(self) -> None:
        name = f"{_CONTROL}\\ComputerName"
        for key in ("ComputerName", "ActiveComputerName"):
            self.registry.set(f"{name}\\{key}", Value.text("ComputerName", self.name))
        self._set_shutdown_time(self.boot_time - timedelta(minutes=1))
        self.people.install(self.users)
        self.registry.keep_as_initial()
        for user in self.users:
            self.files.make_folder(self.environment(user)["TEMP"])
        self.files.keep_as_initial()
        self._record_boot()
        self.effective = self.registry.snapshot()

    def _end_lives(self) -> None:
        self._lives += 1
        self._passing.notify_all()

    def _going_down(self, kind: ShutdownKind) -> None:
        self._end_lives()
        now = self.clock.now()
        self.events.add(USER32, 1074, now, {"param5": kind.value})
        self.events.add(EVENT_LOG, 6006, now)
        self.events.add(KERNEL_GENERAL, 13, now, {"StopTime": stamp(now)})
        self._set_shutdown_time(now)
        self.people.power_off()
        self.services.power_off()
        self.tasks.power_off()

    def _coming_up(self) -> None:
        for path in _PENDING_KEYS:
            self.registry.delete_key(path)
        for path, name in _PENDING_VALUES:
            self.registry.delete_value(path, name)
        for finish in self._after_restart:
            finish()
        self._after_restart.clear()
        self._apply_policies()
        self.effective = self.registry.snapshot()
        self._record_boot()
        self.services.boot()

    def _starts_fast(self) -> bool:
        product = self.registry.value(*_PRODUCT_TYPE)
        return product is not None and product.shown() == "WinNT" and self.image.build >= _FIRST_FAST_START

    def _record_boot(self) -> None:
        build = str(self.image.build)
        data = {"MajorVersion": "10" if self.image.build >= 10240 else "6", "BuildVersion": build}
        self.events.add(KERNEL_GENERAL, 12, self.boot_time, {**data, "StartTime": stamp(self.boot_time)})
        self.events.add(EVENT_LOG, 6005, self.boot_time)

    def _apply_policies(self) -> None:
        for policy in self.faults.policies:
            if policy.value is None:
                self.registry.delete_value(policy.path, policy.name, policy.view)
            else:
                self.registry.set(policy.path, policy.value, policy.view)

    def _set_shutdown_time(self, moment: datetime) -> None:
        ticks = int((moment - _FILETIME_EPOCH).total_seconds() * 10_000_000)
        path, name = _SHUTDOWN_TIME
        self.registry.set(path, Value.binary(name, ticks.to_bytes(8, "little")))

    def _shutdown_time(self) -> str:
        value = self.registry.value(*_SHUTDOWN_TIME)
        return value.shown() if value else ""


def _without_markers(registry: RegistryReader) -> dict[str, dict[str, dict[str, str]]]:
    dumped = registry.dump()
    path, name = _SHUTDOWN_TIME
    dumped.get(path, {}).pop(name, None)
    return dumped
