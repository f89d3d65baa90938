/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: a message queue, counts of the rights to it, and where its receive
 * right is.
 *
 * States of a port (ip_state), and the fields that prove each:
 *   IPS_SPACE    the receive right is named in a space:
 *                io_space != NULL, io_name is its name there
 *   IPS_TRANSIT  it is in a message queued on another port:
 *                ip_destination != NULL (+1 reference)
 *   IPS_LIMBO    it is in a message that is on no queue (being copied in or
 *                out, or served by the kernel), or is held by the kernel
 *   IPS_KERNEL   the kernel receives: a kernel object (ip_kind, ip_kobject),
 *                or a kernel reply port (ip_reply); never in a space
 *   IPS_DEAD     no receive right any more; io_space == NULL, queue empty or
 *                being emptied by the reaper
 * From SPACE to LIMBO to TRANSIT and back by messages; to DEAD from every
 * other state; never back from DEAD.
 *
 * References (io_refs): one for each right, wherever it is (an entry of a
 * space, a message, a kernel structure): an entry with send and receive rights
 * holds two; one for each waiting thread, one while on the reap list, one
 * by each port in transit to it, and those of ipc_port_reference().
 *
 * Rights that exist: ip_srights counts send rights (an entry counts once,
 * whatever its user references), ip_sorights send-once rights, including
 * those that messages in the queue consume when they are received.
 *
 * Protection: everything here by the kernel lock (K), except I: immutable.
 */
#ifndef IPC_IPC_PORT_H
#define IPC_IPC_PORT_H

#include <sched/wait.h>
#include <ipc/ipc.h>

enum ipc_object_type { IOT_PORT, IOT_PSET };
enum ipc_port_state {
    IPS_DEAD, IPS_SPACE, IPS_TRANSIT, IPS_LIMBO, IPS_KERNEL
};

/* What a thread can receive from: the common start of ports and port sets. */
struct ipc_object {
    enum ipc_object_type io_type;    /* I */
    uint32_t io_refs;
    bool io_active;                  /* false: dead */
    mach_port_name_t io_name;        /* its name */
    struct ipc_space *io_space;      /* there, or NULL: it has none */
    struct wait_queue io_receivers;  /* threads that wait for a message */
    struct wait_queue io_listeners;  /* in a synchronous receive: ipc_listen.h */
    struct list io_reap_link;        /* on the reap list, or alone */
    unsigned io_turn;                /* of callers, or of messages */
    struct ledger *io_ledger;        /* I: +1: charged for the structure and
                                        LEDGER_PORTS */
};


/* ipc_sonce.h */
struct ipc_maker {
    struct list mk_link;      /* K: ip_makers, but for the first */
    struct ledger *mk_ledger; /* K: of the first at first: the port's own */
    uint32_t mk_count;        /* K: rights made and not used */
};

struct ipc_port {
    struct ipc_object ip_object;      /* must be first */
    enum ipc_port_state ip_state;
    enum ipc_kobject_kind ip_kind;    /* I */
    struct ipc_port *ip_destination;  /* TRANSIT: +1 */
    uint32_t ip_travellers;           /* ports whose ip_destination it is */
    void *ip_kobject;                 /* KERNEL: the object, or ip_reply's arg */
    ipc_reply_fn ip_reply;            /* KERNEL: of a kernel reply port */
    ipc_direct_fn ip_direct;          /* KERNEL: the same, or NULL */

    uint32_t ip_srights;
    uint32_t ip_sorights;
    mach_port_mscount_t ip_mscount;   /* make-send count */
    struct ipc_maker ip_maker;        /* of send-once rights, the first */
    struct list ip_makers;            /* mk_link: later ones, by age */
    struct ledger *ip_sole_maker;     /* the first one's ledger; NULL: there are
                                         others, or the port is dead */

    /* The queue: ipc_mqueue.c. */
    mach_port_seqno_t ip_seqno;
    uint32_t ip_qlimit;
    union {
        struct {
            uint32_t ip_msgcount;     /* all that can be received now */
            uint32_t ip_calling;      /* 1: ipc_listen_ready(), or was; 0 */
        };
        uint64_t ip_something;        /* either */
    };
    uint32_t ip_slots;                /* used by requests, or owned by woken
                                         senders */
    uint32_t ip_sonce_notices;        /* send-once notifications to be made */
    struct list ip_notices;           /* notifications, before: */
    struct list ip_messages;          /* requests */
    struct wait_queue ip_senders;     /* in order of arrival */
    struct list ip_links;             /* il_port_link: sets it is in */
    uint32_t ip_link_count;
    mach_port_name_t ip_known;        /* of a send right to it, in some space:
                                         the one looked for last */

    /* Synchronous: ipc_listen.h. */
    struct wait_queue ip_callers;     /* in order of arrival */
    struct list ip_cancels;           /* sy_cancel_link */
    uint64_t ip_signals;              /* the signal word */

