/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reaper (see reaper.h): runs each registered step once, then makes way,
 * until none has more to do.  Interrupts may come before each step.
 */
#include <base/assert.h>
#include <machine/cpu.h>
#include <sched/reaper.h>
#include <sched/thread.h>

#define STEPS_MAX 8u

static bool (*steps[STEPS_MAX])(void);
static unsigned step_count;
static struct thread *reaper;
static bool work; /* there may be something to do */
static struct wait_queue idle = { { &idle.wq_threads, &idle.wq_threads } };

void
reaper_register(bool (*step)(void))
{
    assert(step_count < STEPS_MAX);
    steps[step_count++] = step;
}

static kern_return_t
reaper_continue(struct thread *th, kern_return_t result)
{
    bool more = false;

    (void)th;
    (void)result;
    work = false;
    for (unsigned i = 0; i < step_count; i++) {
        machine_interrupt_window();
        more |= steps[i]();
    }
    if (more || work) {
        return KERN_RESTART; /* again, after those of the same priority */
    }
    return thread_wait(&idle, reaper_continue, WAIT_FOREVER, 0);
}

void
reaper_wakeup(void)
{
    work = true;
    wait_queue_wake_one(&idle, KERN_SUCCESS);
}

void
reaper_setup(void)
{
    reaper = thread_create_activity("reaper", TH_PRIORITY_DEFAULT,
                                    reaper_continue);
    thread_start(reaper);
}
