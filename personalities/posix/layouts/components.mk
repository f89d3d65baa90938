# SPDX-License-Identifier: BSD-2-Clause
#
# What each component is made of.  COMPONENT_* lists are used by every layout.

POSIX_COMPONENTS := pipe vfs tty exec proc init

pipe_interfaces := io pipe
vfs_interfaces := io vfs vfs_control
tty_interfaces := io tty tty_control serial_client
exec_interfaces := exec
proc_interfaces := proc proc_control exc
init_interfaces := io init serial_client

pipe_late := io pipe
vfs_late := io vfs
tty_late := io tty
proc_late := proc
init_late := io

# Interfaces that other components call, bound directly within a task.
pipe_called := pipe
vfs_called := vfs vfs_control
tty_called := tty_control
exec_called := exec
proc_called := proc_control

posix_refs = $(foreach i,$($(1)_$(2)),$(i):$(1)_S_)
