# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wire asks of a machine; the machines themselves live in ``configmgr_lab.machine``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Completed(Protocol):
    """What a command left behind: UTF-8 streams and an exit code."""

    @property
    def stdout(self) -> bytes: ...
    @property
    def stderr(self) -> bytes: ...
    @property
    def exit_code(self) -> int: ...


class Machine(Protocol):
    """One emulated Windows machine."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def users(self) -> Mapping[str, str]: ...
    @property
    def is_up(self) -> bool: ...
    @property
    def faults(self) -> Any: ...

    def on_power(self, callback: Callable[[bool], None]) -> None: ...
    def run(
        self,
        line: str,
        *,
        user: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        directory: str | None = None,
    ) -> Completed: ...
    def restart(self, seconds: float = 0.0) -> bool: ...
    def write_registry(self, path: str, value: Any, view: Any = ...) -> None: ...
    def delete_registry(self, path: str, name: str | None = None, view: Any = ...) -> bool: ...
    def dump(self) -> dict[str, Any]: ...
    def image_dump(self) -> dict[str, Any]: ...
    def reset(self) -> None: ...


class Site(Protocol):
    """A site: its machines by name, and the inventory that reaches them."""

    @property
    def machines(self) -> Mapping[str, Any]: ...
    def inventory(self, ca_path: str) -> dict[str, Any]: ...
