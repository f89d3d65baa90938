# SPDX-License-Identifier: BSD-2-Clause
#
# libmach and what is linked with it.  A folder that holds a program has a
# module.mk, which sets variables and calls one macro (all lists may be empty):
#
#   NAME_srcs     folders (all their .c and .S) or files, relative to the root
#   NAME_users    interfaces whose stubs are compiled in.  Only needed by
#                 programs that bind an
#                 interface twice: any stub a program calls is in libmig.a
#   NAME_syncs    interfaces whose stubs call synchronously (-binding sync)
#   NAME_servers  interfaces served: X or X:PREFIX (mig -sprefix PREFIX)
#   NAME_directs  interfaces bound by direct call: X or X:PREFIX
#   NAME_replies  interfaces with deferred replies
#   NAME_fuzzes   interfaces whose messages are made for fuzzing
#   NAME_cflags   further compiler flags
#   NAME_member   the member of the boot archive [boot/NAME]; "-" for none
#
#   $(eval $(call server,NAME))        static ELF with newlib at 0x400000
#   $(eval $(call freestanding,NAME))  static ELF without newlib
#   $(eval $(call emulator,NAME))      position-independent, nothing to relocate
#                                      and nothing writable; NAME_lds: its script
#
# Each makes out/bin/NAME (with debug information) and puts it, stripped, into
# the boot archive.

MODULE_DIRS := bootstrap libmach \
    $(sort $(patsubst $(SRC)/%/,%,$(wildcard $(SRC)/libmach/*/ \
    $(SRC)/drivers/*/ $(SRC)/pagers/*/ $(SRC)/personalities/*/ \
    $(SRC)/personalities/*/*/ $(SRC)/personalities/*/*/*/ \
    $(SRC)/tests/*/ $(SRC)/tests/*/*/ $(SRC)/bench/))) bench

MODULE_DIRS := $(sort $(MODULE_DIRS))

# ---- libraries -------------------------------------------------------------

