# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,pipe,tests/host/pipe tests/host/posix \
    personalities/posix/pipe,-I$(SRC)/personalities/posix \
    -I$(SRC)/libmach/include -I$(SRC)/libmach -I$(SRC)/tests/host/posix,\
    io/pipe_S_io_server pipe/pipe_S_pipe_server io/io_replies \
    pipe/pipe_replies io_event/io_event_user))
