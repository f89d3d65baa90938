/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler (see sched.h).  Everything here is one CPU's: run queues are
 * per CPU in the design for several.
 */
#include <base/assert.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <machine/clock.h>
#include <machine/cpu.h>
#include <machine/pmap.h>

#define WORDS (TH_PRIORITIES / 64)
#define EXPIRE_MAX 64u /* timers in one interrupt */
/* th_recent halves every so many cycles; a fraction of that is little. */
#define RECENT_SHIFT 28
#define RECENT_LITTLE (1ull << (RECENT_SHIFT - 3))

static struct {
    uint64_t bitmap[WORDS];
    struct list queue[TH_PRIORITIES];
    unsigned count;
    struct thread *handoff; /* READY, on no queue; runs next, or is queued */
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
}

void
sched_arm(uint64_t deadline)
{
    if (deadline < rq.armed) {
        rq.armed = deadline;
        clock_arm(deadline);
    }
}

static int
best_priority(void)
{
    for (int w = WORDS - 1; w >= 0; w--) {
        if (rq.bitmap[w] != 0) {
            return w * 64 + (int)machine_highest_bit(rq.bitmap[w]);
        }
    }
    return -1;
}

static void
set_best(void)
{
    sched_now.sn_best = rq.handoff != NULL || rq.no_direct ? SCHED_HANDOFF
                        : rq.count == 0                    ? SCHED_NONE
                                           : best_priority();
}

void
sched_forbid_direct(void)
{
    rq.no_direct = true;
    set_best();
}

static void
set_handoff(struct thread *th)
{
    rq.handoff = th;
    set_best();
}

/* Somebody waits for the processor: slices are counted from now on. */
static void
start_ticks(void)
{
    if (!rq.ticking) {
        rq.ticking = true;
        rq.next_tick = clock_uptime() + SCHED_TICK;
        sched_arm(rq.next_tick);
    }
}

static unsigned
effective(const struct thread *th)
{
    return th->th_priority + th->th_boost;
}

/* A woken thread: does it stand above its priority?  Time is that of the
 * last switch. */
static void
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

static void
queue_insert(struct thread *th, bool front)
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
    set_best();
    start_ticks();
}

/* A suspended thread stays parked, unless it is to die. */
static bool
may_run(const struct thread *th)
{
    return th->th_suspend_count == 0 || (th->th_ast & AST_TERMINATE) != 0;
}

void
sched_enqueue(struct thread *th)
{
    struct thread *cur = current_thread();

    assert(th->th_state == TH_READY);
    if (!may_run(th)) {
        return;
    }
    if (th->th_boost != 0) {
        settle_boost(th);
    }
    queue_insert(th, false);
    if (cur != NULL && effective(th) > effective(cur)) {
        cur->th_ast |= AST_RESCHED;
    }
}

void
sched_dequeue(struct thread *th)
{
    unsigned p = effective(th);

    if (rq.handoff == th) {
        set_handoff(NULL);
        return;
    }
    if (list_empty(&th->th_run_link)) {
        return;
    }
    list_remove(&th->th_run_link);
    rq.count--;
    if (list_empty(&rq.queue[p])) {
        rq.bitmap[p / 64] &= ~(1ull << p % 64);
    }
    set_best();
}

/* What was handed off but not taken goes where any woken thread goes. */
static void
settle_handoff(void)
{
    struct thread *th = rq.handoff;

    if (th != NULL) {
        set_handoff(NULL);
        sched_enqueue(th);
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
    set_handoff(th);
    th->th_boost = 0;
    if (cur != NULL) {
        th->th_boost = cur->th_boost;
        cur->th_ast |= AST_RESCHED; /* settle it if the trap does not block */
    }
}

bool
sched_better(const struct thread *th, bool slice_over)
{
    int best;

    settle_handoff();
    best = best_priority();
    return best > (int)effective(th) ||
           (slice_over && best == (int)effective(th));
}

void
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
    set_handoff(target);
    return true;
}

void
sched_run_next(struct thread *target)
{
    if (target->th_state == TH_READY && may_run(target)) {
        settle_handoff();
        sched_dequeue(target);
        set_handoff(target);
        current_thread()->th_ast |= AST_RESCHED; /* if it does not wait */
    }
}

bool
sched_others(void)
{
    const struct thread *cur = current_thread();

    settle_handoff();
    return best_priority() >= (int)effective(cur);
}

uint64_t
sched_cpu_time(const struct thread *th)
{
    return th->th_state == TH_RUNNING ? th->th_cpu_time + clock_cycles()
                                      : th->th_cpu_time;
}

static struct thread *
pick(void)
{
    int best = best_priority();
    struct thread *th = rq.handoff;

    if (th != NULL) {
        if ((int)effective(th) >= best) {
            set_handoff(NULL);
            return th;
        }
        settle_handoff();
    }
    if (best < 0) {
        return NULL;
    }
    th = list_entry(list_first(&rq.queue[best]), struct thread, th_run_link);
    sched_dequeue(th);
    return th;
}

/* Make it current, with its address space and machine state. */
static void
load(struct thread *th)
{
    th->th_state = TH_RUNNING;
    th->th_cpu_time -= sched_now.sn_switched;
    th->th_switches++;
    if (th->th_slice == 0) {
        th->th_slice = SCHED_SLICE;
    }
    machine_set_current_thread(th);
    if (th->th_pmap != NULL) {
        pmap_activate(*th->th_pmap);
    }
    machine_switch(th);
}

struct thread *
sched_next(void)
{
    struct thread *prev = current_thread(), *th;
    uint64_t now = clock_cycles();

    if (prev != NULL) {
        prev->th_cpu_time += now;
        prev->th_ast &= ~AST_RESCHED; /* it makes way here */
    }
    th = pick();
    if (th == NULL) {
        machine_set_current_thread(NULL);
        while ((th = pick()) == NULL) {
            machine_idle();
        }
        sched_now.sn_switched = clock_cycles();
        rq.idle_cycles += sched_now.sn_switched - now;
    } else {
        sched_now.sn_switched = now;
    }
    load(th);
    return th;
}

void
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
