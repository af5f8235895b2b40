# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab inside the process of a test, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from types import TracebackType

from configmgr_lab.control.api import serve
from configmgr_lab.control.client import LabClient
from configmgr_lab.control.lab import CONTROL_PORT, Lab, LabSettings
from configmgr_lab.wire.seam import Site


class EmbeddedLab:
    """``with EmbeddedLab(site, settings) as client:`` runs a lab for as long as the block lasts."""

    def __init__(self, site: Site, settings: LabSettings) -> None:
        self._site = site
        self._settings = settings
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="lab", daemon=True)
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lab: Lab | None = None

    def __enter__(self) -> LabClient:
        """Raises what the lab raised when it could not start."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return LabClient(self._settings.control_url)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._loop is not None and self._lab is not None
        self._loop.call_soon_threadsafe(self._lab.stopping.set)
        self._thread.join()

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            self._settings.state.mkdir(parents=True, exist_ok=True)
            lab = self._lab = Lab(self._site, self._settings)
            server = await serve(lab, self._settings.control_address, CONTROL_PORT)
            lab.open()
        except BaseException as exc:
            self._failure = exc
            self._ready.set()
            return
        self._ready.set()
        try:
            await lab.stopping.wait()
        finally:
            server.close()
            lab.close()
