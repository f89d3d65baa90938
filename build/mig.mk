# SPDX-License-Identifier: BSD-2-Clause
#
# tools/mig, and what it generates from ipc-defs/**/*.defs.  For X.defs:
#
#   gen/X/X.h  X_user.c                 user header and message stubs
#   gen/X/[S]X_server.h  [S]X_server.c  demultiplexer; S: a server prefix
#   gen/X/[S]X_direct.c                 direct calls with the stubs' names
#   gen/X/X_replies.h  X_replies.c      deferred replies
#   gen/X/X_sync.c                      stubs that call synchronously
#   gen/X/X_fuzz.c                      tables for fuzzing
#   gen/kern/X_server.[hc]  X.h X_user.c    the kernel's sides
#
# Sources say #include <X/X.h>, <X/[S]X_server.h>, <kern/X_server.h>, ...
# A program names what it uses in its module.mk (see programs.mk).

MIG := $(OUT)/tools/mig/mig
MIG_SRCS := $(call sources,tools/mig)
MIG_OBJS := $(call objects,$(OUT),$(MIG_SRCS)) \
    $(OUT)/tools/mig/parser.o $(OUT)/tools/mig/lexer.o \
    $(OUT)/tools/mig/known_types.o
MIG_CFLAGS := $(HOST_CFLAGS) -I$(SRC)/tools/mig -I$(OUT)/tools/mig

$(OUT)/tools/mig/parser.c $(OUT)/tools/mig/parser.h &: \
    $(SRC)/tools/mig/parser.y
	@echo "  BISON   $(OUT)/tools/mig/parser.c"
	@mkdir -p $(@D)
	$(Q)bison -d -o $(OUT)/tools/mig/parser.c $<

$(OUT)/tools/mig/lexer.c: $(SRC)/tools/mig/lexer.l
	@echo "  FLEX    $@"
	@mkdir -p $(@D)
	$(Q)flex -o $@ $<

