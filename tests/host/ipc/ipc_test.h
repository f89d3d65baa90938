/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host harness of kernel/ipc: tasks, threads that a test runs by hand,
 * user memory that is host memory, kernel objects that count.
 */
#ifndef IPC_TEST_H
#define IPC_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mach/message.h>
#include <mach/notify.h>
#include <base/ledger.h>
#include <sched/thread.h>
#include <ipc/ipc.h>
#include <ipc/ipc_calls.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_sonce.h>
#include <ipc/ipc_upcall.h>
#include "host_memory.h"

/* ---- checks: a failed one ends the program ---- */
void check_failed(const char *what, long got, long want, const char *file,
                  int line) __attribute__((noreturn));
#define CHECK(e) \
    ((e) ? (void)0 : check_failed(#e, 0, 1, __FILE__, __LINE__))
#define CHECK_EQ(a, b)                                                  \
    do {                                                                \
        long a_ = (long)(a), b_ = (long)(b);                            \
        if (a_ != b_) {                                                 \
            check_failed(#a " == " #b, a_, b_, __FILE__, __LINE__);     \
        }                                                               \
    } while (0)

/* ---- tasks and threads ---- */
struct vm_map {
    struct list regions;
};

struct task {
    struct ipc_space *space;
    struct vm_map map;
    struct ledger *ledger;
    security_token_t token;
    audit_token_t audit;
    struct ipc_port *self; /* kernel object */
    struct ipc_caller caller;
    struct pmap *pmap; /* the map, in disguise */
};

struct host_thread {
    struct thread th; /* must be first */
    kern_return_t result; /* of the last trap, once it is done */
    bool waiting_page;    /* a copy is to be told to wait for a pager */
    bool in_sync;         /* its trap is not mach_msg's: nothing to do again */
};

struct task *task_make(struct ledger *l);
void task_end(struct task *t); /* and all that it has */
struct host_thread *thread_make(struct task *t);
void thread_end(struct host_thread *h);
/* Make it the current thread: the calls below act for it. */
void thread_enter(struct host_thread *h);

/* Try the fast path of mach_msg first: a receiver that waits has its result
 * at once then. */
extern bool host_fast;
extern unsigned host_fast_taken; /* how often it did */
extern unsigned host_kernel_taken; /* how often to the kernel */
extern struct host_thread *host_fast_to; /* who was switched to, by the last */
/* mach_msg; KERN_BLOCKED: run_ready() later, then h->result. */
struct msg_args {
    void *message;
    mach_msg_option_t option;
    mach_msg_size_t send_size, rcv_size;
    mach_port_name_t rcv_name, notify;
    mach_msg_timeout_t timeout;
    void *rcv_message;
};
kern_return_t host_msg(struct host_thread *h, const struct msg_args *a);
/* Run the thread that is ready first (NULL: none is), or every thread that is
 * ready until none is (number of runs). */
struct host_thread *run_next(void);
unsigned run_ready(void);
void abort_thread(struct host_thread *h);
void kick_thread(struct host_thread *h);
/* Pages that a "pager" owes: the next n copies block; then deliver them. */
void pages_missing(unsigned n);
/* Only the nth copy from now blocks. */
void pages_missing_at(unsigned nth);
/* The nth copy from now finds a page that can't be had. */
void pages_bad_at(unsigned nth, kern_return_t error);
bool pages_wanted(void); /* what was set above has not happened yet */
void pages_arrive(void);
void reap_all(void);

/* ---- user memory ---- */
void *user_alloc(struct task *t, size_t size);
void user_free(struct task *t, void *p);
void user_free_all(struct task *t);
bool user_mapped(struct task *t, const void *p);
void user_protect(struct task *t, void *p, bool writable);
const void *user_copy_data(const struct vm_map_copy *copy);
/* What vm_map_copy_across() takes at most. */
#define HOST_ACROSS_MAX 8192u
unsigned user_across(void); /* how often it has */
unsigned user_copies(void);  /* vm_map_copy structures alive */
unsigned user_regions(void); /* of all tasks */
unsigned user_regions_of(const struct task *t);

/* ---- kernel objects: requests of id 7000 + n ---- */
extern unsigned served;            /* requests completed */
extern unsigned served_block;      /* the next n runs wait first */
extern struct wait_queue served_wait;
extern struct ipc_port *served_take; /* a port that request 7002 kept */
extern uint32_t served_word;       /* word sent with 7001 */
extern void (*served_do)(mach_msg_header_t *in, mach_msg_header_t *out);
                                   /* what any request does besides */

/* ---- leak check ---- */
void census_begin(void);
void census_end(void);
/* Each send-once right of a live port: of a maker's, or used and queued. */
void check_makers(const struct ipc_port *port);
/* Where names end is told of, as the limits are. */
void check_floor(struct ipc_space *s);

/* ---- short forms used by the tests ---- */
struct simple_msg {
    mach_msg_header_t head;
    uint32_t word[2];
};
struct port_msg {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port[4];
};
struct ool_msg {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t ool[2];
};
struct ports_msg {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_ool_ports_descriptor_t ports;
};
union any_msg {
    mach_msg_header_t head;
    struct simple_msg simple;
    struct port_msg port;
    struct ool_msg ool;
    struct ports_msg ports;
    mach_notification_t note;
    char space[1024];
};

struct world {
    struct task *a, *b;
    struct host_thread *ta, *tb, *tb2;
    union any_msg *ma, *mb; /* user memory of a and b */
};
void world_begin(struct world *w);
void world_end(struct world *w);

mach_port_name_t new_port(struct task *t);
mach_port_name_t new_set(struct task *t);
/* A send right of the port that t names, in another task. */
mach_port_name_t give_send(struct task *t, mach_port_name_t name,
                           struct task *to);
mach_port_name_t make_sonce(struct task *t, mach_port_name_t name,
                            struct task *to);
kern_return_t request(struct task *t, mach_port_name_t name, int variant,
                      unsigned sync, mach_port_name_t notify);
/* A simple message with this id; time-out 0. */
kern_return_t send_simple(struct host_thread *h, mach_port_name_t dest,
                          mach_msg_type_name_t disposition, int id);
/* Receive into h's message with time-out 0, the whole trailer. */
kern_return_t receive(struct host_thread *h, mach_port_name_t name,
                      union any_msg *into);
const mach_msg_max_trailer_t *trailer_of(const union any_msg *m);
mach_port_type_t type_of(struct task *t, mach_port_name_t name);
unsigned refs_of(struct task *t, mach_port_name_t name,
                 mach_port_right_t right);
mach_port_status_t status_of(struct task *t, mach_port_name_t name);

/* ---- the suites ---- */
struct test {
    const char *name;
    void (*run)(void);
};
extern const struct test right_tests[], message_tests[], notify_tests[],
    wait_tests[], kernel_tests[], maker_tests[], attribute_tests[],
    failure_tests[], trap_tests[], undo_tests[], limit_tests[], edge_tests[],
    cost_tests[], fast_tests[], fast_case_tests[], fast_direct_tests[],
    fast_kernel_tests[];

#endif
