/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on names, as both the traps and the mach_port interface make
 * them.  Borrowed names carry no references: taking some away or adding some
 * succeeds and does nothing.
 */
#ifndef IPC_IPC_CALLS_H
#define IPC_IPC_CALLS_H

#include <ipc/ipc_entry.h>

kern_return_t ipc_call_deallocate(struct ipc_space *s, mach_port_name_t name);
kern_return_t ipc_call_destroy(struct ipc_space *s, mach_port_name_t name);
kern_return_t ipc_call_mod_refs(struct ipc_space *s, mach_port_name_t name,
                                mach_port_right_t right,
                                mach_port_delta_t delta);
kern_return_t ipc_call_get_refs(struct ipc_space *s, mach_port_name_t name,
                                mach_port_right_t right,
                                mach_port_urefs_t *out);
kern_return_t ipc_call_type(struct ipc_space *s, mach_port_name_t name,
                            mach_port_type_t *out);
/* set MACH_PORT_NULL: out of all sets. */
kern_return_t ipc_call_move_member(struct ipc_space *s,
                                   mach_port_name_t member,
                                   mach_port_name_t set);
kern_return_t ipc_call_insert_member(struct ipc_space *s,
                                     mach_port_name_t member,
                                     mach_port_name_t set);
kern_return_t ipc_call_extract_member(struct ipc_space *s,
                                      mach_port_name_t member,
                                      mach_port_name_t set);
kern_return_t ipc_call_receive_status(struct ipc_space *s,
                                      mach_port_name_t name,
                                      mach_port_status_t *out);

#endif
