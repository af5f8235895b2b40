# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owners' waiver file: read once, on the controller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from ansible.module_utils.basic import missing_required_lib

from .._failure import Failure
from .._foreign import short_file
from .._plain import plain
from .._tls.waiver import Waiver, parse_waivers
from .controller import on_controller

try:
    import jmespath
    from jmespath.exceptions import JMESPathError
except ImportError as error:
    JMESPATH_IMPORT_ERROR: ImportError | None = error
else:
    JMESPATH_IMPORT_ERROR = None

__all__ = ["condition_holds", "load_waivers"]


def load_waivers(path: str | None) -> list[Waiver]:
    """No path, no waivers. Failure bad_waivers or missing_library."""
    if path is None:
        return []
    if JMESPATH_IMPORT_ERROR is not None:
        raise Failure("missing_library", missing_required_lib("jmespath"), "Waivers need it on the controller.")
    file = on_controller(path, "waivers")
    try:
        with file.open("rb") as stream:
            return parse_waivers(yaml.safe_load(short_file(stream)), _refuse_bad_condition)
    except OSError as error:
        raise Failure(
            "bad_waivers", f"the waiver file {file} cannot be read: {error.strerror}.", "Correct the path."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Failure("bad_waivers", f"the waiver file {file} is not YAML: {error}.", "Correct the file.") from None
    except (ValueError, RecursionError) as error:
        raise Failure(
            "bad_waivers", f"{file}: {error}.", "Correct the file; the guide to the gate has an example."
        ) from None


def _refuse_bad_condition(condition: str) -> None:
    """ValueError for what is not JMESPath, and for a slice that JMESPath stumbles over only where it has a list."""
    nodes = [jmespath.compile(condition).parsed]
    for node in nodes:
        if node["type"] == "slice" and 0 in node["children"][2:]:
            raise ValueError("the step of a slice is 0")
        nodes += [child for child in node["children"] if isinstance(child, dict)]


def condition_holds(condition: str, host: Mapping[str, Any]) -> bool:
    """Only a plain true counts: a condition that fails or gives something else waives nothing."""
    try:
        # JMESPath looks at the exact types.
        return jmespath.search(condition, plain(host)) is True
    except JMESPathError:
        return False
