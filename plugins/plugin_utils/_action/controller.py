# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller, as the user of ansible-playbook names them."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["on_controller"]


def on_controller(path: str) -> Path:
    """ansible-playbook may be started in one folder, and the playbook be in another: its user sees the former."""
    return Path(os.environ.get("PWD") or Path.cwd()) / Path(path).expanduser()
