/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated code of subsystems `KernelServer` and `KernelUser` asks of
 * the kernel that it is compiled into: rights and memory of messages as
 * objects.  A right is a struct ipc_port *, memory a struct vm_map_copy *.
 *
 * Ownership: what comes in is borrowed until the request has been served;
 * what goes out is consumed by the message.
 */
#ifndef MACH_MIG_KERN_H
#define MACH_MIG_KERN_H

#ifndef MIG_KERNEL_SERVER
#define MIG_KERNEL_SERVER 1
#endif

#include <mach/mig_types.h>

struct ipc_kmsg;
struct ipc_port;
struct ledger;
struct vm_map_copy;

#ifdef __cplusplus
extern "C" {
#endif

/* ---- requests: in ---- */
struct ipc_port *mig_kern_request_port(const mach_msg_header_t *in);
/* The right of descriptor i; IP_DEAD is given as a null right. */
struct ipc_port *mig_kern_in_port(mach_msg_header_t *in, unsigned i);
struct ipc_port *mig_kern_reply_port(const mach_msg_header_t *in);
struct vm_map_copy *mig_kern_in_ool(mach_msg_header_t *in, unsigned i,
                                    mach_msg_size_t *size);
struct ipc_port **mig_kern_in_ool_ports(mach_msg_header_t *in, unsigned i,
                                        mach_msg_size_t *count);

/* ---- replies: out ---- */
void mig_kern_out_port(mach_msg_header_t *out, unsigned i,
                       struct ipc_port *port,
                       mach_msg_type_name_t disposition);
void mig_kern_out_ool(mach_msg_header_t *out, unsigned i,
                      struct vm_map_copy *copy, mach_msg_size_t size);
/* ports: of mig_port_array_alloc() (NULL when count is 0), naked rights. */
void mig_kern_out_ool_ports(mach_msg_header_t *out, unsigned i,
                            struct ipc_port **ports, mach_msg_size_t count,
                            mach_msg_type_name_t disposition);

/* ---- messages that the kernel sends (KernelUser) ---- */
/* In k, preallocated and not on its way, or NULL: a new one charged to l. */
kern_return_t mig_kernel_send(struct ipc_kmsg *k,
                              const mach_msg_header_t *msg,
                              struct ipc_port *dest, struct ipc_port *reply,
                              struct ipc_port *const ports[],
                              unsigned nports, struct ledger *l);

/* A message that is too large for the stack: `small` when it suffices, else
 * memory charged to l, or NULL. */
void *mig_kern_buffer(void *small, size_t small_size, size_t need,
                      struct ledger *l);
void mig_kern_buffer_release(void *buffer, void *small, size_t need,
                             struct ledger *l);

#ifdef __cplusplus
}
#endif

/* The kernel's own types and translations, when this is its tree. */
#if __has_include(<kern/mig_kernel.h>)
#include <kern/mig_kernel.h>
#endif

#endif
