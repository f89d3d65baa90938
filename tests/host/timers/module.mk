# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,timers,tests/host/timers kernel/sched/timer.c,\
    -I$(SRC)/tests/host/ipc -I$(SRC)/tests/host/lib -I$(SRC)/kernel))
