# SPDX-License-Identifier: BSD-2-Clause
#
# What tests are made of.  A module.mk below tests/ calls:
#
#   $(eval $(call host_test,NAME,SOURCES,CFLAGS[,GENERATED]))
#       out/tests/host/NAME, a host program under ASan and UBSan that prints
#       TAP; SOURCES: folders or files; GENERATED: stems below out/gen that it
#       needs (compiled in when the stem is followed by "!")
#   $(eval $(call host_fast_test,NAME,SOURCES,CFLAGS[,GENERATED]))
#       the same without sanitizers, for runs that are long
#   $(eval $(call guest_test,NAME,freestanding|server))
#       a program of ours, booted in bootstrap's place, that prints TAP on the
#       kernel's log and ends the machine; NAME_append: kernel command line;
#       NAME_long_append: that of another run in make check-long;
#       NAME_memory: MiB [256]; NAME_icount: yes (with the simple processor of the
#       benchmarks) or max for a clock that counts instructions, so that times
#       don't depend on the host's load
#   tests/posix/*.c
#       each a static Linux program that prints TAP, run in both layouts

HOST_TESTS :=
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all

host_test = $(call host_program,$(1),$(2),$(3),$(4),$(SANITIZE))
host_fast_test = $(call host_program,$(1),$(2),$(3),$(4),-O2)

define host_program
HOST_TESTS += $(OUT)/tests/host/$(1)
host_$(1)_srcs := $(call sources,$(2))
host_$(1)_cflags := $(3)
host_$(1)_generated := $(patsubst %!,$(GEN)/%.c,$(filter %!,$(4)))
$(OUT)/obj/host-$(1)/%.o: $(SRC)/%.c config.mk | \
    $(patsubst %!,%,$(addprefix $(GEN)/,$(addsuffix .c,$(4:!=))))
	@echo "  HOSTCC  $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $$(HOST_CFLAGS) $(5) -I$(SRC)/ipc-defs \
	    -I$(GEN) $(3) -c -o $$@ $$<
$(OUT)/obj/host-$(1)/gen/%.o: $(GEN)/%.c config.mk
	@echo "  HOSTCC  $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $$(HOST_CFLAGS) $(5) -I$(SRC)/ipc-defs \
	    -I$(GEN) $(3) -c -o $$@ $$<
$(OUT)/tests/host/$(1): $(call objects,$(OUT)/obj/host-$(1),$(call \
    sources,$(2))) $(patsubst %!,$(OUT)/obj/host-$(1)/gen/%.o,\
    $(filter %!,$(4)))
	@echo "  LINK    $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $(5) -o $$@ $$^
endef

GUEST_TESTS :=
define guest_test
$(1)_member := -
$$(eval $$(call $(2),$(1)))
GUEST_TESTS += $(OUT)/tests/guest/$(1).conf
$(OUT)/tests/guest/$(1).conf: $(OUT)/stripped/$(1) config.mk
	@mkdir -p $$(@D)
	$$(Q)printf '%s=%s\n' program '$$<' append '$($(1)_append)' \
	    long_append '$($(1)_long_append)' memory '$($(1)_memory)' \
	    icount '$($(1)_icount)' > $$@
endef

POSIX_TESTS := $(patsubst $(SRC)/tests/posix/%.c,posix-%,\
    $(wildcard $(SRC)/tests/posix/*.c))
$(foreach t,$(POSIX_TESTS),$(eval $(call linux_program,$(t),\
    tests/posix/$(t:posix-%=%).c,-pthread)))
