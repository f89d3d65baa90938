# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,ipc,tests/host/ipc tests/host/lib/host_kernel.c \
    kernel/ipc kernel/base/ledger.c kernel/sched/wait.c \
    kernel/sched/timer.c,-I$(SRC)/tests/host/ipc -I$(SRC)/tests/host/lib \
    -I$(SRC)/kernel))
