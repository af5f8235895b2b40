# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML tables of endpoints and conversations, read once."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def table(path: str) -> dict[str, Any]:
    """The table at a path below the package, such as ``talk/conversations.yml``."""
    content = yaml.safe_load((files("configmgr_lab") / path).read_text(encoding="utf-8"))
    assert isinstance(content, dict) and content.get("sources"), f"{path}: no table with sources"
    return content
