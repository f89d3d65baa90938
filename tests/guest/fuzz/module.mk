# SPDX-License-Identifier: BSD-2-Clause
guest-fuzz_srcs := tests/guest/fuzz
guest-fuzz_fuzzes := host task thread mach_port mach_vm device \
    memory_object_control
guest-fuzz_append := messages=20000 seed=1
guest-fuzz_long_append := messages=1000000 seed=2
$(eval $(call guest_test,guest-fuzz,freestanding))
