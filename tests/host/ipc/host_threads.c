/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads on the host: the kernel's own wait queues and timers (sched/wait.c,
 * sched/timer.c), and a scheduler that runs what is ready when a test says so.
 */
#include <machine/clock.h>
#include <machine/user_copy.h>
#include <sched/hand_over.h>
#include "ipc_test.h"

struct thread *host_current;
unsigned host_windows;
void (*host_interrupt)(void);
bool host_fast;
unsigned host_fast_taken, host_kernel_taken;
struct host_thread *host_fast_to;
static uint64_t now = 1;
static struct list ready = {&ready, &ready};
static unsigned missing, missing_after;
static kern_return_t missing_error;
static struct wait_queue pager_wait = {{&pager_wait.wq_threads,
                                        &pager_wait.wq_threads}};

uint64_t
clock_uptime(void)
{
    return now;
}

void
host_clock_advance(uint64_t ns)
{
    now += ns;
    while (timer_expire(now, 16)) {
    }
}

void
sched_enqueue(struct thread *th)
{
    list_push_back(&ready, &th->th_run_link);
}

void
sched_handoff(struct thread *th)
{
    sched_enqueue(th);
}

struct sched_now sched_now = { .sn_best = -1 };

/* Its trap is done; the test goes on with whom it likes. */
void
machine_hand_over(struct thread *prev, struct thread *th)
{
    CHECK(prev == host_current && prev->th_state == TH_WAITING);
    CHECK(th->th_state == TH_RUNNING && th->th_continuation == NULL);
    CHECK(list_empty(&th->th_run_link)); /* it waited */
    CHECK(!host_user_access);
    host_fast_to = (struct host_thread *)(void *)th;
    host_fast_to->result = th->th_regs.result;
}

void
sched_arm(uint64_t deadline)
{
    (void)deadline;
}

static void
wait_timeout(void *arg)
{
    thread_wakeup(arg, KERN_OPERATION_TIMED_OUT);
}

struct host_thread *
thread_make(struct task *t)
{
    struct host_thread *h = calloc(1, sizeof(*h));

    h->th.th_task = t;
    h->th.th_caller = &t->caller;
    h->th.th_pmap = &t->pmap;
    h->th.th_state = TH_RUNNING;
    list_init(&h->th.th_wait_link);
    list_init(&h->th.th_run_link);
    timer_init(&h->th.th_timer, wait_timeout, &h->th);
    return h;
}

/* As thread_terminate() and the end of a thread do it. */
void
thread_end(struct host_thread *h)
{
    if (h->th.th_state == TH_WAITING) {
        thread_wakeup(&h->th, KERN_ABORTED);
    }
    list_remove(&h->th.th_run_link);
    h->th.th_state = TH_HALTED;
    ipc_thread_abandon(&h->th);
    if (host_current == &h->th) {
        host_current = NULL;
    }
    free(h);
}

void
thread_enter(struct host_thread *h)
{
    CHECK(h->th.th_state == TH_RUNNING);
    host_current = &h->th;
}

static void
trap_done(struct host_thread *h, kern_return_t kr)
{
    h->result = kr;
    CHECK(!host_user_access);
    if (kr == KERN_BLOCKED) {
        CHECK(h->th.th_state == TH_WAITING);
    } else {
        CHECK(h->th.th_state == TH_RUNNING);
        CHECK_EQ(h->th.th_trap_deadline, 0);
    }
}

/* What the trap finds on its stack is of no use to it. */
static __attribute__((noinline)) void
soil_stack(void)
{
    volatile char stack[4096];

    for (unsigned i = 0; i < sizeof(stack); i++) {
        stack[i] = (char)0xa5;
    }
}

