/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler (see sched.h).  Everything here is one CPU's: run queues are
 * per CPU in the design for several.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/pmap.h>
#include <machine/switch.h>

#define WORDS (TH_PRIORITIES / 64)
#define EXPIRE_MAX 64u /* timers in one interrupt */
/* th_recent halves every so many cycles; a fraction of that is little. */
#define RECENT_SHIFT 28
#define RECENT_LITTLE (1ull << (RECENT_SHIFT - 3))

static struct {
    uint64_t bitmap[WORDS];
    struct list queue[TH_PRIORITIES];
    unsigned count;
    int best;               /* the best priority that is queued; -1: none */
    struct thread *handoff; /* READY, on no queue; runs next, or is queued */
    bool first;             /* it was woken before all in its queue */
    bool no_direct;         /* sched_forbid_direct() */
    bool ticking;
    uint64_t next_tick;
    uint64_t armed;         /* when the interrupt is due */
    uint64_t idle_cycles;
    uint64_t waiting;       /* queued threads, summed over all ticks */
} rq;

struct sched_now sched_now = { .sn_best = -1 };

void
sched_setup(void)
{
    for (unsigned i = 0; i < TH_PRIORITIES; i++) {
        list_init(&rq.queue[i]);
    }
    rq.armed = TIMER_NEVER;
    rq.best = -1;
}

void
sched_arm(uint64_t deadline)
{
    if (deadline < rq.armed) {
        rq.armed = deadline;
        clock_arm(deadline);
    }
}

/* After a change of rq.best, rq.handoff or rq.no_direct. */
static inline void
set_best(void)
{
    sched_now.sn_best =
        rq.handoff != NULL || rq.no_direct ? SCHED_HANDOFF : rq.best;
}

void
sched_forbid_direct(void)
{
    rq.no_direct = true;
    set_best();
}

/* The same when nothing is handed off. */
static inline void
publish(void)
{
    sched_now.sn_best = rq.no_direct ? SCHED_HANDOFF : rq.best;
}

static inline void
set_handoff(struct thread *th, bool first)
{
    rq.handoff = th;
    rq.first = first;
    sched_now.sn_best = SCHED_HANDOFF;
}

static inline void
clear_handoff(void)
{
    rq.handoff = NULL;
    publish();
}

/* Somebody waits for the processor: slices are counted from now on. */
static __attribute__((noinline)) void
start_ticks(void)
{
    rq.ticking = true;
    rq.next_tick = clock_uptime() + SCHED_TICK;
    sched_arm(rq.next_tick);
}

static inline unsigned
effective(const struct thread *th)
{
    return th->th_priority + th->th_boost;
}

/* A woken thread: does it stand above its priority?  Time is that of the
 * last switch. */
static inline void
settle_boost(struct thread *th)
{
    uint64_t now = sched_now.sn_switched;
    uint64_t periods = (now - th->th_recent_at) >> RECENT_SHIFT;
    uint64_t recent = th->th_cpu_time - th->th_recent_base;

    if (periods != 0) {
        recent = periods < 64 ? recent >> periods : 0;
        th->th_recent_base = th->th_cpu_time - recent;
        th->th_recent_at = now;
    }
    if (recent > RECENT_LITTLE ||
        th->th_priority == TH_PRIORITIES - 1) {
        th->th_boost = 0;
    }
}

/* Without set_best(). */
static inline void
insert(struct thread *th, bool front)
{
    unsigned p = effective(th);

    assert(th->th_state == TH_READY && list_empty(&th->th_run_link));
    if (front) {
        list_push_front(&rq.queue[p], &th->th_run_link);
    } else {
        list_push_back(&rq.queue[p], &th->th_run_link);
    }
    rq.bitmap[p / 64] |= 1ull << p % 64;
    rq.count++;
    if ((int)p > rq.best) {
        rq.best = (int)p;
    }
    if (!rq.ticking) {
        start_ticks();
    }
}

static void
queue_insert(struct thread *th, bool front)
{
    insert(th, front);
    set_best();
}

