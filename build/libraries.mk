# SPDX-License-Identifier: BSD-2-Clause
#
# The libraries below libmach/ (see programs.mk).  Included after the modules,
# whose variables it uses.

%.a:
	@echo "  AR      $@"
	@mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rc $@ $^

libmach_srcs := $(call sources,libmach)
$(eval $(call module_rules,libmach,FREE_CFLAGS,))
$(OUT)/lib/libmach.a: $(call program_objects,libmach)

# Once more for Linux programs, which have a C library of the host's.
LINUX_LIB := $(OUT)/lib/libmach-linux.a
$(LINUX_LIB): $(filter-out %/string.o %/start.o,$(call \
    program_objects,libmach)) $(OUT)/obj/libmach-linux/fork.o
$(OUT)/obj/libmach-linux/fork.o: $(SRC)/libmach/linux/fork.c
	@echo "  LINUXCC $@"
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=gnu17 -O2 $(WARN) -MMD -MP $(CONTRACT) \
	    $(LIBMACH_HEADERS) -c -o $@ $<

$(eval $(call compile_rules,$(OUT)/obj/libmig,$$(FREE_CFLAGS),))
$(OUT)/lib/libmig.a: \
    $(foreach i,$(INTERFACES),$(OUT)/obj/libmig/gen/$(i)/$(i)_user.o)

# Once more for emulators: position-independent, stubs named by the emulator.
$(eval $(call compile_rules,$(OUT)/obj/libmach-emu,$$(EMU_CFLAGS),\
    $(MACH_HEADERS)))
$(OUT)/lib/libmach-emu.a: $(foreach o,$(call program_objects,libmach),\
    $(patsubst $(OUT)/obj/libmach/%,$(OUT)/obj/libmach-emu/%,$(o))) \
    $(foreach i,$(INTERFACES),$(OUT)/obj/libmach-emu/gen/$(i)/$(i)_user.o)

libpolymach_sys_srcs := $(filter-out %/crt0.S,$(call sources,libmach/newlib))
$(eval $(call module_rules,libpolymach_sys,USER_CFLAGS,$(NEWLIB_READY)))
$(OUT)/lib/libpolymach_sys.a: $(call program_objects,libpolymach_sys)

define libmach_folder
lib$(1)_srcs := libmach/$(1)
$$(eval $$(call module_rules,lib$(1),USER_CFLAGS,$(NEWLIB_READY)))
$(OUT)/lib/lib$(1).a: $$(call program_objects,lib$(1))
endef
$(foreach d,$(LIBMACH_DIRS),$(eval $(call libmach_folder,$(d))))