# libmach.a: libmach/*.c, freestanding.  libmig.a: the message stubs of every
# interface.  libmach/FOLDER/*.c: libFOLDER.a, over newlib.  A module.mk in
# libmach/ or libmach/FOLDER/ may set libmach_servers, libFOLDER_servers and
# so on, as for a program; the rules are in libraries.mk.
LIBMACH_DIRS := $(filter-out newlib linux,$(sort $(notdir $(patsubst %/,%,$(dir \
    $(wildcard $(SRC)/libmach/*/*.c))))))
MACH_HEADERS := $(foreach i,$(KERNEL_SERVED_NAMES),$(GEN)/$(i)/$(i).h)
CRT0 := $(OUT)/obj/libpolymach_sys/libmach/newlib/crt0.o

FREE_LIBS := $(OUT)/lib/libmach.a $(OUT)/lib/libmig.a
USER_LIBS := $(LIBMACH_DIRS:%=$(OUT)/lib/lib%.a) \
    $(OUT)/lib/libpolymach_sys.a $(FREE_LIBS)

# ---- programs --------------------------------------------------------------

# "MEMBER:FILE" for the boot archive.
BOOT_MEMBERS :=
PROGRAMS :=

LINK_USER := -nostdlib -static -no-pie -Wl,-z,max-page-size=4096 \
    -Wl,-z,separate-code -Wl,-z,noexecstack -Wl,--build-id=none \
    -Wl,-Ttext-segment=0x400000 -Wl,--gc-sections

# $(call program_stems,NAME): generated sources, as stems below gen/.
program_stems = $(foreach r,$($(1)_users),$(call stem_user,$(r))) \
    $(foreach r,$($(1)_syncs),$(call stem_sync,$(r))) \
    $(foreach r,$($(1)_servers),$(call stem_server,$(r))) \
    $(foreach r,$($(1)_directs),$(call stem_direct,$(r))) \
    $(foreach r,$($(1)_replies),$(call stem_replies,$(r))) \
    $(foreach r,$($(1)_fuzzes),$(call stem_fuzz,$(r)))

# User headers that must exist before a program's first compilation.
program_headers = $(sort $(MACH_HEADERS) $(foreach r,$($(1)_users) \
    $($(1)_syncs) $($(1)_servers) $($(1)_directs) $($(1)_replies),$(GEN)/$(call \
    ref_name,$(r))/$(call ref_name,$(r)).h))

program_objects = $(call objects,$(OUT)/obj/$(1),$(call sources,$($(1)_srcs))) \
    $(patsubst %,$(OUT)/obj/$(1)/gen/%.o,$(call program_stems,$(1)))

# $(call module_rules,NAME,FLAGS VARIABLE,EXTRA ORDER-ONLY)
define module_rules
$(foreach r,$($(1)_servers),$(eval $(call need_server_ref,$(r))))
$(foreach r,$($(1)_directs),$(eval $(call need_server_ref,$(r))))
$(call compile_rules,$(OUT)/obj/$(1),$$($(2)) $$($(1)_cflags),\
    $(sort $(3) $(call program_headers,$(1)) \
    $(patsubst %,$(GEN)/%.c,$(call program_stems,$(1)))))
endef

# $(call program,NAME,FLAGS VARIABLE,EXTRA ORDER-ONLY)
define program
PROGRAMS += $(OUT)/bin/$(1)
$(if $(filter -,$($(1)_member)),,\
    BOOT_MEMBERS += $(or $($(1)_member),boot/$(1)):$(OUT)/stripped/$(1))
$(call module_rules,$(1),$(2),$(3))
endef

define server
$(call program,$(1),USER_CFLAGS,$(NEWLIB_READY))
$(OUT)/bin/$(1): $(CRT0) $(call program_objects,$(1)) $(USER_LIBS)
	@echo "  LINK    $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LINK_USER) -o $$@ $$(filter %.o,$$^) \
	    -Wl,--start-group $$(filter %.a,$$^) $(NEWLIB)/lib/libc.a \
	    $(NEWLIB)/lib/libm.a $$(LIBGCC) -Wl,--end-group
endef

define freestanding
$(call program,$(1),FREE_CFLAGS,)
$(OUT)/bin/$(1): $(call program_objects,$(1)) $(FREE_LIBS)
	@echo "  LINK    $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LINK_USER) -o $$@ $$(filter %.o,$$^) \
	    -Wl,--start-group $$(filter %.a,$$^) $$(LIBGCC) -Wl,--end-group
endef

define emulator
$(call program,$(1),EMU_CFLAGS,)
$(OUT)/bin/$(1): $(call program_objects,$(1)) $(OUT)/lib/libmach-emu.a \
    $(SRC)/$($(1)_lds)
	@echo "  LINK    $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(LD) -static -pie --no-dynamic-linker -z text -z norelro \
	    -z max-page-size=4096 -z noexecstack --build-id=none --gc-sections \
	    -T $(SRC)/$($(1)_lds) -o $$@ $$(filter %.o,$$^) \
	    --start-group $$(filter %.a,$$^) $$(LIBGCC) --end-group
	$$(Q)$$(PYTHON) $(SRC)/tools/checks/emulator_elf.py $$@
endef

$(OUT)/stripped/%: $(OUT)/bin/%
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-debug $< $@

# ---- Linux programs, for tests and benchmarks ------------------------------

# $(call linux_program,NAME,SOURCES,FLAGS): static out/linux/NAME.
LINUX_PROGRAMS :=
define linux_program
LINUX_PROGRAMS += $(OUT)/linux/$(1)
$(OUT)/linux/$(1): $(addprefix $(SRC)/,$(2)) config.mk
	@echo "  LINUXCC $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) -std=gnu17 -O1 -Wall -Wextra -Werror -static -D_GNU_SOURCE \
	    -MMD -MP \
	    $(3) -o $$@ $$(filter %.c %.S,$$^)
endef
