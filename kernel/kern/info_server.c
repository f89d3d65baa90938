/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about tasks and threads: the flavours of <mach/task_info.h>.
 */
#include <base/string.h>
#include <ipc/ipc_entry.h>
#include <kern/mig_kernel.h>
#include <kern/task.h>
#include <kern/task_server.h>
#include <kern/thread_server.h>
#include <mach/task_info.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <vm/vm_user.h>
#include <machine/clock.h>

/* Sums over the live threads. */
struct sums {
    uint64_t cycles, switches;
};

static struct sums
live_threads(const struct task *t)
{
    struct sums s = { 0, 0 };
    struct list *l;

    list_for_each(l, &t->ta_threads) {
        const struct thread *th = list_entry(l, struct thread, th_task_link);

        s.cycles += sched_cpu_time(th);
        s.switches += th->th_switches;
    }
    return s;
}

/* Give out what there is room for: all n, or nothing. */
static kern_return_t
give(const uint64_t *facts, unsigned n, uint64_t *info,
     mach_msg_type_number_t *count)
{
    if (*count < n) {
        return KERN_INVALID_ARGUMENT;
    }
    memcpy(info, facts, n * sizeof(*facts));
    *count = n;
    return KERN_SUCCESS;
}

kern_return_t
serve_task_info(task_ref_t task, int flavor, uint64_t *info,
                mach_msg_type_number_t *count)
{
    struct sums live = live_threads(task);
    const struct task_events *e = &task->ta_events;
    const uint64_t basic[TASK_BASIC_INFO_COUNT] = {
        task->ta_suspend_count,
        vm_map_virtual_size(task->ta_map),
        vm_map_resident_count(task->ta_map) * MACH_PAGE_SIZE,
        clock_cycles_to_ns(task->ta_cpu_time),
        clock_cycles_to_ns(live.cycles),
        task->ta_thread_count,
        task->ta_id,
    };
    const uint64_t events[TASK_EVENTS_INFO_COUNT] = {
        e->te_faults, e->te_zero_fills, e->te_cow_faults, e->te_pageins,
        e->te_switches + live.switches,
    };
    const uint64_t times[TASK_THREAD_TIMES_INFO_COUNT] = {
        clock_cycles_to_ns(live.cycles), 0
    };
    const uint64_t debug[TASK_DEBUG_INFO_COUNT] = {
        ipc_space_used(task->ta_space),
        task->ta_map->vm_entry_count,
        task->ta_essential,
        !task->ta_active,
        task->ta_priority,
        task->ta_max_priority,
        task->ta_emulator.end != 0,
    };

    switch (flavor) {
    case TASK_BASIC_INFO:
        return give(basic, TASK_BASIC_INFO_COUNT, info, count);
    case TASK_EVENTS_INFO:
        return give(events, TASK_EVENTS_INFO_COUNT, info, count);
    case TASK_THREAD_TIMES_INFO:
        return give(times, TASK_THREAD_TIMES_INFO_COUNT, info, count);
    case TASK_DEBUG_INFO:
        return give(debug, TASK_DEBUG_INFO_COUNT, info, count);
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

/* A thread's state, to a user. */
static const uint8_t state_shown[] = {
    [TH_RUNNING] = THREAD_STATE_RUNNING,
    [TH_READY] = THREAD_STATE_READY,
    [TH_WAITING] = THREAD_STATE_WAITING,
    [TH_HALTED] = THREAD_STATE_HALTED,
};

kern_return_t
serve_thread_info(thread_ref_t thread, int flavor, uint64_t *info,
                  mach_msg_type_number_t *count)
{
    unsigned given = thread->th_depress != 0 ? thread->th_depress - 1
                                             : thread->th_priority;
    const uint64_t basic[THREAD_BASIC_INFO_COUNT] = {
        clock_cycles_to_ns(sched_cpu_time(thread)),
        state_shown[thread->th_state],
        thread->th_suspend_count,
        thread->th_priority,
    };
    const uint64_t sched[THREAD_SCHED_INFO_COUNT] = {
        thread->th_priority, given, thread->th_max_priority,
        thread->th_depress != 0, thread->th_boost,
    };
    const uint64_t events[THREAD_EVENTS_INFO_COUNT] = {
        thread->th_switches, thread->th_faults
    };
    const uint64_t debug[THREAD_DEBUG_INFO_COUNT] = {
        thread->th_id,
        thread->th_task->ta_id,
        thread->th_in_trap,
        thread->th_request != NULL,
        thread->th_timer.tm_set ? thread->th_timer.tm_deadline : 0,
        thread->th_ast,
        thread->th_kick_flag,
    };

    switch (flavor) {
    case THREAD_BASIC_INFO:
        return give(basic, THREAD_BASIC_INFO_COUNT, info, count);
    case THREAD_SCHED_INFO:
        return give(sched, THREAD_SCHED_INFO_COUNT, info, count);
    case THREAD_EVENTS_INFO:
        return give(events, THREAD_EVENTS_INFO_COUNT, info, count);
    case THREAD_DEBUG_INFO:
        return give(debug, THREAD_DEBUG_INFO_COUNT, info, count);
    default:
        return KERN_INVALID_ARGUMENT;
    }
}
