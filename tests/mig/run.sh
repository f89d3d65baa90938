#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# long
# run.sh [MIG]: the tests of tools/mig by hand; make check runs run.py itself.
exec python3 "$(dirname "$0")/run.py" "$@"
