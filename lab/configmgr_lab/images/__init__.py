# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows as installed, version by version, and the products that can be on it."""

from __future__ import annotations

from .loader import BadImage, build_image, image_files, install_product, product_files

__all__ = ["BadImage", "build_image", "image_files", "install_product", "product_files"]
