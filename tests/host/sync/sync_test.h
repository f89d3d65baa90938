/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synchronous IPC on the host: a small specification (spec_*.c, none of the
 * kernel's code) of what <mach/sync.h> says, and the kernel's side of it.
 *
 * A few tasks with threads, ports and a port set each.  Everybody has a send
 * right to every port, or had.  Ports, sets, threads and saved rights are
 * numbers here; -1: none.
 */
#ifndef SYNC_TEST_H
#define SYNC_TEST_H

#include "ipc_test.h"
#include <sync/sync.h>

#define TASKS 3
#define THREADS 9 /* thread i is of task i % TASKS */
#define PORTS 5   /* port i is of task i % TASKS */
#define SAVED 24
#define GRAVES 8
#define QLIMIT 5
#define BAD_SOURCE 1u /* a range that can't be shown */

/* ---- the arguments of a trap, and what comes of it ---- */
struct message {
    uint64_t tag, words[SYNC_WORDS];
    uint64_t deadline;
    mach_port_name_t right;
    uint32_t disposition;
    uint64_t source, size;
};

/* ---- lists of numbers ---- */
struct numbers {
    int n;
    int at[THREADS + PORTS];
};
void put(struct numbers *l, int x); /* at the end */
bool take_out(struct numbers *l, int x);
bool in(const struct numbers *l, int x);
int first(const struct numbers *l); /* or -1 */

/* ---- the specification ---- */
enum waits {
    RUNS,    /* in user mode, or its trap is done */
    CALLS,   /* for a listener, with a call */
    SENDS,   /* likewise, with a message that needs no answer */
    LISTENS,
    IS_OWED  /* an answer */
};

struct s_thread {
    enum waits waits;     /* in or after a wait, for what */
    bool ready;           /* that has ended with code, and it has not looked */
    bool done;            /* ... and there is nothing to look at */
    kern_return_t code;   /* of the trap, once it is done */
    int object;           /* port, or PORTS + task: that task's set */
    mach_port_name_t name;
    bool buffer;
    bool abort, kick, ends; /* latched */
    int woken_for;        /* a message of this port */
    int client;           /* whom it owes an answer */
    int holder, saved;    /* who owes it one */
    bool cancelled;
    int cancel_port;      /* that is told */
    uint64_t cookie;
    uint64_t window;      /* memory that it would take */
    struct message m;     /* sent or received */
    bool got;             /* something, which has not been compared yet */
    uint64_t badge;
    mach_port_name_t port; /* that it came to; 0: to none, it is an answer */
    uint64_t shown, shown_size; /* memory that came */
    int right_port;       /* of the right that came; or: */
#define RIGHT_NONE (-1)   /* MACH_PORT_NULL was sent */
#define RIGHT_DEAD (-2)
};

struct s_port {
    bool alive;
    uint64_t signals;
    unsigned messages, turn;
    struct numbers callers, listeners, cancels; /* threads */
    bool in_set;          /* its task's */
    mach_port_name_t name[TASKS];
    unsigned send[TASKS]; /* user references of send rights */
};

struct s_set {
    mach_port_name_t name;
    unsigned turn;
    struct numbers calls, ready; /* ports that have something */
    struct numbers listeners;
};

struct s_saved { /* a saved right to reply, under a name */
    bool used;
    int task, client;     /* -1: it is a dead name */
    mach_port_name_t name;
};

extern struct s_thread s_thread[THREADS];
extern struct s_port s_port[PORTS];
extern struct s_set s_set[TASKS];
extern struct s_saved s_saved[SAVED];
extern struct numbers s_ready;
extern mach_port_name_t s_grave[TASKS][GRAVES]; /* dead names; 0: none */
extern unsigned s_grave_refs[TASKS][GRAVES];
extern uint64_t s_now;

static inline int
task_of(int thread)
{
    return thread % TASKS;
}

/* spec_trap.c; the arguments are in s_thread[th].name and .m.  True: it waits;
 * otherwise .code is the result. */
bool s_call(int th);
bool s_send(int th);
bool s_receive(int th);
bool s_reply_wait(int th);
kern_return_t s_save_reply(int th, mach_port_name_t cancel, uint64_t cookie,
                           int saved);
kern_return_t s_notify(int th, mach_port_name_t name, uint64_t bits);
/* What else happens. */
void s_abort(int th);
void s_kick(int th);
void s_end(int th);              /* begins to end; run it, then: */
void s_ended(int th);
void s_fresh(int th);            /* a new thread */
void s_clock(uint64_t now);
void s_port_dies(int port);
void s_message(int port);        /* comes */
void s_message_taken(int port);
void s_saved_dropped(int saved);
void s_saved_message(int saved, unsigned words, const uint64_t *word,
                     uint32_t id);
void s_join(int port, bool in_set);
/* Those that are ready, until none is. */
void s_run(void);

/* spec_wait.c: between the two */
bool s_wait(int th, enum waits what);
void s_wake(int th, kern_return_t code);
void s_finish(int th, kern_return_t code); /* and it has what it waited for */
void s_changed(int port);
bool s_listen(int th);
int s_listener(int port);
kern_return_t s_transfer(int from, int to, uint64_t kind);
kern_return_t s_tag(int th);
kern_return_t s_dest(int th, mach_port_name_t name, int *port, int *saved);
bool s_send_to(int th, int port, bool call);
void s_settle(int client);
void s_cancel(int client);
bool s_await(int th);
void s_look(int th);
int s_object(int th);

/* ---- the kernel's side: kernel_side.c ---- */
void k_begin(bool fast);
void k_end(void);
extern struct task *k_task[TASKS];
extern struct host_thread *k_thread[THREADS];
extern unsigned k_leases;
void k_trap(int th, unsigned number, mach_port_name_t name,
            const struct message *m);
kern_return_t k_save_reply(int th, mach_port_name_t cancel, uint64_t cookie,
                           mach_port_name_t *name);
void k_thread_make(int th);
void k_thread_end(int th);
void k_port_make(int port);
struct ipc_port *k_port(int port);
/* By a thread of task's that does nothing else: a message to a port; one taken
 * from a port; a message to a saved right, which uses it up. */
void k_message(int task, int port);
void k_message_taken(int port);
void k_saved_message(int saved, unsigned words, const uint64_t *word,
                     uint32_t id);
/* Everything that can be seen is as the specification says. */
void k_compare(void);
void k_show(void);

/* windows.c: interrupts that come in the middle. */
void test_windows(void);

#endif
