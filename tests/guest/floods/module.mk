# SPDX-License-Identifier: BSD-2-Clause
guest-floods_srcs := tests/guest/floods tests/guest/lib
guest-floods_servers := exc:catch_
guest-floods_cflags := -I$(SRC)/tests/guest/lib
guest-floods_memory := 48
guest-floods_icount := yes
$(eval $(call guest_test,guest-floods,freestanding))