# The typedefs of the headers that generated code can count on.
MIG_KNOWN := $(filter-out $(SRC)/ipc-defs/mach/mig_kern.h,\
    $(wildcard $(SRC)/ipc-defs/mach/*.h))
$(OUT)/tools/mig/known_types.c: $(SRC)/tools/mig/known_types.awk $(MIG_KNOWN)
	@echo "  AWK     $@"
	@mkdir -p $(@D)
	$(Q)awk -f $< -v names="$(patsubst $(SRC)/ipc-defs/%,%,$(MIG_KNOWN))" \
	    $(MIG_KNOWN) > $@

$(OUT)/tools/mig/known_types.o: $(OUT)/tools/mig/known_types.c
	@echo "  HOSTCC  $@"
	$(Q)$(HOSTCC) $(MIG_CFLAGS) -I$(SRC)/ipc-defs -c -o $@ $<

# Generated parsers have warnings of their own.
$(OUT)/tools/mig/parser.o $(OUT)/tools/mig/lexer.o: %.o: %.c \
    $(OUT)/tools/mig/parser.h
	@echo "  HOSTCC  $@"
	$(Q)$(HOSTCC) $(filter-out -W%,$(MIG_CFLAGS)) -c -o $@ $<

$(OUT)/tools/mig/%.o: $(SRC)/tools/mig/%.c $(OUT)/tools/mig/parser.h
	@echo "  HOSTCC  $@"
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(MIG_CFLAGS) -c -o $@ $<

$(MIG): $(MIG_OBJS)
	@echo "  LINK    $@"
	$(Q)$(HOSTCC) -o $@ $^

# ---- the interfaces --------------------------------------------------------

DEFS_ALL := $(shell find $(SRC)/ipc-defs -name '*.defs')
ifneq ($(wildcard $(SRC)/tools/mig/parser.y),)
DEFS := $(shell grep -l '^subsystem' $(DEFS_ALL) /dev/null)
endif
KERNEL_SERVED := $(shell grep -lw KernelServer $(DEFS) /dev/null)
KERNEL_SENT := $(shell grep -lw KernelUser $(DEFS) /dev/null)
interface_name = $(basename $(notdir $(1)))
INTERFACES := $(call interface_name,$(DEFS))
KERNEL_SERVED_NAMES := $(call interface_name,$(KERNEL_SERVED))
defs_of = $(filter %/$(1).defs,$(DEFS))

# Tables for polymach run --trace-ipc.
DECODERS := $(OUT)/decoders

MIGFLAGS := -I$(SRC)/ipc-defs -I$(SRC)/ipc-defs/mach -I$(SRC)/ipc-defs/posix

# $(call mig_rule,OUTPUTS,DEFS,FLAGS): one run of mig.
define mig_rule
$(1) &: $(2) $$(MIG) $(SRC)/build/mig.mk
	@echo "  MIG     $(firstword $(1))"
	@mkdir -p $$(dir $(firstword $(1)))
	$$(Q)$$(MIG) $$(MIGFLAGS) -MD $(firstword $(1)).d \
	    -MT $(firstword $(1)) $(3) $(2)
endef

define interface_rules
$(call mig_rule,$(GEN)/$(1)/$(1)_user.c $(GEN)/$(1)/$(1).h,$(2),\
    -user $(GEN)/$(1)/$(1)_user.c -header $(GEN)/$(1)/$(1).h)
$(call mig_rule,$(GEN)/$(1)/$(1)_replies.c $(GEN)/$(1)/$(1)_replies.h,$(2),\
    -replies $(GEN)/$(1)/$(1)_replies.c \
    -repliesheader $(GEN)/$(1)/$(1)_replies.h)
$(call mig_rule,$(GEN)/$(1)/$(1)_sync.c,$(2),\
    -binding sync -user $(GEN)/$(1)/$(1)_sync.c)
$(call mig_rule,$(GEN)/$(1)/$(1)_fuzz.c,$(2),-fuzz $(GEN)/$(1)/$(1)_fuzz.c)
$(call mig_rule,$(DECODERS)/$(1).json,$(2),-decoder $(DECODERS)/$(1).json)
endef
$(foreach d,$(DEFS),$(eval $(call interface_rules,$(call \
    interface_name,$(d)),$(d))))

# The kernel's stubs are tables, but for those in which instructions count.
KERNEL_UNROLLED := mach_port_get_refs
define kernel_served_rules
$(call mig_rule,$(GEN)/kern/$(1)_server.c $(GEN)/kern/$(1)_server.h,$(2),\
    -DKERNEL_SERVER=1 -tables -unroll $(KERNEL_UNROLLED) \
    -server $(GEN)/kern/$(1)_server.c \
    -sheader $(GEN)/kern/$(1)_server.h)
endef
define kernel_sent_rules
$(call mig_rule,$(GEN)/kern/$(1)_user.c $(GEN)/kern/$(1).h,$(2),\
    -DKERNEL_USER=1 -user $(GEN)/kern/$(1)_user.c -header $(GEN)/kern/$(1).h)
endef
$(foreach d,$(KERNEL_SERVED),$(eval $(call kernel_served_rules,$(call \
    interface_name,$(d)),$(d))))
$(foreach d,$(KERNEL_SENT),$(eval $(call kernel_sent_rules,$(call \
    interface_name,$(d)),$(d))))

KERNEL_GEN := $(foreach d,$(KERNEL_SERVED),kern/$(call \
    interface_name,$(d))_server) \
    $(foreach d,$(KERNEL_SENT),kern/$(call interface_name,$(d))_user)

# A reference to an interface in a module.mk is X or X:SERVERPREFIX.
ref_name = $(firstword $(subst :, ,$(1)))
ref_prefix = $(word 2,$(subst :, ,$(1)))
ref_sprefix_flag = $(addprefix -sprefix ,$(call ref_prefix,$(1)))

# Stems below gen/ of the generated sources of a reference.
stem_user = $(call ref_name,$(1))/$(call ref_name,$(1))_user
stem_sync = $(call ref_name,$(1))/$(call ref_name,$(1))_sync
stem_replies = $(call ref_name,$(1))/$(call ref_name,$(1))_replies
stem_fuzz = $(call ref_name,$(1))/$(call ref_name,$(1))_fuzz
stem_server = $(call ref_name,$(1))/$(call ref_prefix,$(1))$(call \
    ref_name,$(1))_server
stem_direct = $(call ref_name,$(1))/$(call ref_prefix,$(1))$(call \
    ref_name,$(1))_direct

# The direct binding includes the server's header and a user header of its own
# (X.h has a rule of its own, above), so one run makes them all.  Without a
# server prefix there is none: stub and routine would have the same name.
stem_own = $(call ref_name,$(1))/$(call ref_prefix,$(1))$(call \
    ref_name,$(1))_direct_user
define server_ref_rules
$(call mig_rule,$(GEN)/$(call stem_server,$(1)).c \
    $(GEN)/$(call stem_server,$(1)).h $(if $(call ref_prefix,$(1)),\
    $(GEN)/$(call stem_direct,$(1)).c $(GEN)/$(call stem_own,$(1)).h),$(call \
    defs_of,$(call ref_name,$(1))),\
    $(call ref_sprefix_flag,$(1)) -server $(GEN)/$(call stem_server,$(1)).c \
    -sheader $(GEN)/$(call stem_server,$(1)).h $(if $(call ref_prefix,$(1)),\
    -header $(GEN)/$(call stem_own,$(1)).h \
    -direct $(GEN)/$(call stem_direct,$(1)).c))
endef

# What the runner decodes messages with.
DECODER_FILES := $(INTERFACES:%=$(DECODERS)/%.json) $(DECODERS)/codes
$(DECODERS)/codes: $(SRC)/tools/polymach/ipc_codes.py \
    $(wildcard $(SRC)/ipc-defs/mach/*.h)
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< $(SRC)/ipc-defs/mach $@

# Each reference has one rule, however many programs name it.
SERVER_REFS :=
define need_server_ref
ifeq ($$(filter $(1),$$(SERVER_REFS)),)
SERVER_REFS += $(1)
$$(eval $$(call server_ref_rules,$(1)))
endif
endef
