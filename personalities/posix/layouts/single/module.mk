# SPDX-License-Identifier: BSD-2-Clause
#
# All components in one task, which call each other directly.
include $(SRC)/personalities/posix/layouts/components.mk

posix-single_srcs := personalities/posix/layouts \
    personalities/posix/layouts/single personalities/posix/common \
    $(addprefix personalities/posix/,$(POSIX_COMPONENTS)) \
    libmach/server/bindings/direct.c libmach/server/bindings/listen.c
posix-single_users := bootstrap io_event init serial
posix-single_servers := $(foreach c,$(POSIX_COMPONENTS),$(call \
    posix_refs,$(c),interfaces))
posix-single_directs := $(foreach c,$(POSIX_COMPONENTS),$(call \
    posix_refs,$(c),called))
posix-single_replies := $(sort $(foreach c,$(POSIX_COMPONENTS),$($(c)_late)))
posix-single_cflags := -I$(SRC)/personalities/posix -include server/mig_rpc.h
$(eval $(call server,posix-single))
