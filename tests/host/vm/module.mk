# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,vm,tests/host/vm tests/host/lib kernel/vm \
    kernel/base/ledger.c,-I$(SRC)/tests/host/lib -I$(SRC)/kernel))
