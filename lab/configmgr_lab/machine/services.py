# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The services of one machine. What a service is stands in the registry; whether it runs stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from .clock import Clock
from .registry import Registry
from .values import Value, decode_multi

SERVICES_KEY = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services"


class State(IntEnum):
    """The states of a service, numbered as the service control manager numbers them."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4


class StartType(IntEnum):
    """The `Start` value of a service."""

    BOOT = 0
    SYSTEM = 1
    AUTO = 2
    DEMAND = 3
    DISABLED = 4


class ServiceError(Exception):
    """The service control manager refused; `code` is the Windows error number."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


NO_SUCH_SERVICE = 1060
ALREADY_RUNNING = 1056
NOT_RUNNING = 1062
DISABLED = 1058
DEPENDENTS_RUNNING = 1051
CANNOT_ACCEPT = 1061


@dataclass(frozen=True)
class Service:
    """One service as it is configured and as it is now."""

    name: str
    display_name: str
    type: int
    start: StartType
    delayed: bool
    image_path: str
    account: str
    depends_on: tuple[str, ...]
    state: State


@dataclass(frozen=True)
class _Now:
    state: State
    settles_at: datetime | None = None


class ServiceManager:
    """Starts, stops and describes services. `seconds` is how long a service takes to start or stop."""

    def __init__(self, registry: Registry, clock: Clock, running: Mapping[str, bool], *, seconds: float = 0.0) -> None:
        self._registry = registry
        self._clock = clock
        self._running_as_installed = {name.lower(): on for name, on in running.items()}
        self._states: dict[str, _Now] = {}
        self.seconds = seconds
        self.reset()

    def reset(self) -> None:
        """Each service is as the image has it."""
        self._states = {
            name: _Now(State.RUNNING if on else State.STOPPED) for name, on in self._running_as_installed.items()
        }

    def power_off(self) -> None:
        self._states = {name: _Now(State.STOPPED) for name in self._states}

    def boot(self) -> None:
        """Automatic services start; so do those on demand that ran in the image; disabled ones do not."""
        for service in self.all():
            wanted = service.start <= StartType.AUTO or self._running_as_installed.get(service.name.lower(), False)
            running = wanted and service.start is not StartType.DISABLED
            self._states[service.name.lower()] = _Now(State.RUNNING if running else State.STOPPED)

    def all(self) -> list[Service]:
        """Every Windows service (drivers are left out), sorted by name."""
        key = self._registry.key(SERVICES_KEY)
        found = [self._read(name) for name in (key.subkeys if key else ())]
        return [service for service in found if service is not None]

    def get(self, name: str) -> Service:
        """Raises ServiceError 1060 when there is no such service."""
        service = self._read(name)
        if service is None:
            raise ServiceError(NO_SUCH_SERVICE)
        return service

    def find(self, name: str) -> Service:
        """The service by its name or its display name, as `net` accepts both. Raises ServiceError 1060."""
        lowered = name.lower()
        for service in self.all():
            if lowered in (service.name.lower(), service.display_name.lower()):
                return service
        raise ServiceError(NO_SUCH_SERVICE)

    def dependents(self, name: str) -> list[Service]:
        """The services, not stopped, that need this one."""
        lowered = name.lower()
        return [
            service
            for service in self.all()
            if lowered in (each.lower() for each in service.depends_on) and service.state is not State.STOPPED
        ]

    def start(self, name: str) -> Service:
        """Raises ServiceError 1060, 1056 or 1058. What the service depends on is started first."""
        service = self.get(name)
        if service.state is not State.STOPPED:
            raise ServiceError(ALREADY_RUNNING if service.state is State.RUNNING else CANNOT_ACCEPT)
        if service.start is StartType.DISABLED:
            raise ServiceError(DISABLED)
        for needed in service.depends_on:
            other = self._read(needed)
            if other is not None and other.state is State.STOPPED:
                self.start(needed)
        self._move(service.name, State.START_PENDING)
        return self.get(name)

    def stop(self, name: str) -> Service:
        """Raises ServiceError 1060, 1062, 1051 or 1061."""
        service = self.get(name)
        if service.state is State.STOPPED:
            raise ServiceError(NOT_RUNNING)
        if service.state is not State.RUNNING:
            raise ServiceError(CANNOT_ACCEPT)
        if self.dependents(service.name):
            raise ServiceError(DEPENDENTS_RUNNING)
        self._move(service.name, State.STOP_PENDING)
        return self.get(name)

    def settle(self, name: str) -> None:
        """What is pending is done, as for a caller that waits."""
        now = self._states.get(name.lower())
        if now is not None and now.settles_at is not None:
            self._states[name.lower()] = _Now(_settled(now.state))

    def configure(self, name: str, start: StartType, *, delayed: bool = False) -> None:
        """Raises ServiceError 1060."""
        path = f"{SERVICES_KEY}\\{self.get(name).name}"
        self._registry.set(path, Value.dword("Start", start))
        self._registry.set(path, Value.dword("DelayedAutostart", int(delayed)))

    def dump(self) -> dict[str, dict[str, str]]:
        return {each.name: {"state": each.state.name, "start": each.start.name} for each in self.all()}

    def _move(self, name: str, pending: State) -> None:
        if self.seconds <= 0:
            self._states[name.lower()] = _Now(_settled(pending))
        else:
            self._states[name.lower()] = _Now(pending, self._clock.now() + timedelta(seconds=self.seconds))

    def _state(self, name: str) -> State:
        now = self._states.get(name.lower(), _Now(State.STOPPED))
        if now.settles_at is not None and self._clock.now() >= now.settles_at:
            now = _Now(_settled(now.state))
            self._states[name.lower()] = now
        return now.state

    def _read(self, name: str) -> Service | None:
        if not name or "\\" in name:
            return None
        path = f"{SERVICES_KEY}\\{name}"
        key = self._registry.key(path)
        type_ = self._registry.number(path, "Type")
        start = self._registry.number(path, "Start")
        if key is None or type_ is None or start is None or start not in set(StartType):
            return None
        depends = key.value("DependOnService")
        return Service(
            name=key.name,
            display_name=self._registry.text(path, "DisplayName") or key.name,
            type=type_,
            start=StartType(start),
            delayed=self._registry.number(path, "DelayedAutostart") == 1,
            image_path=self._registry.text(path, "ImagePath") or "",
            account=self._registry.text(path, "ObjectName") or "LocalSystem",
            depends_on=decode_multi(depends.data) if depends else (),
            state=self._state(key.name),
        )


def _settled(state: State) -> State:
    return {State.START_PENDING: State.RUNNING, State.STOP_PENDING: State.STOPPED}.get(state, state)
