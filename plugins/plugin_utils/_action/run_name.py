# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of the run that a change belongs to, the same for every host and task of one C(ansible-playbook) call.

Action plugins are imported by the parent process before it forks, so that a name made on import is shared by all of
its workers.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime

__all__ = ["DEFAULT_RUN"]


def _name() -> str:
    job = os.environ.get("AWX_JOB_ID") or os.environ.get("JOB_ID")
    if job and job.isdigit():
        return f"job-{job}"
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


DEFAULT_RUN = _name()
