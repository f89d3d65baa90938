# SPDX-License-Identifier: BSD-2-Clause
# One static program that runs unmodified on Linux and here.
$(eval $(call linux_program,bench-posix,$(patsubst $(SRC)/%,%,$(sort \
    $(wildcard $(SRC)/bench/posix/*.c))),-O2))
# A program of ours, booted in bootstrap's place.
bench-ipc_srcs := bench/ipc
bench-ipc_servers := bench:serve_
bench-ipc_cflags := -O2
bench-ipc_member := -
$(eval $(call freestanding,bench-ipc))
# The stubs of bench.defs by the third binding are part of a source.
$(OUT)/obj/bench-ipc/bench/ipc/sync_stubs.o: $(GEN)/bench/bench_sync.c
PROGRAMS += $(OUT)/stripped/bench-ipc
