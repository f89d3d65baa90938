/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on names, as both the traps and the mach_port interface make
 * them.  Borrowed names carry no references: taking some away or adding some
 * succeeds and does nothing.
 */
#ifndef IPC_IPC_CALLS_H
#define IPC_IPC_CALLS_H

#include <mach/port_info.h>
#include <ipc/ipc_right.h>

kern_return_t ipc_call_deallocate(struct ipc_space *s, mach_port_name_t name);
kern_return_t ipc_call_destroy(struct ipc_space *s, mach_port_name_t name);
kern_return_t ipc_call_mod_refs(struct ipc_space *s, mach_port_name_t name,
                                mach_port_right_t right,
                                mach_port_delta_t delta);
static inline kern_return_t
ipc_call_get_refs(struct ipc_space *s, mach_port_name_t name,
                  mach_port_right_t right, mach_port_urefs_t *out)
{
    struct ipc_entry *e;
    kern_return_t kr;

    if (ipc_name_borrowed(name) && right < MACH_PORT_RIGHT_NUMBER) {
        *out = right == MACH_PORT_RIGHT_SEND ? 1u : 0u;
        return KERN_SUCCESS;
    }
    kr = ipc_right_lookup(s, name, &e);
    return kr == KERN_SUCCESS ? ipc_right_get_refs(e, right, out) : kr;
}

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

/* Attributes, guards, limits, kinds: ipc_attributes.c.  get: *count is room
 * and then what there is. */
kern_return_t ipc_call_get_attributes(struct ipc_space *s,
                                      mach_port_name_t name, int flavor,
                                      natural_t *info, uint32_t *count);
kern_return_t ipc_call_set_attributes(struct ipc_space *s,
                                      mach_port_name_t name, int flavor,
                                      const natural_t *info, uint32_t count);
kern_return_t ipc_call_set_qlimit(struct ipc_space *s, mach_port_name_t name,
                                  natural_t qlimit);
kern_return_t ipc_call_guard(struct ipc_space *s, mach_port_name_t name,
                             uint64_t guard, bool strict);
kern_return_t ipc_call_unguard(struct ipc_space *s, mach_port_name_t name,
                               uint64_t guard);
kern_return_t ipc_call_swap_guard(struct ipc_space *s, mach_port_name_t name,
                                  uint64_t old, uint64_t guard);
kern_return_t ipc_call_kobject(struct ipc_space *s, mach_port_name_t name,
                               natural_t *kind, uint64_t *number);
/* notify: a naked send-once right or IP_NULL, consumed on success. */
kern_return_t ipc_call_set_limits(struct ipc_space *s, uint32_t soft,
                                  uint32_t hard, struct ipc_port *notify,
                                  struct ipc_port **previous);
void ipc_call_space_info(const struct ipc_space *s,
                         ipc_info_space_basic_t *out);
/* What is told of an entry in use. */
void ipc_call_name_info(struct ipc_space *s, struct ipc_entry *e,
                        ipc_info_name_t *out);

#endif
