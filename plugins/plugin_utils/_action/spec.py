# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument spec of an action, read from the documentation of its docs-only module, so that the two cannot
differ.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any

import yaml

__all__ = ["argument_spec"]

_COLLECTION = __name__.partition(".plugins.")[0] + ".plugins"
_SPEC_FIELDS = ("type", "elements", "required", "default", "choices", "no_log", "aliases")


@functools.cache
def argument_spec(module: str) -> dict[str, Any]:
    """``{option: {type, required, ...}}`` with suboptions as C(options)."""
    document = _load(importlib.import_module(f"{_COLLECTION}.modules.{module}").DOCUMENTATION)
    options = dict(document.get("options", {}))
    for name in document.get("extends_documentation_fragment", []):
        if name.startswith("configmgr.tls."):
            fragment, _dot, section = name.removeprefix("configmgr.tls.").partition(".")
            loaded = importlib.import_module(f"{_COLLECTION}.doc_fragments.{fragment}").ModuleDocFragment
            options.update(_load(getattr(loaded, (section or "documentation").upper())).get("options", {}))
    return _spec(options)


def _load(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or {}
    return loaded


def _spec(options: dict[str, Any]) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    for name, option in options.items():
        spec[name] = {field: option[field] for field in _SPEC_FIELDS if field in option}
        if "suboptions" in option:
            spec[name]["options"] = _spec(option["suboptions"])
    return spec
