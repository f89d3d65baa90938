# SPDX-License-Identifier: BSD-2-Clause
$(eval $(call host_test,proc,tests/host/proc tests/host/posix \
    personalities/posix/proc,-I$(SRC)/personalities/posix \
    -I$(SRC)/libmach/include -I$(SRC)/libmach -I$(SRC)/tests/host/posix,\
    proc/proc_S_proc_server proc_control/proc_S_proc_control_server \
    exc/proc_S_exc_server proc/proc_replies io_event/io_event_user exec/exec_user vfs/vfs_user bootstrap/bootstrap_user \
    vfs_control/vfs_control_user tty_control/tty_control_user init/init_user \
    task/task_user thread/thread_user host/host_user mach_port/mach_port_user))
