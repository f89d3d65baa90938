# SPDX-License-Identifier: BSD-2-Clause
guest-storm_srcs := tests/guest/storm tests/guest/lib
guest-storm_servers := exc:catch_
guest-storm_cflags := -I$(SRC)/tests/guest/lib
guest-storm_append := rounds=16 seed=1
guest-storm_long_append := rounds=2000 seed=100
guest-storm_icount := yes
$(eval $(call guest_test,guest-storm,freestanding))
