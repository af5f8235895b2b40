# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of the controller, as the user of ansible-playbook names them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from .._failure import Failure

__all__ = ["on_controller"]


def on_controller(path: str, option: str) -> Path:
    """The whole path of a file that is named from the folder in which ansible-playbook was started; it need not exist.

    The playbook may be in another. ansible-runner, and with it AWX, starts in the project without telling PWD. Raises
    Failure, which names the ``option``, for what cannot be a path here: too long, with NUL, of an unknown user.
    """
    try:
        whole = Path.cwd() / Path(path).expanduser()
        with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            whole.lstat()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Failure(
            "bad_argument", f"{option} is no path on the controller: {path[:60]!r} ({reason}).", "Correct the path."
        ) from None
    return whole