/* A queue has become empty. */
static inline void
queue_empty(unsigned p)
{
    unsigned w = p / 64;

    rq.bitmap[w] &= ~(1ull << p % 64);
    if ((int)p != rq.best) {
        return;
    }
    rq.best = -1;
    if (rq.count != 0) {
        while (rq.bitmap[w] == 0) {
            w--;
        }
        rq.best = (int)(w * 64 + machine_highest_bit(rq.bitmap[w]));
    }
    set_best();
}

static inline void
queue_remove(struct thread *th)
{
    unsigned p = effective(th);

    list_remove(&th->th_run_link);
    rq.count--;
    if (list_empty(&rq.queue[p])) {
        queue_empty(p);
    }
}

/* A suspended thread stays parked, unless it is to die. */
static inline bool
may_run(const struct thread *th)
{
    return th->th_suspend_count == 0 || (th->th_ast & AST_TERMINATE) != 0;
}

/* Better than the current thread and all that are queued it is the one to run
 * next: then no queue is needed. */
void
sched_enqueue(struct thread *th)
{
    struct thread *cur = current_thread();
    unsigned p;

    assert(th->th_state == TH_READY);
    if (!may_run(th)) {
        return;
    }
    if (th->th_boost != 0) {
        settle_boost(th);
    }
    p = effective(th);
    if (cur != NULL && p > effective(cur)) {
        cur->th_ast |= AST_RESCHED;
        if (rq.handoff == NULL && (int)p > rq.best) {
            set_handoff(th, true);
            return;
        }
    }
    queue_insert(th, false);
}

COLD void
sched_dequeue(struct thread *th)
{
    if (rq.handoff == th) {
        clear_handoff();
    } else if (!list_empty(&th->th_run_link)) {
        queue_remove(th);
    }
}

/* What was handed off but not taken goes where any woken thread goes. */
static COLD void
requeue_handoff(void)
{
    struct thread *cur = current_thread(), *th = rq.handoff;

    clear_handoff();
    if (th->th_boost != 0 && !rq.first) {
        settle_boost(th);
    }
    queue_insert(th, rq.first);
    if (cur != NULL && effective(th) > effective(cur)) {
        cur->th_ast |= AST_RESCHED;
    }
}

static inline void
settle_handoff(void)
{
    if (rq.handoff != NULL) {
        requeue_handoff();
    }
}

void
sched_handoff(struct thread *th)
{
    struct thread *cur = current_thread();

    assert(th->th_state == TH_READY);
    settle_handoff();
    if (!may_run(th)) {
        return;
    }
    set_handoff(th, false);
    th->th_boost = 0;
    if (cur != NULL) {
        th->th_boost = cur->th_boost;
        cur->th_ast |= AST_RESCHED; /* settle it if the trap does not block */
    }
}

COLD void
sched_yield(bool slice_over)
{
    struct thread *th = current_thread();

    assert(th->th_state == TH_RUNNING);
    th->th_state = TH_READY;
    settle_handoff();
    if (may_run(th)) {
        queue_insert(th, !slice_over);
    }
}

bool
sched_yield_to(struct thread *target)
{
    if (target->th_state != TH_READY || !may_run(target)) {
        return false;
    }
    sched_yield(true);
    sched_dequeue(target);
    set_handoff(target, false);
    return true;
}

void
sched_run_next(struct thread *target)
{
    if (target->th_state == TH_READY && may_run(target)) {
        settle_handoff();
        sched_dequeue(target);
        set_handoff(target, false);
        current_thread()->th_ast |= AST_RESCHED; /* if it does not wait */
    }
}

bool
sched_others(void)
{
    const struct thread *cur = current_thread();

    settle_handoff();
    return rq.best >= (int)effective(cur);
}

uint64_t
sched_cpu_time(const struct thread *th)
{
    return th->th_state == TH_RUNNING ? th->th_cpu_time + machine_cycles()
                                      : th->th_cpu_time;
}

