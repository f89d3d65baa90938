# SPDX-License-Identifier: BSD-2-Clause
#
# No messages are kept for reuse, so that the memory of each is asked for.
CALLS_KERN := $(filter-out kernel/kern/boot% kernel/kern/device% \
    kernel/kern/elf% kernel/kern/ipc_trace% kernel/kern/main% kernel/kern/trap% \
    kernel/kern/thread_trap% kernel/kern/vm_trap%,\
    $(patsubst $(SRC)/%,%,$(wildcard $(SRC)/kernel/kern/*.c)))
$(eval $(call host_test,calls,tests/host/calls tests/host/lib kernel/ipc \
    kernel/vm kernel/pager kernel/base/ledger.c kernel/sched/wait.c \
    kernel/sched/timer.c kernel/sched/thread.c $(CALLS_KERN),\
    -I$(SRC)/tests/host/calls -I$(SRC)/tests/host/lib -I$(SRC)/kernel \
    -I$(SRC)/libmach/include -DIPC_KMSG_CACHE=0,\
    mach_port/mach_port_user mach_vm/mach_vm_user task/task_user \
    thread/thread_user host/host_user processor/processor_user \
    clock/clock_user memory_object_control/memory_object_control_user \
    $(filter-out kern/device%,$(KERNEL_GEN:%=%!)) \
    kern/device_server))

# Other names for the stubs of all routines; and their names and ids.
CALLS_DEFS := $(shell grep -l ^subsystem $(SRC)/ipc-defs/mach/*.defs)
CALLS_NAMES := $(GEN)/calls/call_names.h
$(CALLS_NAMES): $(CALLS_DEFS) $(SRC)/tests/host/calls/module.mk
	@mkdir -p $(@D)
	$(Q)sed -n \
	    's/^\(simple\)*routine *\([a-z_0-9]*\).*/#define \2 call_\2/p' \
	    $(CALLS_DEFS) > $@
CALLS_ROUTINES := $(GEN)/calls/routines.h
$(CALLS_ROUTINES): $(CALLS_DEFS) $(SRC)/tests/host/calls/module.mk $(MIG)
	@mkdir -p $(@D)
	$(Q)for defs in $(CALLS_DEFS); do \
	    $(MIG) -I$(SRC)/ipc-defs -I$(SRC)/ipc-defs/mach -list $@.one \
	        $$defs && cat $@.one || exit 1; done > $@.all
	$(Q)sed 's/^\([^ ]*\) [^ ]* \([^ ]*\) [^ ]* \([0-9]*\).*/{"\1", "\2", \3},/' \
	    $@.all > $@
	$(Q)rm -f $@.one $@.all
$(call objects,$(OUT)/obj/host-calls,$(call sources,tests/host/calls)): \
    | $(CALLS_NAMES) $(CALLS_ROUTINES)
