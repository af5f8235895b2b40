# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site record: a folder on the controller with one file per machine, from which a later run takes what it cannot
read itself. The form of a file is in C(_tls/record.py).
"""
