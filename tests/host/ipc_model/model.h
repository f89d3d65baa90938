/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An executable specification of rights and queues: what the calls of
 * kernel/ipc do, said as plainly as possible and without any of its code.
 *
 *  - Everything is predicted: return codes, names (which of the free ones is
 *    given next), counts, messages, which thread is woken and in what order.
 *    Nothing is copied from the kernel but the addresses of its structures, to
 *    look at them.
 *  - Numbers of rights are never kept, they are made by looking at everything
 *    that exists.
 *  - A port's death is seen everywhere at once; the kernel finds out name by
 *    name when it looks at one.
 *
 * A port is a number; M_NONE and M_DEAD stand for no right and for one whose
 * port is dead.
 */
#ifndef IPC_MODEL_H
#define IPC_MODEL_H

#include "ipc_test.h"
#include "model_kern.h"
#include "model_limits.h"

#define M_NONE (-1)
#define M_DEAD (-2)
#define M_GONE (-3) /* in a message: died on the way */
#define M_THREADS 4    /* of a task */
#define M_NAMES 32     /* names of a task; where there are more, some go */
#define M_LIST 128
#define M_PORTS 512    /* alive, or dead with messages left */
#define M_SETS 128
#define M_MESSAGES 512
#define M_PARTS 4      /* descriptors of a message */
#define M_ARRAY 3      /* names in an array */
#define M_WORDS 4      /* of inline data */

/* ---- lists of numbers, in order ---- */
struct m_list {
    unsigned n;
    int at[M_LIST];
};
void m_push(struct m_list *l, int x);
void m_push_front(struct m_list *l, int x);
bool m_remove(struct m_list *l, int x); /* was it there? */
bool m_has(const struct m_list *l, int x);

/* ---- messages ---- */
struct m_carried {
    mach_msg_type_name_t type; /* MACH_MSG_TYPE_PORT_*; 0: nothing */
    int port;
};

struct m_part {                /* a descriptor */
    unsigned kind;             /* MACH_MSG_*_DESCRIPTOR */
    mach_msg_type_name_t type; /* of rights */
    unsigned count;            /* rights, or bytes of memory */
    int ports[M_ARRAY];        /* one for a port descriptor */
    uint32_t seed;             /* what the memory holds */
};

struct m_message {
    bool used;
    int id;                    /* msgh_id */
    bool notice;
    bool slot;                 /* counts against the queue limit */
    bool prealloc;             /* of the kernel, which has but one */
    bool complex;
    uint32_t value;            /* of a notification, or first inline word */
    unsigned words;
    struct m_carried dest, reply;
    unsigned count;
    struct m_part part[M_PARTS];
    uint32_t sender;           /* first word of its tokens */
    uint32_t size;
};

/* ---- ports ---- */
enum m_place { M_IN_SPACE, M_IN_QUEUE, M_IN_HAND, M_IN_KERNEL };

/* A task's dead-name and send-possible requests about one of its names. */
struct m_request {
    int task;
    mach_port_name_t name;
    int dead, possible;        /* ports to be told; M_NONE, M_DEAD */
};

struct m_port {
    bool used, alive;
    enum m_place place;
    int task;                  /* IN_SPACE; IN_KERNEL: whose port it is */
    mach_port_name_t name;     /* IN_SPACE */
    int transit;               /* IN_QUEUE: of this port */
    struct ipc_port *kernel;   /* to look at */
    uint64_t number;           /* 0: not asked for yet */
    uint32_t mscount, seqno, qlimit;
    uint64_t payload, guard;
    bool guarded, strict;      /* it must not go; nor be moved */
    int nsrequest, pdrequest;  /* port to be told, M_NONE, M_DEAD */
    struct m_list notices, messages;
    unsigned sonces;           /* send-once notifications */
    unsigned reserved;         /* slots of senders that have been woken */
    struct m_request requests[M_TASKS * 8];
    unsigned request_count;
    struct m_list sets;        /* in order of joining */
    struct m_list receivers, senders; /* threads that wait */
};

struct m_set {
    bool used;
    int task;
    mach_port_name_t name;
    struct m_list ports;       /* in order of joining */
    struct m_list ready;       /* those with messages, in turn */
    struct m_list receivers;
};