kern_return_t
host_msg(struct host_thread *h, const struct msg_args *a)
{
    uint64_t *args = h->th.th_regs.args;
    kern_return_t kr;

    args[0] = (uint64_t)(uintptr_t)a->message;
    args[1] = a->option;
    args[2] = a->send_size | (uint64_t)a->rcv_size << 32;
    args[3] = a->rcv_name | (uint64_t)a->notify << 32;
    args[4] = a->timeout;
    args[5] = (uint64_t)(uintptr_t)a->rcv_message;
    thread_enter(h);
    soil_stack();
    host_fast_to = NULL;
    kr = host_fast ? mach_msg_fast_trap(args[0], (mach_msg_option_t)args[1],
                                        args[2])
                   : KERN_GENERAL;
    CHECK((kr == KERN_SWITCHED) == (host_fast_to != NULL));
    if (kr == KERN_SWITCHED) {
        host_fast_taken++;
        kr = KERN_BLOCKED;
    } else if (kr == KERN_GENERAL) {
        kr = mach_msg_trap(&h->th);
    } else { /* a request to the kernel */
        host_kernel_taken++;
        if (kr == KERN_NO_RESULT) {
            kr = h->th.th_regs.result;
        }
    }
    trap_done(h, kr);
    return h->result;
}

/* The wait of h is over: its continuation, or the trap again. */
static void
run_one(struct host_thread *h)
{
    continuation_t k = h->th.th_continuation;

    h->th.th_state = TH_RUNNING;
    host_current = &h->th;
    h->th.th_continuation = NULL;
    if (k != NULL) {
        trap_done(h, k(&h->th, h->th.th_wait_result));
    } else if (h->in_sync) {
        trap_done(h, h->th.th_regs.result);
    } else {
        trap_done(h, mach_msg_trap(&h->th));
    }
}

struct host_thread *
run_next(void)
{
    struct list *l = list_pop_front(&ready);
    struct host_thread *h = NULL;

    if (l != NULL) {
        h = (struct host_thread *)list_entry(l, struct thread, th_run_link);
        run_one(h);
    }
    return h;
}

unsigned
run_ready(void)
{
    unsigned n = 0;

    while (run_next() != NULL) {
        n++;
    }
    return n;
}

void
abort_thread(struct host_thread *h)
{
    if (h->th.th_state == TH_WAITING
        && (h->th.th_wait_flags & WAIT_ABORTABLE) != 0) {
        thread_wakeup(&h->th, KERN_ABORTED);
    } else {
        h->th.th_ast |= AST_ABORT;
    }
}

void
kick_thread(struct host_thread *h)
{
    if (h->th.th_state == TH_WAITING
        && (h->th.th_wait_flags & WAIT_INTERRUPTIBLE) != 0) {
        thread_wakeup(&h->th, KERN_INTERRUPTED);
    } else {
        h->th.th_ast |= AST_KICK;
    }
}

/* Pages found there before this was counted up may be missing again. */
extern unsigned host_page_era;
unsigned host_page_era = 1;

void
pages_missing(unsigned n)
{
    host_page_era++;
    missing = n;
    missing_after = 0;
    missing_error = KERN_SUCCESS;
}

void
pages_missing_at(unsigned nth)
{
    host_page_era++;
    missing = 1;
    missing_after = nth - 1;
    missing_error = KERN_SUCCESS;
}

void
pages_bad_at(unsigned nth, kern_return_t error)
{
    pages_missing_at(nth);
    missing_error = error;
}

bool
pages_wanted(void)
{
    return missing != 0;
}

/* Asked by the user copies: must this one wait for a page? */
kern_return_t host_page(void);
bool host_pages_owed(void);

kern_return_t
host_page(void)
{
    if (missing == 0) {
        return KERN_SUCCESS;
    }
    if (missing_after > 0) {
        missing_after--;
        return KERN_SUCCESS;
    }
    missing--;
    if (missing_error != KERN_SUCCESS) {
        return missing_error;
    }
    return thread_wait(&pager_wait, NULL, WAIT_FOREVER, WAIT_ABORTABLE);
}

bool
host_pages_owed(void)
{
    return missing != 0;
}

void
pages_arrive(void)
{
    (void)wait_queue_wake_all(&pager_wait, KERN_SUCCESS);
}

void
reap_all(void)
{
    while (host_reap()) {
    }
}
