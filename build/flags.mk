# SPDX-License-Identifier: BSD-2-Clause
#
# Tools, folders and compiler flags.  V=1 shows the commands.

ifeq ($(V),1)
Q :=
else
Q := @
endif

# Everything that is built goes here.
OUT := out
GEN := $(OUT)/gen

CC := $(CROSS)gcc
LD := $(CROSS)ld
AR := $(CROSS)ar
NM := $(CROSS)nm
OBJCOPY := $(CROSS)objcopy
READELF := $(CROSS)readelf
HOSTCC := gcc
PYTHON := PYTHONDONTWRITEBYTECODE=1 python3
JOBS := $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),$(shell nproc))

CC_HEADERS := $(shell $(CC) -print-file-name=include)
LIBGCC := $(shell $(CC) -print-libgcc-file-name)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
    -Wundef -Wvla -Wwrite-strings -Wpointer-arith -Wcast-qual \
    -Wimplicit-fallthrough -Werror

COMMON := -std=gnu17 -O2 -g -MMD -MP $(WARN) \
    -fno-stack-protector -fno-asynchronous-unwind-tables \
    -fcf-protection=none -fno-common -fno-strict-aliasing \
    -ffile-prefix-map=$(SRC_ABS)/=./ \
    -U__linux__ -U__unix__ -Ulinux -Uunix -D__polymach__=1

BARE := $(COMMON) -ffreestanding -nostdinc -isystem $(CC_HEADERS)

CONTRACT := -I$(SRC)/ipc-defs -I$(GEN)
LIBMACH_HEADERS := -I$(SRC)/libmach -I$(SRC)/libmach/include

# No peephole2: it makes two instructions of a test, or of a store of 0, in
# memory.
KERNEL_CFLAGS := $(BARE) -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
    -fno-peephole2 \
    -fno-pic -fno-pie -DKERNEL=1 -ffunction-sections \
    -mpreferred-stack-boundary=3 \
    $(patsubst %,-falign-%=1,functions jumps loops labels) \
    -I$(SRC)/kernel -I$(SRC)/kernel/arch/x86_64 $(CONTRACT)

# Freestanding user code: bootstrap and the basic part of libmach.
FREE_CFLAGS := $(BARE) -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only \
    $(CONTRACT) $(LIBMACH_HEADERS)

# Emulators: mapped read-only at any address inside a guest's task.
EMU_CFLAGS := $(BARE) -fPIE -mgeneral-regs-only -mno-red-zone \
    -include $(SRC)/build/hidden.h -ffunction-sections -fdata-sections \
    -fno-jump-tables -DMIG_ENVIRONMENT=1 $(CONTRACT) $(LIBMACH_HEADERS)

# Servers, drivers and pagers: newlib over libmach.
USER_CFLAGS := $(COMMON) -nostdinc -isystem $(CC_HEADERS) \
    -isystem $(OUT)/newlib/include -fno-pic -fno-pie -D__DYNAMIC_REENT__ \
    -D_READ_WRITE_RETURN_TYPE=_ssize_t \
    $(CONTRACT) $(LIBMACH_HEADERS)

HOST_CFLAGS := -std=gnu17 -O1 -g -MMD -MP $(WARN)

# $(call sources,DIRS-OR-FILES): the C and assembly files, relative to SRC.
sources = $(foreach s,$(1),$(if $(filter %.c %.S,$(s)),$(s),$(sort \
    $(patsubst $(SRC)/%,%,$(wildcard $(SRC)/$(s)/*.c $(SRC)/$(s)/*.S)))))

# $(call objects,OBJDIR,SOURCES)
objects = $(patsubst %,$(1)/%.o,$(basename $(2)))

# $(call compile_rules,OBJDIR,FLAGS,ORDER-ONLY PREREQUISITES): rules for the
# objects of sources below SRC and of generated sources (OBJDIR/gen/...).
define compile_rules
$(1)/%.o: $(SRC)/%.c config.mk $(SRC)/build/flags.mk | $(3)
	@echo "  CC      $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $(2) -c -o $$@ $$<
$(1)/%.o: $(SRC)/%.S config.mk $(SRC)/build/flags.mk | $(3)
	@echo "  AS      $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $(2) -c -o $$@ $$<
$(1)/gen/%.o: $(GEN)/%.c config.mk $(SRC)/build/flags.mk | $(3)
	@echo "  CC      $$@"
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $(2) -c -o $$@ $$<
endef
