# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs a command line on a machine, and what the command left behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

OutputListener = Callable[[bytes, bytes], bool]
"""Takes output of both streams as programs end; False when nobody wants more and the line may be cut short."""

MachineT_contra = TypeVar("MachineT_contra", contravariant=True)


@dataclass(frozen=True)
class Completed:
    """Both streams in UTF-8, the exit code, and how many programs were started for it, cmd itself included."""

    stdout: bytes
    stderr: bytes
    exit_code: int
    starts: int = 0


class Shell(Protocol[MachineT_contra]):
    """What runs the text behind `cmd /c` on a machine. A machine is given one, so that it need not know any."""

    def __call__(
        self,
        machine: MachineT_contra,
        line: str,
        *,
        user: str,
        stdin: bytes,
        environment: Mapping[str, str],
        directory: str | None,
        listener: OutputListener | None,
    ) -> Completed: ...
