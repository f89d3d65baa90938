#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Builds the run-time test: build.sh MIG SOURCE-ROOT OUTPUT-DIR; CC may be set.
set -e
mig=$1
top=$2
out=$3
here=$top/tests/mig/runtime
mkdir -p "$out"
cd "$out"
$mig -header rt.h -user rt_user.c -sheader rt_server.h \
    -server rt_server_stubs.c \
    -replies rt_replies.c -repliesheader rt_replies.h "$here/rt.defs"
$mig -prefix D_ -header rt_direct_header.h -sheader rt_server.h \
    -direct rt_direct_stubs.c "$here/rt.defs"
$mig -header rtc.h -user rtc_user.c -sheader rtc_server.h \
    -server rtc_server_stubs.c "$here/rtc.defs"
flags="-std=gnu17 -g -O1 -Wall -Wextra -Werror -fsanitize=address,undefined
    -fno-sanitize-recover=undefined -I$top/ipc-defs -I$top/libmach/include
    -I$here -I."
${CC:-gcc} $flags -o rt_test \
    rt_user.c rt_server_stubs.c rt_replies.c rt_direct_stubs.c \
    rtc_user.c rtc_server_stubs.c "$here"/*.c \
    "$top/libmach/msg_destroy.c" "$top/libmach/mig_support.c" \
    "$top/libmach/mig_take.c" "$top/libmach/mig_direct.c"
