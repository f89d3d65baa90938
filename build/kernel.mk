# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel: every source in kernel/*/ and kernel/arch/x86_64/, the kernel's
# sides of the interfaces, and a table of its own symbols for backtraces.

KERNEL := $(OUT)/kernel.elf
KOBJ := $(OUT)/obj/kernel

KERNEL_DIRS := $(filter-out arch,$(notdir $(patsubst %/,%,\
    $(wildcard $(SRC)/kernel/*/)))) arch/x86_64
KERNEL_SRCS := $(call sources,$(addprefix kernel/,$(KERNEL_DIRS)))
KERNEL_SRCS := $(filter-out kernel/test/host%,$(KERNEL_SRCS))
KERNEL_OBJS := $(call objects,$(KOBJ),$(KERNEL_SRCS)) \
    $(KERNEL_GEN:%=$(KOBJ)/gen/%.o)
KERNEL_LDS := $(SRC)/kernel/arch/x86_64/kernel.lds
# User headers, too: the kernel and its users share types by them.
KERNEL_HEADERS := $(foreach g,$(KERNEL_GEN),$(GEN)/$(g).c)

$(eval $(call compile_rules,$(KOBJ),$$(KERNEL_CFLAGS),$(KERNEL_HEADERS)))

# Its only caller, the entry code, has saved all of the user's registers.
$(KOBJ)/kernel/ipc/mach_msg_fast.o: KERNEL_CFLAGS += -fomit-frame-pointer \
    $(addprefix -fcall-used-,rbx r12 r13 r14 r15)

# The same of this, but for the registers that it passes on (machine/switch.h).
$(KOBJ)/kernel/sync/sync_fast.o: KERNEL_CFLAGS += -fomit-frame-pointer \
    $(addprefix -ffixed-,rbx r12 r13 r14 r15)

KERNEL_LINK = $(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
    --build-id=none --no-warn-rwx-segments -T $(KERNEL_LDS)

# Pass 1 has an empty symbol table, pass 2 the real one.  The table lies
# behind the text, so that no function moves; ksyms.py checks that.
$(KOBJ)/ksyms-empty.S: $(SRC)/tools/ksyms/ksyms.py
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $< --empty > $@

$(KOBJ)/ksyms.S: $(OUT)/kernel-pass1.elf $(SRC)/tools/ksyms/ksyms.py
	@echo "  KSYMS   $@"
	$(Q)$(NM) -n $< | $(PYTHON) $(SRC)/tools/ksyms/ksyms.py > $@

$(KOBJ)/ksyms-empty.o $(KOBJ)/ksyms.o: %.o: %.S
	$(Q)$(CC) $(KERNEL_CFLAGS) -c -o $@ $<

$(OUT)/kernel-pass1.elf: $(KERNEL_OBJS) $(KOBJ)/ksyms-empty.o $(KERNEL_LDS)
	@echo "  LINK    $@"
	$(Q)$(KERNEL_LINK) -o $@ $(filter %.o,$^) $(LIBGCC)

$(KERNEL): $(KERNEL_OBJS) $(KOBJ)/ksyms.o $(OUT)/kernel-pass1.elf
	@echo "  LINK    $@"
	$(Q)$(KERNEL_LINK) -o $@ $(filter %.o,$^) $(LIBGCC)
	$(Q)$(NM) -n $@ | $(PYTHON) $(SRC)/tools/ksyms/ksyms.py \
	    --check $(KOBJ)/ksyms.S

.PHONY: kernel
kernel: $(KERNEL)
