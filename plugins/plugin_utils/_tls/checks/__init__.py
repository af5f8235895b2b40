# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks by name, as C(machine_requirements.yml) names them."""

from __future__ import annotations

from . import dotnet_winhttp, machine, schannel, sql_wsus, suites
from .base import Check, Context

__all__ = ["CHECKS", "Check", "Context"]

_MODULES = (machine, schannel, suites, dotnet_winhttp, sql_wsus)
CHECKS: dict[str, Check] = {name: getattr(module, name) for module in _MODULES for name in module.__all__}
