#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# limit: 400
# long
"""checks.py with every interface of ipc-defs/ as well: TAP."""

import sys

import checks

sys.argv.append("-a")
checks.main()
