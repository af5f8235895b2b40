# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs a command line on a machine, and what the command left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

MachineT_contra = TypeVar("MachineT_contra", contravariant=True)


@dataclass(frozen=True)
class Completed:
    """Both streams in UTF-8 and the exit code."""

    stdout: bytes
    stderr: bytes
    exit_code: int


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
    ) -> Completed: ...
