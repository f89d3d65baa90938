# SPDX-License-Identifier: BSD-2-Clause
guest-kernel_srcs := tests/guest/kernel
guest-kernel_servers := exc:catch_
$(eval $(call guest_test,guest-kernel,freestanding))
