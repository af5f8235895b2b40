# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report: one versioned document about a run, and renderers that make files and texts of it."""

from __future__ import annotations

from .comparison import NotADocument, checked, compare_documents
from .document import DOCUMENT_SCHEMA, HostRecord, Origin, Surroundings, build_document
from .gaps import failing
from .render import RENDERERS, Renderer
from .summary import summary_text

__all__ = [
    "RENDERERS",
    "DOCUMENT_SCHEMA",
    "HostRecord",
    "NotADocument",
    "Origin",
    "Renderer",
    "Surroundings",
    "build_document",
    "checked",
    "compare_documents",
    "failing",
    "summary_text",
]
