# Copyright (c) 2026 configmgr.tls contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients kept right by ConfigMgr itself: baselines as a script for the administrator's console, what they tell, and
restarts by ConfigMgr's own notification.
"""
