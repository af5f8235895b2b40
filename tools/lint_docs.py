# Copyright (c) 2026 configmgr.tls contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lints the documentation of the plugins with antsibull-docs.

Its temporary folder becomes part of a reStructuredText page. A name that ends with an underscore, as one in 37 does,
is a reference there, and an error that has nothing to do with the documentation.
"""

from __future__ import annotations

import sys
import tempfile

from antsibull_docs.cli.antsibull_docs import main

tempfile._RandomNameSequence.characters = "abcdefghijklmnopqrstuvwxyz0123456789"  # type: ignore[attr-defined]

sys.argv[1:1] = ["lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self"]
sys.exit(main())
