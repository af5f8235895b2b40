# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller, as the user of ansible-playbook names them."""

from __future__ import annotations

from pathlib import Path

__all__ = ["on_controller"]


def on_controller(path: str) -> Path:
    """The whole path of a file that is named from the folder in which ansible-playbook was started.

    The playbook may be in another. ansible-runner, and with it AWX, starts in the project without telling PWD.
    """
    return Path.cwd() / Path(path).expanduser()
