# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,tty,tests/host/tty personalities/posix/tty/ldisc.c \
    personalities/posix/tty/ldisc_output.c,-I$(SRC)/personalities/posix/tty))
