# SPDX-License-Identifier: BSD-2-Clause
#
# The model test, four times: with sanitizers or fast, with the kernel's limits
# or tiny ones.  Chunks of name tables are small in any case, so that tables
# grow all the time.
IPC_MODEL_SRCS := tests/host/ipc_model tests/host/ipc/host_help.c \
    tests/host/ipc/host_kobject.c tests/host/ipc/host_threads.c \
    tests/host/ipc/host_vm.c tests/host/lib/host_kernel.c kernel/ipc \
    $(patsubst $(SRC)/%,%,$(wildcard $(SRC)/kernel/kern/mach_port_*.c)) \
    kernel/kern/mach_ports.c kernel/base/ledger.c kernel/sched/wait.c kernel/sched/timer.c
IPC_MODEL_FLAGS := -I$(SRC)/tests/host/ipc_model -I$(SRC)/tests/host/ipc \
    -I$(SRC)/tests/host/lib -I$(SRC)/kernel -DIPC_CHUNK=32u
IPC_MODEL_TINY := -DIPC_NAMES_MAX=24u -UIPC_CHUNK -DIPC_CHUNK=8u \
    -DIPC_KMSG_CACHE=0 -DIPC_FILL=3u -DIPC_NAME_REACH=8u -DIPC_LINKS_MAX=2u \
    -DMACH_PORT_UREFS_MAX=4u -DMACH_PORT_QLIMIT_DEFAULT=1u -DMACH_PORT_QLIMIT_MAX=2u
$(eval $(call host_test,ipc-model,$(IPC_MODEL_SRCS),$(IPC_MODEL_FLAGS),\
    kern/mach_port_server))
$(eval $(call host_test,ipc-model-tiny,$(IPC_MODEL_SRCS),\
    $(IPC_MODEL_FLAGS) $(IPC_MODEL_TINY),kern/mach_port_server))
$(eval $(call host_fast_test,ipc-model-fast,$(IPC_MODEL_SRCS),\
    $(IPC_MODEL_FLAGS),kern/mach_port_server))
$(eval $(call host_fast_test,ipc-model-tiny-fast,$(IPC_MODEL_SRCS),\
    $(IPC_MODEL_FLAGS) $(IPC_MODEL_TINY),kern/mach_port_server))
