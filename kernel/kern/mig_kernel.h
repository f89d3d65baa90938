/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What generated servers need in the kernel: the kernel's types of
 * arguments, access to rights and memory in messages, translation of ports
 * to objects.
 *
 * Ownership: what comes in a request is borrowed by the routine; it is
 * destroyed with the request.  A routine that keeps a right or a copy takes
 * it, as its last action that can't fail (mig_take_*).  What a routine gives
 * out on success is consumed by the reply; translated objects (task, thread)
 * are only named by the reply, their references stay the routine's.
 *
 * A routine that returns KERN_BLOCKED waits (thread_wait without a
 * continuation) and is run again from its top with the same arguments;
 * until then it must not have changed anything that running it again would
 * do twice.
 */
#ifndef KERN_MIG_KERNEL_H
#define KERN_MIG_KERNEL_H

#include <mach/mig_kern.h>
#include <base/codes.h>
#include <ipc/ipc.h>

struct task;
struct thread;
struct ipc_space;
struct ipc_port;
struct vm_map;
struct vm_map_copy;
struct host;
struct ledger;
struct memory_control;

typedef struct task *task_ref_t;
typedef struct thread *thread_ref_t;
typedef struct ipc_space *space_ref_t;
typedef struct vm_map *map_ref_t;
typedef struct host *host_ref_t;
typedef struct ledger *ledger_ref_t;
typedef struct memory_control *memory_control_ref_t;

/* Requests, replies and messages that the kernel sends: <mach/mig_kern.h>.
 * Was one of the null rights that the served request gives a dead one? */
bool mig_dead_right(void);
/* Where the answer to it goes; IP_NULL and IP_DEAD: nowhere. */
struct ipc_port *mig_answered_port(void);

/* Keep what the request being served carries: it is the caller's then. */
struct ipc_port *mig_take_port(struct ipc_port *port);
struct vm_map_copy *mig_take_ool(struct vm_map_copy *copy);

/* An array for a reply, charged to l, all null.  NULL: shortage. */
struct ipc_port **mig_port_array_alloc(unsigned count, struct ledger *l);
/* One that is not given out after all: drops the send rights in it. */
void mig_port_array_free(struct ipc_port **ports);

/* ---- translation: borrowed objects, which need no release; NULL when the
 * port is no such thing ---- */
task_ref_t convert_port_to_task(struct ipc_port *port);
space_ref_t convert_port_to_space(struct ipc_port *port);
map_ref_t convert_port_to_map(struct ipc_port *port);
thread_ref_t convert_port_to_thread(struct ipc_port *port);
host_ref_t convert_port_to_host(struct ipc_port *port);
host_ref_t convert_port_to_host_priv(struct ipc_port *port);
ledger_ref_t convert_port_to_ledger(struct ipc_port *port);
memory_control_ref_t convert_port_to_memory_control(struct ipc_port *port);
/* A naked send right to the object's port; IP_NULL for none. */
struct ipc_port *convert_task_to_port(task_ref_t task);
struct ipc_port *convert_thread_to_port(thread_ref_t thread);
struct ipc_port *convert_ledger_to_port(ledger_ref_t ledger);

/* Results at their places in a reply: as mig_kern_out_*(). */
void mig_kern_put_port(mach_msg_header_t *out, void *place,
                       struct ipc_port *port,
                       mach_msg_type_name_t disposition);
void mig_kern_put_ool(void *place, struct vm_map_copy *copy,
                      mach_msg_size_t size);
void mig_kern_put_ool_ports(void *place, struct ipc_port **ports,
                            mach_msg_size_t count,
                            mach_msg_type_name_t disposition);

#endif
