/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rest of the kernel asks of ipc.
 */
#ifndef IPC_IPC_H
#define IPC_IPC_H

#include <stdbool.h>
#include <mach/message.h>
#include <base/codes.h>
#include <base/ledger.h>

struct ipc_space;
struct ipc_port;
struct ipc_kmsg;
struct task;
struct thread;

void ipc_setup(void);

/* Name spaces.  create gives one reference.  destroy marks it dead (the
 * reaper empties it in steps) and leaves the caller's reference alone, which
 * goes with release. */
kern_return_t ipc_space_create(struct ledger *l, struct ipc_space **out);
void ipc_space_destroy(struct ipc_space *s);
bool ipc_space_empty(const struct ipc_space *s);
/* A child may not have more names than its parent may. */
void ipc_space_inherit_limit(struct ipc_space *child,
                             const struct ipc_space *parent);
void ipc_space_reference(struct ipc_space *s);
void ipc_space_release(struct ipc_space *s);

/*
 * Kernel objects.  The kind is fixed when the port is made and checked by
 * ipc_kobject_get().  A port made with receiver "kernel" is never in a space.
 */
enum ipc_kobject_kind {
    IKOT_NONE, IKOT_TASK, IKOT_THREAD, IKOT_HOST, IKOT_HOST_PRIV,
    IKOT_MEMORY_ENTRY, IKOT_MEMORY_CONTROL, IKOT_LEDGER, IKOT_IRQ,
    IKOT_IOPORTS, IKOT_PHYSMEM, IKOT_DMA, IKOT_TIMER, IKOT_ENDPOINT,
    IKOT_PROCESSOR_SET, IKOT_PROCESSOR_SET_NAME, IKOT_PROCESSOR, IKOT_CLOCK,
    IKOT_KINDS
};
struct ipc_port *ipc_kobject_port(enum ipc_kobject_kind kind, void *object,
                                  struct ledger *l);
void *ipc_kobject_get(struct ipc_port *port, enum ipc_kobject_kind kind);
/* The object is gone: the port dies (dead names, dead-name notifications). */
void ipc_kobject_destroy(struct ipc_port *port);
/* Called by ipc when the last send right to a kernel port of this kind goes
 * (for objects that live as long as they are named).  Set at boot. */
void ipc_kobject_set_no_senders(enum ipc_kobject_kind kind,
                                void (*fn)(void *object));

/* Naked rights, held by kernel structures.  NULL and dead ports are allowed. */
void ipc_port_reference(struct ipc_port *port);
void ipc_port_release(struct ipc_port *port);
struct ipc_port *ipc_port_make_send(struct ipc_port *port);
struct ipc_port *ipc_port_copy_send(struct ipc_port *port);
void ipc_port_release_send(struct ipc_port *port);      /* may notify */
void ipc_port_release_sonce(struct ipc_port *port);     /* sends the
                                                  send-once notification */
bool ipc_port_active(const struct ipc_port *port);
/* An active port whose messages the kernel takes, or drops, at once? */
bool ipc_port_of_kernel(const struct ipc_port *port);

/* Rights in the space of a task.  copyin: borrow the name's right by
 * disposition into a naked right; copyout: name for a naked
 * send/send-once/receive right (consumed on success). */
kern_return_t ipc_object_copyin(struct ipc_space *s, mach_port_name_t name,
                                mach_msg_type_name_t disposition,
                                struct ipc_port **out);
kern_return_t ipc_object_copyout(struct ipc_space *s, struct ipc_port *port,
                                 mach_msg_type_name_t type,
                                 mach_port_name_t *name);

/*
 * Messages from the kernel (exceptions, interrupts, timers, pager requests).
 * Preallocated ones can't fail: alloc charges l; send queues it past the
 * limit if need be; after delivery it comes back to its owner (reusable).
 */
struct ipc_kmsg *ipc_kmsg_prealloc(mach_msg_size_t size, struct ledger *l);
void ipc_kmsg_prealloc_free(struct ipc_kmsg *k);
bool ipc_kmsg_prealloc_busy(const struct ipc_kmsg *k);
/* Header+body as the receiver shall see it (remote/local filled by ipc).
 * dest: a naked send right, borrowed.  reply: NULL or a naked send-once
 * right, consumed. descriptor ports: naked send rights, consumed; they are
 * the first nports descriptors.  Behind them OOL descriptors may stand,
 * whose address is the struct vm_map_copy *, consumed.
 * KERN_INVALID_CAPABILITY: dest is dead; on an error nothing has been
 * consumed. */
kern_return_t ipc_kmsg_send_prealloc(struct ipc_kmsg *k,
                                     const mach_msg_header_t *msg,
                                     struct ipc_port *dest,
                                     struct ipc_port *reply,
                                     struct ipc_port *const ports[],
                                     unsigned nports);
