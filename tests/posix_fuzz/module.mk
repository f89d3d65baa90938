# SPDX-License-Identifier: BSD-2-Clause
#
# A Linux program that sends Mach messages: libmach's traps and stubs beside
# the host's C library.
posix-fuzz_tables := host task thread mach_port mach_vm bootstrap io io_event \
    vfs vfs_control pipe tty tty_control proc proc_control exec init serial
posix-fuzz_stubs := host task mach_port thread bootstrap
posix-fuzz_gen := $(foreach i,$(posix-fuzz_tables),$(GEN)/$(i)/$(i)_fuzz.c) \
    $(foreach i,$(posix-fuzz_stubs),$(GEN)/$(i)/$(i)_user.c)
posix-fuzz_srcs := $(addprefix $(SRC)/,\
    tests/posix_fuzz/main.c tests/posix_fuzz/targets.c \
    tests/guest/fuzz/attack.c tests/guest/fuzz/pool.c \
    tests/guest/fuzz/notify.c libmach/traps.c libmach/msg_destroy.c \
    libmach/mig_support.c libmach/mig_fuzz.c libmach/mig_fuzz_spoil.c)

LINUX_PROGRAMS += $(OUT)/linux/posix-fuzz
$(OUT)/linux/posix-fuzz: $(posix-fuzz_srcs) $(posix-fuzz_gen) config.mk \
    $(SRC)/tests/guest/fuzz/fuzz.h $(SRC)/tests/posix_fuzz/module.mk
	@echo "  LINUXCC $@"
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu17 -O1 -g -Wall -Wextra -Werror -static \
	    -fno-stack-protector -fcf-protection=none -D_GNU_SOURCE $(CONTRACT) \
	    $(LIBMACH_HEADERS) -I$(SRC)/tests/guest/fuzz -o $@ \
	    $(filter %.c,$^)
