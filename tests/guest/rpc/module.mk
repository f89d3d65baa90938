# SPDX-License-Identifier: BSD-2-Clause
guest-rpc_srcs := tests/guest/rpc
guest-rpc_servers := echo:S_
$(eval $(call guest_test,guest-rpc,freestanding))