/* ---- tasks and threads ---- */
struct m_right {
    mach_port_type_t type;     /* 0: the index is free */
    mach_port_name_t name;
    int port;                  /* or the set's number */
    uint32_t urefs;
};

struct m_task {
    bool alive;                /* false: dead, with names left */
    struct task *task;
    unsigned filled;           /* indices that have ever been free */
    unsigned free_count;
    uint16_t free[M_INDICES];  /* the last is given next */
    uint8_t generation[M_INDICES];
    struct m_right right[M_INDICES];
    struct m_list names;       /* indices in use, in no order */
    unsigned reap_next;
    uint32_t soft, hard;       /* limits of names */
    int limit_notice;          /* port to be told of more than soft; M_NONE,
                                  M_DEAD */
    int registered[M_REGISTERED]; /* send rights without names; M_NONE, M_DEAD
                                     */
};

enum m_state { M_IDLE, M_WAITING, M_READY };
enum m_waits { M_WAITS_RECEIVE, M_WAITS_SEND };

struct m_call { /* a mach_msg trap, as the model needs it */
    mach_msg_option_t option;
    mach_msg_size_t send_size, rcv_size;
    mach_port_name_t rcv_name, notify;
    unsigned timeout;
    bool bad_message;          /* not readable */
    bool bad_buffer;           /* not writable */
    mach_msg_header_t head;
    uint32_t count;            /* descriptors */
    struct {
        unsigned kind, count, deallocate, copy;
        mach_msg_type_name_t disposition;
        mach_port_name_t names[M_ARRAY];
        bool bad_memory;
        uint32_t seed;
        void *memory;
    } part[M_PARTS + 1];
    unsigned parts;            /* that are really there */
    uint32_t value;
    unsigned words;
};

struct m_thread {
    struct host_thread *host;
    union any_msg *message, *buffer, *rigid; /* rigid: not writable */
    union any_msg *into;       /* the buffer of the call */
    enum m_state state;
    enum m_waits waits;
    bool is_set, object_dead, has_slot;
    int woken_for;             /* a message of this port; or M_NONE */
    int object;                /* port or set */
    kern_return_t result;      /* of the wait */
    bool aborted, kicked;      /* latched */
    bool interruptible;
    uint64_t wait_end;         /* 0: none */
    uint64_t deadline;         /* of the trap; 0: not set */
    unsigned what;             /* CALL_SEND, ... */
    struct m_call call;
    /* What the call has received. */
    bool got, got_stub;
    int from;                  /* or M_NONE: it has received nothing */
    struct m_message message_got;
    mach_port_name_t got_local, got_remote;
    mach_port_name_t got_names[M_PARTS][M_ARRAY];
    uint32_t got_seqno;
    uint64_t got_payload;
};

extern struct m_task m_tasks[M_TASKS];
extern struct m_thread m_threads[M_TASKS * M_THREADS];
extern struct m_port m_ports[M_PORTS];
extern struct m_set m_sets[M_SETS];
extern struct m_message m_messages[M_MESSAGES];
extern struct m_list m_live, m_dying, m_used_messages, m_ready, m_reaping;
extern struct m_carried m_hand; /* what the test itself holds */
extern uint64_t m_now;
/* The kernel was made to fail an allocation: its answer, or 0. */
extern kern_return_t m_shortage;

#define M_THREAD_TASK(th) ((int)((th) / M_THREADS))

/* ---- model_world.c: things and their numbers ---- */
int m_port_new(int task);
int m_set_new(int task, mach_port_name_t name);
int m_message_new(const struct m_message *m);
void m_message_free(int m);
unsigned m_sends(int port);  /* send rights that exist */
unsigned m_sonces(int port); /* send-once rights that exist */
unsigned m_slots(int port);  /* slots of the queue that are taken */
unsigned m_msgcount(int port);
bool m_circular(int port, int dest);
bool m_reachable(int port);  /* by its receiver's names, through queues */

/* ---- model_names.c: the names of a task ---- */
struct m_right *m_find(int task, mach_port_name_t name);
/* KERN_INVALID_TASK, KERN_INVALID_NAME */
kern_return_t m_lookup(int task, mach_port_name_t name,
                       struct m_right **out);
