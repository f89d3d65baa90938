# SPDX-License-Identifier: BSD-2-Clause
#
# What is booted: the base archive (programs, layouts, default root) and the
# GRUB image.

LAYOUTS := $(wildcard $(SRC)/personalities/posix/layouts/*.conf)
BUSYBOX := /bin/busybox
BASE := $(OUT)/base.tar
ISO := $(OUT)/polymach.iso

BOOT_FILES := $(foreach m,$(BOOT_MEMBERS),$(word 2,$(subst :, ,$(m))))
BASE_TOOL := $(wildcard $(SRC)/tools/polymach/*.py)

$(BASE): $(BOOT_FILES) $(LAYOUTS) $(BASE_TOOL) $(BUSYBOX)
	@echo "  ARCHIVE $@"
	@mkdir -p $(@D)
	$(Q)$(PYTHON) $(SRC)/tools/polymach/base_archive.py --output $@ \
	    --busybox $(BUSYBOX) $(BOOT_MEMBERS) \
	    $(foreach l,$(LAYOUTS),boot/layouts/$(notdir $(l)):$(l))

$(OUT)/kernel.stripped: $(KERNEL)
	$(Q)$(OBJCOPY) --strip-debug $< $@

$(ISO): $(OUT)/kernel.stripped $(BASE) $(BASE_TOOL)
	@echo "  ISO     $@"
	$(Q)./polymach iso --output $@

.PHONY: iso
iso: $(ISO)
