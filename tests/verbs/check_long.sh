#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make check-long runs a small test each way: as it is, without the fast
# message path, with synchronous calls; and fails when there is no such test.
#
# limit: 900

failed=0
check() { # what, status
    if [ "$2" = 0 ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        failed=1
    fi
}

out=$(make -s -C "$BUILD" check-long SUITE=posix/set_id 2>&1)
check "it ends well" $?
printf '%s\n' "$out" | sed 's/^/# /'
[ "$(printf '%s\n' "$out" | grep -c '^[1-9][0-9]* passed, 0 failed$')" = 3 ]
check "three passes" $?
make -s -C "$BUILD" check-long SUITE=no-such-test > /dev/null 2>&1
[ $? != 0 ]
check "no test is a failure" $?
echo "1..3"
exit $failed
