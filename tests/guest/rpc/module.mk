# SPDX-License-Identifier: BSD-2-Clause
guest-rpc_srcs := tests/guest/rpc tests/guest/lib/guest.c
guest-rpc_servers := echo:S_
guest-rpc_cflags := -I$(SRC)/tests/guest/lib
$(eval $(call guest_test,guest-rpc,freestanding))
