# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a requests session asks of the environment, and when it may stop asking; and how much it takes."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["MOST_IN_A_MESSAGE", "keep_environment"]

MOST_IN_A_MESSAGE: Final = 16 * 1024 * 1024
"""Bytes; WinRM's own bound on a message (MaxEnvelopeSizekb) is half a megabyte, and its administrator may raise it."""


def keep_environment(session: Any) -> None:
    """Let a session that was built keep what the environment said when it was built.

    pywinrm and pypsrp merge the proxies and the CA file of the environment into their session once; requests reads the
    environment again for every message and comes to the same result, which is a sixth of the CPU of a short visit.
    Without an auth object requests also looks into netrc each time: such a session is left as it is.
    """
    if getattr(session, "auth", None) is not None:
        session.trust_env = False
