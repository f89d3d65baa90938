# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,sync,tests/host/sync tests/host/ipc/host_help.c \
    tests/host/ipc/host_kobject.c tests/host/ipc/host_threads.c \
    tests/host/ipc/host_vm.c tests/host/lib/host_kernel.c kernel/ipc \
    $(filter-out kernel/sync/sync_memory.c,$(patsubst $(SRC)/%,%,$(wildcard \
    $(SRC)/kernel/sync/*.c))) kernel/base/ledger.c kernel/sched/wait.c \
    kernel/sched/timer.c,-I$(SRC)/tests/host/sync -I$(SRC)/tests/host/ipc \
    -I$(SRC)/tests/host/lib -I$(SRC)/kernel))
