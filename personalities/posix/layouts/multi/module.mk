# SPDX-License-Identifier: BSD-2-Clause
include $(SRC)/personalities/posix/layouts/components.mk

# $(call posix_multi,COMPONENT)
define posix_multi
posix-$(1)_srcs := personalities/posix/layouts \
    personalities/posix/layouts/multi personalities/posix/common \
    personalities/posix/$(1) libmach/server/bindings/message.c \
    libmach/server/bindings/listen.c
posix-$(1)_users := bootstrap io_event init serial
posix-$(1)_syncs := pipe vfs vfs_control tty_control exec proc_control
posix-$(1)_servers := $(call posix_refs,$(1),interfaces)
posix-$(1)_replies := $($(1)_late)
posix-$(1)_cflags := -I$(SRC)/personalities/posix -DCOMPONENT=$(1) \
    -include server/mig_rpc.h
$$(eval $$(call server,posix-$(1)))
endef

$(foreach c,$(POSIX_COMPONENTS),$(eval $(call posix_multi,$(c))))