kern_return_t m_lookup_receive(int task, mach_port_name_t name, int *port);
kern_return_t m_lookup_set(int task, mach_port_name_t name, int *set);
struct m_right *m_find_port(int task, int port); /* send or receive right */
bool m_reserve(int task, unsigned n);
bool m_grow(int task);       /* more names, whatever the limit says */
/* Are there more than were to be?  Then somebody is told, once. */
void m_count_names(int task);
struct m_right *m_take(int task);
kern_return_t m_take_name(int task, mach_port_name_t name,
                          struct m_right **out);
void m_name_free(int task, struct m_right *r);
bool m_borrowed(mach_port_name_t name);

/* ---- model_ports.c: queues, notifications, death ---- */
void m_post(int port, const struct m_message *m);
void m_notify(int port, int id, uint32_t value, int receive_right);
bool m_peek(bool is_set, int object, struct m_message *m, int *from);
uint32_t m_dequeue(int from); /* its sequence number */
void m_send_gone(int port);
void m_sonce_gone(int port);
void m_receive_gone(int port);
void m_leave_space(int port);
void m_dispose(int port);    /* it dies */
void m_drop(struct m_carried c);
void m_discard(struct m_message *m);
void m_room(int port);       /* perhaps room */
void m_set_limit(int port, uint32_t limit);
void m_slot_back(int port);
void m_request_end(int port, int task, mach_port_name_t name);
struct m_request *m_request_find(int port, int task, mach_port_name_t name);
void m_request_tidy(int port, int task, mach_port_name_t name);
void m_reap(void);           /* all that the reaper does */

/* ---- model_sets.c ---- */
void m_set_add(int set, int port);
void m_set_remove(int set, int port);
void m_set_end(int set);
void m_sets_leave(int port);
void m_announce(int port, bool notice);
void m_taken(int port);
void m_pass_on(int port); /* who was woken for it did not receive from it */

/* ---- model_wait.c ---- */
void m_wake(int thread, kern_return_t result);
void m_wake_all(struct m_list *l);
bool m_wake_first(struct m_list *l, int port); /* for its message */
void m_clock(uint64_t ns);
kern_return_t m_wait(int thread, enum m_waits waits, bool is_set,
                     int object);
kern_return_t m_continue(int thread);
void m_abandon(int thread);
void m_object_dies(bool is_set, int object);

/* ---- model_rights.c ---- */
mach_msg_type_name_t m_type_of(mach_msg_type_name_t disposition);
void m_drop_send(int task, struct m_right *r);
void m_drop_sonce(int task, struct m_right *r);
void m_drop_receive(int task, struct m_right *r);
void m_drop_set(int task, struct m_right *r);
void m_destroy(int task, struct m_right *r);
kern_return_t m_delta(int task, struct m_right *r, mach_port_right_t right,
                      int delta);
/* What a claim says, with the claims of a message before it in mind. */
struct m_claims {
    unsigned n;
    struct {
        mach_port_name_t name;
        mach_msg_type_name_t disposition;
    } at[2 + M_PARTS * M_ARRAY];
};
kern_return_t m_claim(int task, struct m_claims *c, mach_port_name_t name,
                      mach_msg_type_name_t disposition);
struct m_carried m_copyin(int task, mach_port_name_t name,
                          mach_msg_type_name_t disposition);
mach_port_name_t m_copyout(int task, struct m_carried c);
kern_return_t m_insert(int task, mach_port_name_t name, struct m_carried c);
kern_return_t m_copy_space(int from, int to);

/* ---- model_msg.c: mach_msg ---- */
kern_return_t m_msg(int thread);
kern_return_t m_msg_receive(int thread);
kern_return_t m_msg_run(int thread, int slot);

/* ---- model_check.c ---- */
void m_touch(int port);
void m_touch_name(int task, mach_port_name_t name);
void m_check_touched(void);
void m_check_all(void);
void m_resync_names(int task);

