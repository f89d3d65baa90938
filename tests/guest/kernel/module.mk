# SPDX-License-Identifier: BSD-2-Clause
guest-kernel_srcs := tests/guest/kernel tests/guest/lib
guest-kernel_servers := exc:catch_
guest-kernel_cflags := -I$(SRC)/tests/guest/lib
guest-kernel_icount := max
$(eval $(call guest_test,guest-kernel,freestanding))
