# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One machine without a site, for tests and for trying things out."""

from __future__ import annotations

from collections.abc import Sequence

from .images import build_image
from .machine.clock import Clock, ManualClock
from .machine.host import SiteHost
from .machine.machine import Machine, Timing
from .shell.interpreter import run_line

USER = "tester"


def sample_machine(
    image: str = "windows-server-2016",
    products: Sequence[str] = (),
    *,
    clock: Clock | None = None,
    locale: str = "en",
    timing: Timing | None = None,
) -> Machine:
    """A machine named BOX with one user; its clock stands still unless another is given. Raises BadImage."""
    host = SiteHost(
        name="BOX",
        address="127.77.0.1",
        image=image,
        products=tuple(products),
        roles=(),
        connection="winrm",
        auth="basic",
        user=USER,
        password="not a secret",
        locale=locale,
    )
    disk = build_image(image, tuple(products))
    return Machine(host, disk, shell=run_line, clock=clock or ManualClock(), timing=timing)
