# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception of this collection for what its users can do something about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Failure"]


class Failure(Exception):
    """What failed, in a sentence, and what to do.

    code: stable, for programs. remedy: a sentence for people. details: added to the task's result. unreachable: whether
    Ansible should say UNREACHABLE.
    """

    unreachable = False

    def __init__(self, code: str, message: str, remedy: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
        self.details = dict(details or {})

    def message(self, host: str) -> str:
        """The whole text for the user: host, failure, remedy."""
        return f"{host}: {self} {self.remedy}".strip()

    def result(self, host: str) -> dict[str, Any]:
        """What the task's result says of it, beside the message."""
        return {"code": self.code, "remedy": self.remedy, "host": host, **self.details}
