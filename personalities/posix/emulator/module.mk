# SPDX-License-Identifier: BSD-2-Clause
emulator-posix_srcs := personalities/posix/emulator
emulator-posix_lds := personalities/posix/emulator/emulator.lds
emulator-posix_users := io pipe proc tty vfs
emulator-posix_cflags := -I$(SRC)/personalities/posix/emulator
$(eval $(call need_server_ref,io_event:emulator_))
$(OUT)/obj/emulator-posix/personalities/posix/emulator/wait_event.o: \
    $(GEN)/io_event/emulator_io_event_server.c
$(eval $(call emulator,emulator-posix))

# The same, calling synchronously: ipc=l4.
emulator-posix-l4_srcs := personalities/posix/emulator
emulator-posix-l4_lds := personalities/posix/emulator/emulator.lds
emulator-posix-l4_syncs := io pipe proc tty vfs
emulator-posix-l4_cflags := -I$(SRC)/personalities/posix/emulator
$(OUT)/obj/emulator-posix-l4/personalities/posix/emulator/wait_event.o: \
    $(GEN)/io_event/emulator_io_event_server.c
$(eval $(call emulator,emulator-posix-l4))
