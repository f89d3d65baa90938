# SPDX-License-Identifier: BSD-2-Clause
#
# The commands of this Makefile.  A "#: verb: text" line is shown by make help.

#: all: build the kernel, the servers and the boot archive (default)
all: $(KERNEL) $(BASE) $(PROGRAMS) $(LINUX_PROGRAMS) $(DECODER_FILES) \
    $(COUNTER)

#: run: boot to an interactive shell in this terminal (Ctrl-A X leaves)
.PHONY: run
run: $(KERNEL) $(BASE)
	@./polymach shell

#: iso: build out/polymach.iso, bootable by GRUB

#: tests: build everything that make check runs
.PHONY: tests
tests: all $(HOST_TESTS) $(GUEST_TESTS) $(LINUX_LIB)

#: check: run the tests (under 10 minutes); SUITE=NAME runs one suite
.PHONY: check
RUN_SUITES = $(PYTHON) $(SRC)/tests/run-suites --build . \
    $(addprefix --only ,$(SUITE))
check: tests
	@$(RUN_SUITES)

#: check-long: the tests with long variants, and without the fast message path
.PHONY: check-long
check-long: tests
	@status=0; $(RUN_SUITES) --long || status=1; \
	$(RUN_SUITES) --fastpath off || status=1; \
	$(RUN_SUITES) --ipc l4 || status=1; exit $$status

#: check-fresh: both README commands in a fresh Debian 12 (root, debootstrap)
.PHONY: check-fresh
check-fresh:
	@$(SRC)/tests/run-fresh $(SRC_ABS)

#: mutants: faults put into kernel/ipc, and how many the host tests find
# MUTANTS: options of the tool (MUTANTS=--help), such as --file, --sample 50.
mutants_program = --program $(1) --sources '$(host_$(1)_srcs) \
    $(abspath $(host_$(1)_generated))' --cflags '-std=gnu17 \
    $(patsubst -I$(SRC)/%,-I$(SRC_ABS)/%,-I$(SRC)/ipc-defs \
    $(host_$(1)_cflags)) -I$(abspath $(GEN))'
.PHONY: mutants
mutants: $(addprefix $(OUT)/tests/host/,ipc ipc-model sync calls)
	@$(PYTHON) $(SRC)/tools/mutants/mutants.py --root $(SRC_ABS) \
	    --mutate kernel/ipc --copy kernel --copy ipc-defs \
	    --copy tests/host --work $(OUT)/mutants --cc '$(HOSTCC)' \
	    --survivors $(SRC)/tools/mutants/survivors.txt \
	    $(call mutants_program,ipc) \
	    $(call mutants_program,sync) --run '-s 1' \
	    $(call mutants_program,calls) \
	    $(call mutants_program,ipc-model) \
	    --run '-n 20000 -s 1 -a 50 -c' --run '-n 200000 -s 5 -a 500 -c' \
	    $(call mutants_program,ipc-model-tiny) \
	    --run '-n 20000 -s 1 -a 50 -c' \
	    $(MUTANTS)

#: mutants-sync: the same for kernel/sync
.PHONY: mutants-sync
mutants-sync: $(OUT)/tests/host/sync
	@$(PYTHON) $(SRC)/tools/mutants/mutants.py --root $(SRC_ABS) \
	    --mutate kernel/sync --copy kernel --copy ipc-defs \
	    --copy tests/host --work $(OUT)/mutants-sync --cc '$(HOSTCC)' \
	    --survivors $(SRC)/tools/mutants/survivors-sync.txt \
	    $(call mutants_program,sync) --run '-s 1' --run '-s 2 -n 200000' \
	    $(foreach f,fast receive reply send transfer,--file sync_$(f).c) \
	    $(MUTANTS)

#: coverage: lines of kernel and generator that the host tests run
# COVERAGE=--lines lists those that they don't.
COVERED := $(filter $(OUT)/tests/host/ipc% $(OUT)/tests/host/vm \
    $(OUT)/tests/host/pager,$(HOST_TESTS))
.PHONY: coverage
coverage:
	@mkdir -p $(OUT)/coverage
	@cd $(OUT)/coverage && $(SRC_ABS)/configure $(CONFIGURE_ARGS) > /dev/null
	@find $(OUT)/coverage -name '*.gcda' -exec rm {} +
	@MAKEFLAGS= $(MAKE) -C $(OUT)/coverage HOSTCC='$(HOSTCC) --coverage' \
	    HOST_CFLAGS='-std=gnu17 -O0 -g -MMD -MP' $(COVERED) $(MIG) \
	    $(KERNEL_GEN:%=$(GEN)/%.c)
	@status=0; $(PYTHON) $(SRC)/tests/run-suites --build $(OUT)/coverage \
	    --only host --only mig || status=1; \
	$(PYTHON) $(SRC)/tools/coverage/coverage.py --source $(SRC_ABS) \
	    --build $(OUT)/coverage/out --target kernel/ipc=90 \
	    --target tools/mig=85 $(COVERAGE) kernel/ipc kernel/vm \
	    kernel/pager kernel/base kernel/sched tools/mig && \
	exit $$status

#: gdb: boot, stop at the first instruction and attach gdb with all symbols
.PHONY: gdb
gdb: $(KERNEL) $(BASE) $(PROGRAMS)
	@$(SRC)/tools/gdb/start .

#: size: kernel text and lines of source, by folder
.PHONY: size
size: $(KERNEL)
	@$(PYTHON) $(SRC)/tools/size/size.py --source $(SRC) --objects $(KOBJ) \
	    --kernel $(KERNEL)

#: budget: measure the IPC rows and make what they take bench/budget.txt
.PHONY: budget
budget: all
	@./polymach bench --only ipc --accel icount --no-peers --write-budget

#: update-lock: write the message ids into ipc-defs/ids.lock
.PHONY: update-lock
update-lock: $(MIG)
	$(Q)cd $(SRC) && $(abspath $(MIG)) -Iipc-defs -Iipc-defs/mach \
	    -Iipc-defs/posix -update-lock ipc-defs/ids.lock \
	    $(patsubst $(SRC)/%,%,$(sort $(DEFS)))

#: reference: write the interfaces' pages into docs/reference
.PHONY: reference
reference: $(MIG)
	$(Q)$(PYTHON) $(SRC)/tools/mig/reference.py --mig $(MIG) --source $(SRC)

#: install: command, generator, compiler wrapper, libraries below PREFIX
.PHONY: install
install: all $(USER_LIBS) $(LINUX_LIB) $(MIG) \
    $(foreach i,$(INTERFACES),$(GEN)/$(i)/$(i).h)
	@$(SRC)/tools/install/install.sh $(SRC_ABS) . '$(DESTDIR)$(PREFIX)' \
	    '$(CC)'

#: clean: remove everything that was built
.PHONY: clean
clean:
	rm -rf $(OUT)

#: help: this list
.PHONY: help
help:
	@sed -n 's/^#: \([a-z-]*\): /  make \1\t/p' $(SRC)/build/verbs.mk | \
	    expand -t 20
	@echo "  V=1 shows the commands.  ./polymach --help: the host command."
