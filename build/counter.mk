# SPDX-License-Identifier: BSD-2-Clause
#
# tools/counter: a plugin of QEMU, which finds QEMU's functions when it loads.

COUNTER := $(OUT)/counter.so
COUNTER_OBJS := $(patsubst $(SRC)/%.c,$(OUT)/obj/host-counter/%.o,\
    $(wildcard $(SRC)/tools/counter/*.c))

$(OUT)/obj/host-counter/%.o: $(SRC)/%.c config.mk
	@echo "  HOSTCC  $@"
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(HOST_CFLAGS) -O2 -fPIC -fvisibility=hidden -c -o $@ $<

$(COUNTER): $(COUNTER_OBJS)
	@echo "  LINK    $@"
	$(Q)$(HOSTCC) -shared -o $@ $^
