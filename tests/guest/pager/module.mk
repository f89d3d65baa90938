# SPDX-License-Identifier: BSD-2-Clause
guest-pager_srcs := tests/guest/pager tests/guest/lib
guest-pager_servers := memory_object:S_ exc:catch_
guest-pager_cflags := -I$(SRC)/tests/guest/pager \
    -I$(SRC)/tests/guest/lib
guest-pager_icount := max
$(eval $(call guest_test,guest-pager,freestanding))
