# SPDX-License-Identifier: BSD-2-Clause
guest-rpc_srcs := tests/guest/rpc tests/guest/lib/guest.c
guest-rpc_servers := echo:S_
guest-rpc_cflags := -I$(SRC)/tests/guest/lib
$(eval $(call guest_test,guest-rpc,freestanding))

# The same calls by the third binding.
guest-rpc-sync_srcs := tests/guest/rpc tests/guest/lib/guest.c
guest-rpc-sync_syncs := echo
guest-rpc-sync_servers := echo:S_
guest-rpc-sync_cflags := -I$(SRC)/tests/guest/lib -DECHO_SYNC
$(eval $(call guest_test,guest-rpc-sync,freestanding))
