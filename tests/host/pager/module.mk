# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,pager,tests/host/pager tests/host/lib kernel/vm \
    kernel/pager/pager_object.c kernel/pager/pager_fault.c \
    kernel/pager/pager_supply.c kernel/pager/pager_return.c \
    kernel/base/ledger.c,-I$(SRC)/tests/host/pager -I$(SRC)/tests/host/ipc \
    -I$(SRC)/tests/host/lib -I$(SRC)/kernel))
