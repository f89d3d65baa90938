# SPDX-License-Identifier: BSD-2-Clause
#
# All components in one task, which call each other directly.
posix-single_srcs := personalities/posix/layouts/single \
    personalities/posix/layouts/graph.c \
    $(addprefix personalities/posix/,common vfs pipe proc exec tty init)
posix-single_users := bootstrap io_event init serial
posix-single_servers := io:vfs_S_ vfs:vfs_S_ vfs_control:vfs_S_ \
    io:pipe_S_ pipe:pipe_S_ \
    proc:proc_S_ proc_control:proc_S_ exc:proc_S_ exec:exec_S_ \
    io:tty_S_ tty:tty_S_ tty_control:tty_S_ \
    io:init_S_ serial_client:init_S_ serial_client:tty_S_
posix-single_directs := vfs:vfs_S_ vfs_control:vfs_S_ pipe:pipe_S_ \
    proc_control:proc_S_ exec:exec_S_ tty_control:tty_S_
posix-single_replies := io vfs pipe proc tty
posix-single_cflags := -I$(SRC)/personalities/posix
$(eval $(call server,posix-single))
