# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the shell and its tools say, by language. Every language has the same codes."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import yaml


class UnknownLocale(ValueError):
    """There are no messages in that language."""


@cache
def table(locale: str) -> dict[str, str]:
    """All messages of a language by code. Raises UnknownLocale."""
    resource = files(__package__) / f"{locale}.yml"
    if not locale.isalpha() or not resource.is_file():
        raise UnknownLocale(locale)
    loaded = yaml.safe_load(resource.read_text(encoding="utf-8"))
    return {str(code): str(text) for code, text in loaded.items()}


def get(locale: str, code: str, **values: str) -> str:
    """The message with its values filled in. Raises KeyError for an unknown code."""
    return table(locale)[code].format(**values)