/* ---- model_table.c: what is allowed, and what was seen ---- */
enum m_what {
    CALL_ALLOCATE, CALL_ALLOCATE_NAME, CALL_ALLOCATE_TRAP, CALL_REPLY_PORT,
    CALL_DEALLOCATE, CALL_MOD_REFS, CALL_DESTROY, CALL_GET_REFS,
    CALL_GET_REFS_TRAP, CALL_TYPE, CALL_NAMES, CALL_INSERT_TRAP,
    CALL_INSERT, CALL_INSERT_ANY, CALL_EXTRACT, CALL_MOVE_MEMBER,
    CALL_INSERT_MEMBER, CALL_EXTRACT_MEMBER, CALL_RECEIVE_STATUS,
    CALL_SET_STATUS, CALL_SET_QLIMIT, CALL_SET_MSCOUNT, CALL_SET_SEQNO,
    CALL_SET_PAYLOAD, CALL_GET_PAYLOAD, CALL_CLEAR_PAYLOAD, CALL_GUARD,
    CALL_UNGUARD, CALL_SWAP_GUARD, CALL_GET_SRIGHTS, CALL_DNREQUEST_INFO,
    CALL_GET_ATTRIBUTES, CALL_SET_ATTRIBUTES, CALL_REQUEST, CALL_COPY_SPACE,
    CALL_SET_LIMITS, CALL_SPACE_INFO, CALL_SPACE_BASIC_INFO, CALL_KOBJECT,
    CALL_REGISTER, CALL_PORTS_LOOKUP, CALL_KERNEL_SEND, CALL_KERNEL_PREALLOC,
    CALL_SEND, CALL_RECEIVE, CALL_SEND_RECEIVE, CALL_COUNT
};
/* A call has ended so; must be what the model says. */
void m_result(enum m_what what, kern_return_t got, kern_return_t want);
void m_table_report(bool complete);
extern uint64_t m_calls, m_successes, m_waits;

/* ---- the calls: tables that end with a NULL ---- */
struct m_op {
    void (*run)(int task);
    unsigned weight;
    bool grows;              /* makes names: not where there are too many */
};
extern const struct m_op m_name_ops[], m_right_ops[], m_port_ops[],
    m_message_ops[], m_rpc_ops[], m_life_ops[], m_guard_ops[],
    m_space_ops[], m_kernel_ops[];

/* ---- model_pick.c: random choices ---- */
mach_port_name_t m_some_name(int task);
mach_port_name_t m_some_name_of(int task, mach_port_type_t type);
mach_port_name_t m_free_name(int task); /* likely to be free */
unsigned m_random(unsigned n);
bool m_chance(unsigned n);   /* one in n */
int m_idle_thread(int task); /* or M_NONE */
struct ipc_space *m_space(int task);
/* Around a call that allocates: perhaps make one allocation fail. */
void m_inject_begin(void);
void m_inject_one_of(unsigned n); /* of the first n */
/* Did one fail?  Then the call has answered by a shortage and changed nothing
 * but, perhaps, which names are free next (m_resync_names). */
bool m_inject_end(void);
/* The same for a call that answers KERN_RESOURCE_SHORTAGE; true: it is over. */
bool m_inject_over(enum m_what what, int task, kern_return_t kr);

/* ---- model_name_ops.c ---- */
mach_port_type_t m_type_of_right(int task, const struct m_right *r);

/* ---- model_right_ops.c: the right that the test holds (m_hand) ---- */
extern struct ipc_port *m_hand_port;
void m_hand_drop(void);
/* A send-once right of one of the task's ports; or none. */
void m_make_notify(int task);
/* The right of a request that was replaced comes back. */
void m_previous_back(int task, struct ipc_port *kernel, int port);

/* ---- model_space_ops.c ---- */
void m_register_end(int task); /* as a task ends */

/* ---- model_message_ops.c ---- */
extern uint64_t m_combined;  /* calls that send and receive */
/* A disposition that is likely to be right. */
mach_msg_type_name_t m_suited(int task, mach_port_name_t name,
                              bool receive_too);
void m_call_begin(int thread, bool send, bool receive);
/* A random body behind call.head; rich: of many parts. */
void m_write_message(int thread, bool rich);
void m_trap(int thread, void *from, void *into);

/* ---- model_kernel_ops.c ---- */
void m_kernel_begin(void);
void m_kernel_end(void);

/* ---- model_life.c ---- */
void m_begin(void);
void m_end(void);
void m_reap_now(void);

/* ---- model_talk.c ---- */
void m_thread_begin(int thread);
void m_thread_end(int thread);
unsigned m_regions(void); /* of user memory */
/* A mach_msg trap has ended with got: as the model says? */
void m_call_done(int thread, kern_return_t got, kern_return_t want);

#endif
