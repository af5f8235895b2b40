# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command line to a host and its answer back, over the connection the host already has."""

from __future__ import annotations

from .errors import RemoteError
from .factory import open_session, secrets_of
from .lines import LIMIT, grouped, join
from .session import CommandResult, Session

__all__ = ["LIMIT", "CommandResult", "RemoteError", "Session", "join", "open_session", "grouped", "secrets_of"]