static inline struct thread *
pick(void)
{
    struct thread *th = rq.handoff;

    if (th != NULL) {
        if ((int)effective(th) >= rq.best) {
            clear_handoff();
            return th;
        }
        requeue_handoff();
    }
    if (rq.best < 0) {
        return NULL;
    }
    th = list_entry(rq.queue[rq.best].next, struct thread, th_run_link);
    queue_remove(th);
    return th;
}

/* Make it current, with its address space and machine state.  prev: whose is
 * loaded; NULL: who has none was current. */
static inline void
load(struct thread *prev, struct thread *th)
{
    th->th_state = TH_RUNNING;
    th->th_cpu_time -= sched_now.sn_switched;
    th->th_switches++;
    if (th->th_slice == 0) {
        th->th_slice = SCHED_SLICE;
    }
    if (prev != NULL && th->th_pmap != NULL) {
        machine_hand_over(prev, th);
        return;
    }
    machine_set_current_thread(th);
    if (th->th_pmap != NULL) {
        pmap_activate(*th->th_pmap);
    }
    machine_switch(th);
}

/* Nobody is ready, now. */
static COLD struct thread *
idle(uint64_t now)
{
    struct thread *th;

    machine_set_current_thread(NULL);
    while ((th = pick()) == NULL) {
        machine_idle();
    }
    sched_now.sn_switched = machine_cycles();
    rq.idle_cycles += sched_now.sn_switched - now;
    return th;
}

struct thread *
sched_next(void)
{
    struct thread *prev = current_thread(), *th;
    uint64_t now = machine_cycles();

    if (prev != NULL) {
        prev->th_cpu_time += now;
        prev->th_ast &= ~AST_RESCHED; /* it makes way here */
        if (prev->th_pmap == NULL) {
            prev = NULL;
        }
    }
    sched_now.sn_switched = now;
    th = pick();
    if (th == NULL) {
        th = idle(now);
        prev = NULL;
    }
    load(prev, th);
    return th;
}

/* What was handed off is better than th, of a task, and than all that are
 * queued. */
static __attribute__((noinline)) struct thread *
preempt(struct thread *th, struct thread *next, bool slice_over)
{
    uint64_t now = machine_cycles();

    th->th_cpu_time += now;
    sched_now.sn_switched = now;
    rq.handoff = NULL;
    th->th_state = TH_READY;
    if (may_run(th)) {
        insert(th, !slice_over);
    }
    publish();
    load(th, next);
    return next;
}

struct thread *
sched_make_way(bool slice_over)
{
    struct thread *th = current_thread(), *next = rq.handoff;
    int mine = (int)effective(th), its;

    if (next != NULL) {
        its = (int)effective(next);
        if (its > mine && its >= rq.best) {
            return preempt(th, next, slice_over);
        }
        requeue_handoff();
    }
    if (rq.best > mine || (rq.best == mine && slice_over)) {
        sched_yield(slice_over);
        return sched_next();
    }
    return th;
}

COLD void
sched_tick(void)
{
    struct thread *cur = current_thread();
    uint64_t now = clock_uptime(), next;
    bool more;

    rq.armed = TIMER_NEVER;
    more = timer_expire(now, EXPIRE_MAX);
    if (rq.ticking && now >= rq.next_tick) {
        rq.ticking = false;
        rq.waiting += rq.count;
        if (cur != NULL && cur->th_slice > 0 && --cur->th_slice == 0) {
            cur->th_boost = 0;
            cur->th_ast |= AST_RESCHED;
        }
        if (rq.count != 0) {
            start_ticks();
        }
    }
    next = more ? now : timer_first();
    if (rq.ticking && rq.next_tick < next) {
        next = rq.next_tick;
    }
    rq.armed = TIMER_NEVER;
    sched_arm(next == TIMER_NEVER ? TIMER_NEVER - 1 : next);
}

uint64_t
sched_idle_cycles(void)
{
    return rq.idle_cycles;
}

uint64_t
sched_waiting(void)
{
    return rq.waiting;
}