/* The same with an allocated message, charged to l. May fail (shortage). */
kern_return_t ipc_kernel_send(const mach_msg_header_t *msg,
                              struct ipc_port *dest, struct ipc_port *reply,
                              struct ipc_port *const ports[], unsigned nports,
                              struct ledger *l);
/* A new port whose receiver is the kernel, for exceptions; NULL: shortage.
 * arm: a send-once right to it, one at a time; can't fail.  fn is then called
 * once, in the sender's trap, with the reply, or with NULL when the right was
 * destroyed.  destroy: it will not be called any more, and the right is dead;
 * NULL is allowed. */
typedef void (*ipc_reply_fn)(void *arg,
                             const mach_msg_header_t *reply_or_null_if_dead);
struct ipc_port *ipc_kernel_reply_port(ipc_reply_fn fn, void *arg,
                                       struct ledger *l);
struct ipc_port *ipc_kernel_reply_arm(struct ipc_port *port);
void ipc_kernel_reply_destroy(struct ipc_port *port);
/*
 * A port of that kind whose replies let a thread run on.  fn is called before the
 * other one with a reply of at most IPC_DIRECT_MAX bytes without descriptors, whose
 * sender is going to wait.  If that thread can run at once, nothing better is
 * ready, and the reply is in order, fn does what the reply says and returns the
 * thread, which waits for nothing any more and is switched to; else it does
 * nothing and returns NULL: the reply goes the general way.  Byte 44 of the
 * reply is at a multiple of 8.
 */
#define IPC_DIRECT_MAX 224u
typedef struct thread *(*ipc_direct_fn)(void *arg,
                                        const struct thread *sender,
                                        const mach_msg_header_t *reply);
void ipc_kernel_reply_direct(struct ipc_port *port, ipc_direct_fn fn);

/* Traps (current thread).  Result in rax. */
/* All of mach_msg, whose arguments are in the thread's registers. */
kern_return_t mach_msg_trap(struct thread *th);
/*
 * The same for the commonest messages, with the first of the trap's arguments;
 * all of them are in the current thread's registers.  It is gone with the
 * receiver current and its registers loaded (where machine_resume() returns:
 * KERN_SWITCHED), or has done nothing: KERN_GENERAL.  It keeps no registers for
 * its caller (build/kernel.mk).
 */
kern_return_t mach_msg_fast_trap(vm_address_t message,
                                 mach_msg_option_t option, uint64_t sizes);
mach_port_name_t mach_reply_port_trap(void);
kern_return_t mach_port_allocate_trap(mach_port_right_t right,
                                      vm_address_t out);
kern_return_t mach_port_deallocate_trap(mach_port_name_t name);
kern_return_t mach_port_mod_refs_trap(mach_port_name_t name,
                                      mach_port_right_t right,
                                      mach_port_delta_t delta);
kern_return_t mach_port_insert_right_trap(mach_port_name_t name,
                                          mach_port_name_t right,
                                          mach_msg_type_name_t disposition);
kern_return_t mach_port_get_refs_trap(mach_port_name_t name,
                                      mach_port_right_t right,
                                      vm_address_t out);
kern_return_t mach_port_move_member_trap(mach_port_name_t member,
                                         mach_port_name_t set);
kern_return_t mach_port_destroy_trap(mach_port_name_t name);
kern_return_t mach_port_type_trap(mach_port_name_t name, vm_address_t out);
kern_return_t mach_port_insert_member_trap(mach_port_name_t member,
                                           mach_port_name_t set);
kern_return_t mach_port_extract_member_trap(mach_port_name_t member,
                                            mach_port_name_t set);
kern_return_t mach_port_request_notification_trap(mach_port_name_t name,
                                                  int variant,
                                                  mach_port_mscount_t sync,
                                                  mach_port_name_t told,
                                                  vm_address_t out);

/* fork: send rights (and dead names) of from under the same names in to,
 * which keeps what it has: names in use there, and ports it knows by another
 * name, are passed over.  Receive and send-once rights and port sets are
 * left out.  May return KERN_RESOURCE_SHORTAGE. */
kern_return_t ipc_space_copy(struct ipc_space *from, struct ipc_space *to);

/* A thread that is terminated gives up what its wait in a trap holds (a
 * message, a queue slot, a request being served).  Must be called once for it,
 * when it will not run again. */
void ipc_thread_abandon(struct thread *th);

/* Counts for leak checks. */
struct ipc_census {
    uint64_t ic_ports, ic_sets, ic_messages, ic_spaces;
};
void ipc_census(struct ipc_census *out);

/* One bounded step of emptying dead spaces, ports, messages; true: more to
 * do. */
bool ipc_reap_step(void);

#endif
