#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# long
# limit: 1500
# 100 million calls of the model test, half of them with tiny limits.
"$BUILD/out/tests/host/ipc-model-fast" -s 1000 -n 50000000 -a 5000 &
fast=$!
"$BUILD/out/tests/host/ipc-model-tiny-fast" -s 5000 -n 50000000 -a 5000 \
    > "$BUILD/out/tests/ipc-model-tiny.log" 2>&1
tiny=$?
sed 's/^/# tiny: /' "$BUILD/out/tests/ipc-model-tiny.log"
wait $fast && test $tiny = 0
