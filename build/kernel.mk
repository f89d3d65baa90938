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

# Code is as small as it gets, but for the files where the rows of the IPC
# benchmark (bench/budget.txt) spend their instructions: those are compiled for
# speed.  A file belongs here when a row rises by more than 0.5 % without it.
KERNEL_FAST := $(addprefix kernel/,\
    $(addprefix arch/x86_64/,cpu paging pmap trap) \
    $(addprefix base/,kalloc page_alloc) \
    $(addprefix ipc/,ipc_calls ipc_entry ipc_kmsg ipc_kmsg_copyout \
        ipc_kmsg_decode ipc_mqueue ipc_port ipc_right_copy ipc_space \
        ipc_traps mach_msg mach_msg_fast mach_msg_fast_help mach_msg_kernel \
        mach_msg_receive mach_msg_send mach_msg_serve) \
    $(addprefix kern/,emulator exception exception_fast futex ipc_kobject \
        mach_port_server thread_trap trap) \
    $(addprefix sched/,sched wait) \
    $(addprefix sync/,sync_fast sync_transfer) \
    $(addprefix vm/,vm_access vm_fault vm_fault_page vm_lease vm_map \
        vm_map_tree vm_object_page vm_page vm_radix)) \
    gen/kern/mach_port_server
$(filter-out $(KERNEL_FAST:%=$(KOBJ)/%.o),$(KERNEL_OBJS)): \
    KERNEL_CFLAGS += -Oz -fpeephole2

# Its only caller, the entry code, has saved all of the user's registers.
$(KOBJ)/kernel/ipc/mach_msg_fast.o: KERNEL_CFLAGS += -fomit-frame-pointer \
    $(addprefix -fcall-used-,rbx r12 r13 r14 r15)

# The same of this, but for the registers that it passes on (machine/switch.h).
$(KOBJ)/kernel/sync/sync_fast.o: KERNEL_CFLAGS += -fomit-frame-pointer \
    $(addprefix -ffixed-,rbx r12 r13 r14 r15)

KERNEL_LINK = $(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack \
    --build-id=none --gc-sections --no-warn-rwx-segments -T $(KERNEL_LDS)

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
