# SPDX-License-Identifier: BSD-2-Clause
include $(SRC)/personalities/posix/layouts/components.mk

posix-single_srcs := personalities/posix/layouts \
    personalities/posix/layouts/single personalities/posix/common \
    $(POSIX_COMPONENTS:%=personalities/posix/%)
posix-single_servers := $(foreach c,$(POSIX_COMPONENTS),$(call \
    posix_refs,$(c),interfaces))
posix-single_replies := $(sort $(foreach c,$(POSIX_COMPONENTS),$($(c)_late)))
posix-single_directs := $(foreach c,$(POSIX_COMPONENTS),$(call \
    posix_refs,$(c),called))
posix-single_cflags := -I$(SRC)/personalities/posix
$(eval $(call server,posix-single))
