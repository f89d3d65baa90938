/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An executable specification of rights and queues: what the calls of
 * kernel/ipc do, said as plainly as possible and without any of its code.
 * Counts of rights are never kept, they are made by looking at everything
 * that exists.
 *
 * A port is a number; M_NULL and M_DEAD stand for no right and for one whose
 * port is dead.
 */
#ifndef IPC_MODEL_H
#define IPC_MODEL_H

#include "ipc_test.h"

#define M_NULL (-1)
#define M_DEAD (-2)
#define M_TASKS 4
#define M_NAMES 64   /* names of a task; calls that want more are not made */
#define M_PORTS 40000
#define M_LIVE 1024   /* ports alive */
#define M_QUEUE 256
#define M_SETS 64    /* of a task */
#define M_DESCS 4
#define M_REQUESTS 64

struct m_carried {
    mach_msg_type_name_t type; /* MACH_MSG_TYPE_PORT_*; 0: nothing */
    int port;
};

struct m_msg {
    int id;                     /* msgh_id */
    bool notice;
    uint32_t value;             /* of a notification */
    struct m_carried dest, reply;
    unsigned count;             /* descriptors */
    struct m_carried desc[M_DESCS];
    uint32_t sender;
};

/* Somebody's dead-name and send-possible request for a right to the port. */
struct m_request {
    int task;
    mach_port_name_t name;
    int dead, possible;         /* port that the notification goes to */
};

struct m_port {
    bool alive;
    int task;                   /* whose receive right; M_NULL: in a message */
    int transit;                /* the port whose queue it lies in */
    struct ipc_port *kernel;    /* to look at while alive */
    uint32_t mscount, seqno, qlimit;
    int nsrequest, pdrequest;   /* notify port or M_NULL */
    struct m_msg *notices, *messages; /* M_QUEUE each, while it has any */
    unsigned notice_count, message_count, sonce_count;
    struct m_request requests[M_REQUESTS];
    unsigned request_count;
};

struct m_right {
    mach_port_name_t name;
    mach_port_type_t type;
    int port;                   /* or the set's number */
    uint32_t urefs;
};

struct m_set {
    bool used;
    int ports[M_NAMES];         /* members */
    unsigned port_count;
    int ready[M_NAMES];         /* those with messages, in turn */
    unsigned ready_count;
};

struct m_task {
    struct task *task;
    struct host_thread *thread;
    union any_msg *buffer;
    struct m_right rights[M_NAMES];
    unsigned count;
    struct m_set sets[M_SETS];
};

extern struct m_task m_tasks[M_TASKS];
extern struct m_port *m_ports[M_PORTS];
extern int m_port_count;
extern int m_live[M_LIVE];
extern int m_live_count;

/* ---- model_ports.c ---- */
int m_port_new(int task, struct ipc_port *kernel);
unsigned m_sends(int port);  /* send rights that exist */
/* Send and send-once rights of all ports. */
void m_count_all(unsigned *sends, unsigned *sonces);
unsigned m_slots(int port);  /* messages that count against the limit */
void m_send_gone(int port);  /* a send right was dropped */
void m_sonce_gone(int port); /* a send-once right was dropped */
void m_receive_gone(int port);
void m_leave_space(int port);
bool m_circular(int port, int dest);
void m_post(int port, const struct m_msg *msg);
/* The message that is received next; *from its port.  false: none. */
bool m_peek(int task, const struct m_right *r, struct m_msg *msg, int *from);
uint32_t m_take(int from); /* its sequence number */
void m_room(int port);       /* perhaps room: send-possible */
void m_settle(void);         /* the reaper: queues of dead ports */
void m_forget_all(void);     /* the end of a run */
int m_find_set(int task);
void m_set_remove(struct m_set *s, int port);

/* ---- model_rights.c ---- */
struct m_right *m_find(int task, mach_port_name_t name);
struct m_right *m_right_new(int task, mach_port_name_t name,
                            mach_port_type_t type, int port, uint32_t urefs);
struct m_request *m_request_find(int port, int task, mach_port_name_t name);
void m_entry_end(int task, struct m_right *r); /* the name goes */
void m_drop_send(int task, struct m_right *r);
void m_drop_sonce(int task, struct m_right *r);
void m_drop_receive(int task, struct m_right *r);
void m_drop_set(int task, struct m_right *r);
void m_destroy(int task, struct m_right *r);
kern_return_t m_delta(int task, struct m_right *r, mach_port_right_t right,
                      int delta);
/* Would this copyin succeed?  On a scratch copy of the rights, which it
 * changes as the copyin would. */
bool m_try_copyin(struct m_right *rights, unsigned count,
                  mach_port_name_t name, mach_msg_type_name_t disposition);
struct m_carried m_copyin(int task, mach_port_name_t name,
                          mach_msg_type_name_t disposition);
/* got: the name that the kernel chose. */
void m_copyout(int task, struct m_carried c, mach_port_name_t got);

/* ---- model_check.c ---- */
void m_check(void);

/* ---- model_ops.c, model_messages.c ---- */
void op_allocate(int t);
void op_deallocate(int t);
void op_mod_refs(int t);
void op_destroy(int t);
void op_insert_right(int t);
void op_member(int t);
void op_request(int t);
void op_qlimit(int t);
void op_give(int t);
void op_fork(int t);
void op_send(int t);
void op_receive(int t);
mach_port_name_t m_some_name(int t);
mach_port_name_t m_some_name_of(int t, mach_port_type_t type);
void m_task_begin(int t);
void m_task_end(int t);

#endif
