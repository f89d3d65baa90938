# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,vfs,tests/host/vfs tests/host/posix \
    libmach/archive.c $(filter-out %/memory.c %/start.c,$(call \
    sources,personalities/posix/vfs)),-I$(SRC)/personalities/posix \
    -I$(SRC)/libmach/include -I$(SRC)/libmach -I$(SRC)/tests/host/posix,\
    io/vfs_S_io_server vfs/vfs_S_vfs_server \
    vfs_control/vfs_S_vfs_control_server vfs/vfs_replies io/io_replies \
    pipe/pipe_user pipe/pipe_replies io_event/io_event_user))
