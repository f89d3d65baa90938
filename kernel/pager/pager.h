/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's half of the external pager protocol.
 *
 * A memory object is a port that a pager receives on; the kernel has one
 * struct memory_control for each such port that is mapped, or cached, and a
 * control port that it gives to the pager.
 *
 *            vm_object <----------> memory_control
 *                                     |   |
 *     requests: data_request,  <------+   +------> control port: ready,
 *     data_return, terminate ...                   data_supply, destroy ...
 *     (a send right to the memory object)
 *
 * States (mc_state):
 *   INIT        memory_object_init has been sent; nothing is asked before ready
 *   READY
 *   RETURNING   nobody maps it; dirty pages are on their way to the pager
 *   CACHED      nobody maps it, and the pager allows that it is kept
 *   FAILED      the pager died, destroyed the object or let a deadline
 *               pass: every fault that needs it gets KERN_MEMORY_FAILURE
 * Gone: memory_object_terminate has been sent, both ports are given up.
 *
 * What a pager can do to the kernel: let its own clients wait until a
 * deadline.  Each request has one; progress (any answer) moves it on.  Waits
 * are cut into slices, in which a dead port is noticed.
 */
#ifndef PAGER_PAGER_H
#define PAGER_PAGER_H

#include <ipc/ipc.h>
#include <vm/vm_object.h>
#include <vm/vm_pager.h>

struct vm_map_copy;

/* Offsets of a memory object. */
#define PAGER_OBJECT_SIZE (1ull << 47)
/* Pages asked for at once, and returned at once. */
#define PAGER_CLUSTER 16
/* No answer for so long (nanoseconds): the pager has failed. */
#define PAGER_DEADLINE 30000000000ull
#define PAGER_WAIT_SLICE 100000000ull
/* Objects kept although nobody maps them. */
#define PAGER_CACHED_MAX 64

enum memory_control_state { MC_INIT, MC_READY, MC_RETURNING, MC_CACHED,
                            MC_FAILED };

struct memory_control {
    struct vm_object *mc_object;     /* K: NULL: the object is gone */
    enum memory_control_state mc_state; /* K */
    bool mc_may_cache;               /* K */
    struct ipc_port *mc_pager;       /* I: naked send right, key of the hash */
    struct ipc_port *mc_control;     /* I: the control port */
    struct ledger *mc_ledger;        /* I: +1: the first mapper's */
    unsigned mc_requests;            /* K: pages asked for, not answered */
    uint64_t mc_deadline;            /* K: of the oldest unanswered request */
    uint64_t mc_return_at;           /* K: RETURNING: next offset */
    unsigned mc_return_failures;     /* K: RETURNING: sends that failed */
    struct list mc_hash_link;        /* K */
    struct list mc_cache_link;       /* K: CACHED (oldest first), RETURNING */
};

/* ---- pager_object.c ---- */
void pager_setup(void);
/*
 * The object behind a pager's port (a naked send right, borrowed), made if
 * there is none yet, charged to l; +1 reference.
 */
kern_return_t pager_object_lookup(struct ipc_port *port, struct ledger *l,
                                  struct vm_object **out);
/* Somebody maps or names o up to end: nothing further is asked ahead. */
void pager_extent(struct vm_object *o, uint64_t end);
/* Wait no more: faults fail from now on. */
void pager_fail(struct memory_control *mc);
/* pages requests have been answered: the deadline moves on, waiters look. */
void pager_progress(struct memory_control *mc, uint64_t pages);
/* Take clean pages of one object away; true: something was freed. */
bool pager_reclaim(void);
bool pager_unreferenced(struct vm_object *o);
void pager_gone(struct vm_object *o);

/* ---- pager_fault.c ---- */
extern const struct pager_ops pager_external_ops;

/* ---- pager_supply.c: what a pager asks of the kernel ---- */
kern_return_t pager_ready(struct memory_control *mc, bool may_cache,
                          int copy_strategy, bool first);
kern_return_t pager_supply(struct memory_control *mc, uint64_t offset,
                           struct vm_map_copy *data, uint64_t size,
                           vm_prot_t lock, bool precious);
kern_return_t pager_unavailable(struct memory_control *mc, uint64_t offset,
                                uint64_t length);
kern_return_t pager_error(struct memory_control *mc, uint64_t offset,
                          uint64_t length, int error);

/* ---- pager_return.c ---- */
/* Returns (as should_return says), flushes, locks; then lock_completed. */
kern_return_t pager_lock_request(struct memory_control *mc, uint64_t offset,
                                 uint64_t length, int should_return,
                                 bool flush, vm_prot_t prot, bool reply);
/*
 * Return the next run of dirty (all: of resident) pages in [*at, end); *at
 * moves behind it, or to end when there was none.
 */
kern_return_t pager_return_step(struct memory_control *mc, uint64_t *at,
                                uint64_t end, bool all, bool flush);
bool pager_page_wired(struct vm_object *o, uint64_t offset);

/* ---- kern/memory_object_user.c: messages to the pager ---- */
kern_return_t pager_send_init(struct memory_control *mc);
kern_return_t pager_send_request(struct memory_control *mc, uint64_t offset,
                                 uint64_t length, vm_prot_t access);
kern_return_t pager_send_unlock(struct memory_control *mc, uint64_t offset,
                                uint64_t length, vm_prot_t access);
kern_return_t pager_send_return(struct memory_control *mc, uint64_t offset,
                                struct vm_map_copy *data, uint64_t size,
                                bool dirty, bool kernel_copy);
kern_return_t pager_send_completed(struct memory_control *mc,
                                   uint64_t offset, uint64_t length);
kern_return_t pager_send_terminate(struct memory_control *mc);

#endif
