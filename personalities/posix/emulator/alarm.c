/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * alarm and setitimer(ITIMER_REAL): a helper thread of the emulator's sleeps
 * until the time has come and sends SIGALRM to its own process.  It is made
 * when first needed, is no thread of the guest's, and runs no guest code.
 */
#include <mach/kern_return.h>
#include <proc/proc.h>
#include <thread/thread.h>
#include "syscall.h"

struct linux_itimerval {
    struct linux_timeval interval, value;
};

/* Runs for ever; the word changes whenever the timer is set. */
static _Noreturn void
alarm_thread(void)
{
    struct process *p = this_process();
    struct alarm *al = &p->alarm;

    for (;;) {
        uint32_t change = __atomic_load_n(&al->change, __ATOMIC_ACQUIRE);
        uint64_t deadline = al->deadline;

        if (futex_wait(&al->change, change, deadline, FUTEX_PRIVATE) !=
            KERN_OPERATION_TIMED_OUT) {
            continue;
        }
        lock_acquire(&p->lock);
        if (al->change == change) {
            al->deadline = al->interval != 0 ? deadline + al->interval
                                             : DEADLINE_NEVER;
        } else {
            deadline = DEADLINE_NEVER;
        }
        lock_release(&p->lock);
        if (deadline != DEADLINE_NEVER) {
            proc_kill(p->ports[PORT_PROC], p->ids.pid, SIGALRM, SI_KERNEL,
                      0);
        }
    }
}

static int64_t
alarm_start(struct process *p)
{
    struct thread *n = thread_block_create(p);
    x86_thread_state64_t state;

    if (n == NULL) {
        return -ENOMEM;
    }
    state = (x86_thread_state64_t){
        .rip = (uint64_t)(uintptr_t)alarm_thread,
        .rsp = n->top - F_SIZE - 8,
        .rflags = 0x202,
        .gs_base = (uint64_t)(uintptr_t)n,
    };
    if (thread_create_running(mach_task_self(), x86_THREAD_STATE64,
                              (void *)&state, x86_THREAD_STATE64_COUNT,
                              &n->port) != KERN_SUCCESS) {
        thread_block_destroy(n);
        return -ENOMEM;
    }
    p->alarm.thread = n;
    return 0;
}

static void
to_timeval(uint64_t ns, struct linux_timeval *tv)
{
    ns += 999;
    tv->sec = (int64_t)(ns / 1000000000u);
    tv->usec = (int64_t)(ns % 1000000000u / 1000);
}

static void
alarm_get(struct process *p, struct linux_itimerval *old)
{
    uint64_t now = time_uptime(), deadline = p->alarm.deadline;

    *old = (struct linux_itimerval){0};
    if (p->alarm.thread != NULL && deadline != DEADLINE_NEVER) {
        to_timeval(deadline > now ? deadline - now : 1000, &old->value);
        to_timeval(p->alarm.interval, &old->interval);
    }
}

static int64_t
alarm_set(struct process *p, uint64_t value, uint64_t interval)
{
    int64_t error = 0;

    if (p->alarm.thread == NULL) {
        if (value == 0) {
            return 0;
        }
        p->alarm.deadline = DEADLINE_NEVER;
        error = alarm_start(p);
    }
    if (error < 0) {
        return error;
    }
    lock_acquire(&p->lock);
    p->alarm.deadline = value != 0 ? deadline_after(value) : DEADLINE_NEVER;
    p->alarm.interval = interval;
    __atomic_fetch_add(&p->alarm.change, 1, __ATOMIC_RELEASE);
    lock_release(&p->lock);
    futex_wake(&p->alarm.change, 1, FUTEX_PRIVATE, NULL);
    return 0;
}

static int64_t
timeval_ns(const struct linux_timeval *tv)
{
    if (tv->sec < 0 || tv->usec < 0 || tv->usec >= 1000000) {
        return -EINVAL;
    }
    return tv->sec > 1000000000 ? 1000000000000000000
                                : tv->sec * 1000000000 + tv->usec * 1000;
}

int64_t
sys_alarm(const uint64_t *a)
{
    struct process *p = this_process();
    struct linux_itimerval old;
    int64_t error;

    alarm_get(p, &old);
    error = alarm_set(p, (uint32_t)a[0] * 1000000000ull, 0);
    if (error < 0) {
        return error;
    }
    return old.value.sec + (old.value.usec >= 500000 ||
                            (old.value.sec == 0 && old.value.usec > 0));
}

int64_t
sys_getitimer(const uint64_t *a)
{
    struct linux_itimerval old = {0};

    if ((uint32_t)a[0] > 2) {
        return -EINVAL;
    }
    if (a[0] == 0) {
        alarm_get(this_process(), &old);
    }
    return copyout(a[1], &old, sizeof(old));
}

int64_t
sys_setitimer(const uint64_t *a)
{
    struct process *p = this_process();
    struct linux_itimerval new = {0}, old;
    int64_t value, interval, error;

    if ((uint32_t)a[0] > 2) {
        return -EINVAL;
    }
    if (a[1] != 0 && copyin(&new, a[1], sizeof(new)) < 0) {
        return -EFAULT;
    }
    value = timeval_ns(&new.value);
    interval = timeval_ns(&new.interval);
    if (value < 0 || interval < 0) {
        return -EINVAL;
    }
    if ((uint32_t)a[0] != 0) {
        return -ENOSYS; /* virtual and profiling timers */
    }
    alarm_get(p, &old);
    error = alarm_set(p, (uint64_t)value, (uint64_t)interval);
    if (error == 0 && a[2] != 0) {
        error = copyout(a[2], &old, sizeof(old));
    }
    return error;
}
