# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX and automation controller: what this collection wants to be there, and how it is made and mended over the API."""

from __future__ import annotations

from .changes import AwxChange
from .client import AwxClient, connect
from .run import Run
from .setup import set_up
from .wanted import Settings

__all__ = ["AwxChange", "AwxClient", "Run", "Settings", "connect", "set_up"]