    /* Notification requests: ipc_notify.c. */
    struct ipc_kmsg *ip_nsrequest;    /* no-senders, or NULL */
    struct ipc_kmsg *ip_pdrequest;    /* port-destroyed, or NULL */
    struct list ip_requests;          /* ir_link: dead-name, send-possible */
    uint32_t ip_request_count;
    uint32_t ip_possible_count;       /* those that ask for send-possible */

    uint64_t ip_context;              /* protected payload */
    uint64_t ip_guard;                /* when guarded; the receiver's, too */
    bool ip_guarded, ip_strict;
    uint64_t ip_number;               /* I: unique since boot */
};

#define IP_NULL ((struct ipc_port *)NULL)
#define IP_DEAD ((struct ipc_port *)~(uintptr_t)0)

/* A pointer to a port, dead or alive, not IP_NULL or IP_DEAD. */
static inline bool
ip_valid(const struct ipc_port *port)
{
    return port != IP_NULL && port != IP_DEAD;
}

static inline bool
ip_active(const struct ipc_port *port)
{
    return port->ip_object.io_active;
}

/* ipc_kobject_get() in line. */
static inline void *
ip_kobject(const struct ipc_port *port, enum ipc_kobject_kind kind)
{
    return ip_valid(port) && port->ip_state == IPS_KERNEL
                   && port->ip_kind == kind
               ? port->ip_kobject
               : NULL;
}

extern uint64_t ipc_port_count;

/* The last reference has gone. */
void ipc_port_free(struct ipc_port *port);

/* ipc_port_release() of a pointer to a port. */
static inline void
ip_release(struct ipc_port *port)
{
    if (--port->ip_object.io_refs == 0) {
        ipc_port_free(port);
    }
}

/* The last send right of a live port has gone. */
void ipc_port_no_senders(struct ipc_port *port);

/* ipc_port_release_send() likewise. */
static inline void
ip_release_send(struct ipc_port *port)
{
    if (--port->ip_srights == 0 && ip_active(port)) {
        ipc_port_no_senders(port);
    }
    ip_release(port);
}

/* NULL: shortage.  In LIMBO; the caller holds the receive right's reference. */
struct ipc_port *ipc_port_create(struct ledger *l);
/* The receive right is destroyed; consumes its reference.  With a
 * port-destroyed request the port travels instead of dying. */
void ipc_port_destroy(struct ipc_port *port);
/* The receive right leaves its space: to LIMBO. */
void ipc_port_leave_space(struct ipc_port *port);
void ipc_port_enter_space(struct ipc_port *port, struct ipc_space *space,
                          mach_port_name_t name);
/* LIMBO <-> TRANSIT */
void ipc_port_enter_transit(struct ipc_port *port, struct ipc_port *dest);
void ipc_port_leave_transit(struct ipc_port *port);
/* Would sending the receive right of port to dest make it unreachable?
 * Chains have any length; interrupts are let in while one is followed. */
bool ipc_port_circular(const struct ipc_port *port,
                       const struct ipc_port *dest);

/* A send-once right to an active port; of a user's: ipc_sonce_make(). */
struct ipc_port *ipc_port_make_sonce(struct ipc_port *port);
/* The right just made or copied by this disposition was not needed: nobody
 * hears of it. */
void ipc_port_unmake(struct ipc_port *port, mach_msg_type_name_t disposition);
/* Consume the right that brought a message here: at receive. */
void ipc_port_consume_right(struct ipc_port *port, mach_msg_type_name_t type);
/* Drop a naked right of any type (PORT_RECEIVE, _SEND, _SEND_ONCE). */
void ipc_port_drop_right(struct ipc_port *port, mach_msg_type_name_t type);
/* The steps of emptying a dead port; true: more to do. */
bool ipc_port_reap(struct ipc_port *port);

/* Kernel ports: ipc_kport.c. */
extern void (*ipc_kport_no_senders_fn[IKOT_KINDS])(void *object);
static inline void
ipc_kport_no_senders(const struct ipc_port *port)
{
    if (ipc_kport_no_senders_fn[port->ip_kind] != NULL) {
        ipc_kport_no_senders_fn[port->ip_kind](port->ip_kobject);
    }
}
/* A message for a kernel reply port; consumes k. */
void ipc_kport_reply(struct ipc_port *port, struct ipc_kmsg *k);
/* The send-once right of a kernel reply port was destroyed. */
void ipc_kport_reply_dropped(struct ipc_port *port);

/* Reap list: ipc_reap.c. */
void ipc_reap_object(struct ipc_object *object);
void ipc_reap_space(struct ipc_space *space);
void ipc_reap_kmsg(struct ipc_kmsg *k);

#endif
