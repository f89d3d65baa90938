# SPDX-License-Identifier: BSD-2-Clause
guest-sync_srcs := tests/guest/sync tests/guest/lib
guest-sync_servers := exc:catch_
guest-sync_cflags := -I$(SRC)/tests/guest/lib
guest-sync_icount := max
$(eval $(call guest_test,guest-sync,freestanding))
