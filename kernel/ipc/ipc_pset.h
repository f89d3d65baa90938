/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Port sets.  Membership is many to many: a link joins one port and one set of
 * the same space.  A set is active while it is named; a dead one loses its
 * links in steps.
 */
#ifndef IPC_IPC_PSET_H
#define IPC_IPC_PSET_H

#include <ipc/ipc_limits.h>
#include <ipc/ipc_port.h>

struct ipc_pset {
    struct ipc_object ps_object;  /* must be first */
    struct list ps_links;         /* K: il_set_link: all members */
    uint32_t ps_count;            /* K: of them */
    struct list ps_ready;         /* K: il_ready_link: those with messages */
    struct list ps_calls;         /* K: il_call_link: ipc_listen.h */
};

struct ipc_link {
    struct ipc_port *il_port;   /* I */
    struct ipc_pset *il_set;    /* I */
    struct list il_port_link;   /* K */
    struct list il_set_link;    /* K */
    struct list il_ready_link;  /* K: alone when the port has no message */
    struct list il_call_link;   /* K: alone when it has nothing synchronous */
};

extern uint64_t ipc_pset_count;

struct ipc_pset *ipc_pset_create(struct ledger *l);
/* The name is gone; consumes its reference. */
void ipc_pset_destroy(struct ipc_pset *set);
bool ipc_pset_reap(struct ipc_pset *set);
void ipc_pset_release(struct ipc_pset *set);

/* KERN_ALREADY_IN_SET, KERN_RESOURCE_SHORTAGE. */
kern_return_t ipc_pset_insert(struct ipc_pset *set, struct ipc_port *port);
/* KERN_NOT_IN_SET */
kern_return_t ipc_pset_remove(struct ipc_pset *set, struct ipc_port *port);
/* Out of all sets. */
void ipc_pset_remove_all(struct ipc_port *port);
/* Into this set only (NULL: into none): mach_port_move_member. */
kern_return_t ipc_pset_move(struct ipc_port *port, struct ipc_pset *set);
/* Active sets that it is in. */
uint32_t ipc_pset_count_of(const struct ipc_port *port);

#endif
