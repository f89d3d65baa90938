# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,emulator,tests/host/emulator \
    personalities/posix/emulator/elf.c \
    personalities/posix/emulator/fd_table.c,\
    -I$(SRC)/personalities/posix/emulator))
