/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes: Linux's operations on the kernel's futex traps, and robust lists.
 */
#include "futex.h"
#include "syscall.h"

#define FUTEX_WAITERS 0x80000000u
#define FUTEX_OWNER_DIED 0x40000000u
#define FUTEX_TID_MASK 0x3fffffffu
#define ROBUST_LIMIT 2048

static uint32_t *
word_at(uint64_t at)
{
    return (uint32_t *)(uintptr_t)at;
}

static int64_t
futex_error(kern_return_t kr)
{
    switch (kr) {
    case KERN_SUCCESS:
        return 0;
    case KERN_VALUE_CHANGED:
        return -EAGAIN;
    case KERN_OPERATION_TIMED_OUT:
        return -ETIMEDOUT;
    case KERN_INVALID_ADDRESS:
    case KERN_PROTECTION_FAILURE:
        return -EFAULT;
    case KERN_RESOURCE_SHORTAGE:
        return -ENOMEM;
    default:
        return -EINVAL;
    }
}

static int64_t
wait_until(struct thread *t, const uint64_t *a, uint64_t deadline,
           uint32_t bits)
{
    uint64_t flags = FUTEX_INTERRUPTIBLE | (uint64_t)bits << 32;
    kern_return_t kr;

    for (;;) {
        kr = futex_wait(word_at(a[0]), (uint32_t)a[2], deadline, flags);
        if (kr != KERN_INTERRUPTED) {
            return futex_error(kr);
        }
        t->kick = 1;
        if (signal_waiting(t)) {
            break;
        }
    }
    if (deadline == DEADLINE_NEVER) {
        return -ERESTARTSYS;
    }
    t->restart_call = 202;
    t->restart_deadline = deadline;
    for (int i = 0; i < 6; i++) {
        t->restart_args[i] = a[i];
    }
    return -ERESTART_BLOCK;
}

/* Absolute for the bit-set form, relative for the old one. */
static int64_t
get_deadline(const uint64_t *a, bool absolute, uint64_t *deadline)
{
    struct linux_timespec ts;
    int64_t ns;

    *deadline = DEADLINE_NEVER;
    if (a[3] == 0) {
        return 0;
    }
    if (copyin(&ts, a[3], sizeof(ts)) < 0) {
        return -EFAULT;
    }
    ns = timespec_ns(&ts);
    if (ns < 0) {
        return -EINVAL;
    }
    if (!absolute) {
        *deadline = deadline_after((uint64_t)ns);
        return 0;
    }
    if (a[1] & FUTEX_CLOCK_REALTIME) {
        ns -= time_realtime_offset();
    }
    *deadline = ns > 0 ? (uint64_t)ns : 0;
    return 0;
}

static int64_t
wait_call(const uint64_t *a, bool absolute, uint32_t bits)
{
    uint64_t deadline;
    int64_t error = get_deadline(a, absolute, &deadline);

    if (error < 0) {
        return error;
    }
    return bits == 0 ? -EINVAL
                     : wait_until(this_thread(), a, deadline, bits);
}

static int64_t
wake(const uint64_t *a, uint32_t bits)
{
    uint64_t woken = 0;
    int64_t error;

    if (bits == 0) {
        return -EINVAL;
    }
    error = futex_error(futex_wake(word_at(a[0]), (uint32_t)a[2],
                                   (uint64_t)bits << 32, &woken));
    return error < 0 ? error : (int64_t)woken;
}

static int64_t
requeue(const uint64_t *a, bool compare)
{
    uint64_t moved = 0;
    int64_t error;

    if ((int32_t)a[2] < 0 || (int32_t)a[3] < 0) {
        return -EINVAL;
    }
    if (!user_range_ok(a[4], 4)) {
        return -EFAULT;
    }
    if (a[4] % 4 != 0) {
        return -EINVAL;
    }
    error = futex_error(futex_requeue(word_at(a[0]), (uint32_t)a[2],
                                      (uint32_t)a[3], word_at(a[4]),
                                      (uint32_t)a[5],
                                      compare ? 0 : FUTEX_NO_COMPARE,
                                      &moved));
    return error < 0 ? error : (int64_t)moved;
}

int64_t
sys_futex(const uint64_t *a)
{
    uint32_t operation = (uint32_t)a[1] &
                         ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);

    if (a[0] % 4 != 0) {
        return -EINVAL;
    }
    if (!user_range_ok(a[0], 4)) {
        return -EFAULT;
    }
    switch (operation) {
    case FUTEX_WAIT:
        return wait_call(a, false, ~0u);
    case FUTEX_WAIT_BITSET:
        return wait_call(a, true, (uint32_t)a[5]);
    case FUTEX_WAKE:
        return wake(a, ~0u);
    case FUTEX_WAKE_BITSET:
        return wake(a, (uint32_t)a[5]);
    case FUTEX_REQUEUE:
        return requeue(a, false);
    case FUTEX_CMP_REQUEUE:
        return requeue(a, true);
    default:
        return -ENOSYS; /* priority inheritance, WAKE_OP */
    }
}

int64_t
sys_restart_syscall(const uint64_t *a)
{
    struct thread *t = this_thread();
    int64_t call = t->restart_call;

    (void)a;
    t->restart_call = 0;
    switch (call) {
    case 202:
        return wait_until(t, t->restart_args, t->restart_deadline,
                          (t->restart_args[1] & 127) == FUTEX_WAIT_BITSET
                              ? (uint32_t)t->restart_args[5]
                              : ~0u);
    case 35:
        return time_sleep_again(t);
    default:
        return -EINTR;
    }
}

/* ---- robust lists ----------------------------------------------------------- */

struct robust_head {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
};

static void
owner_died(struct thread *t, uint64_t word)
{
    uint32_t old;

    if (word % 4 != 0 || copyin32(&old, word) < 0) {
        return;
    }
    while ((old & FUTEX_TID_MASK) == (uint32_t)t->tid) {
        uint32_t expected = old;

        if (user_compare_exchange(word_at(word), &expected,
                                  (old & FUTEX_WAITERS) |
                                      FUTEX_OWNER_DIED) < 0) {
            return;
        }
        if (expected == old) {
            if (old & FUTEX_WAITERS) {
                futex_wake(word_at(word), 1, 0, NULL);
            }
            return;
        }
        old = expected;
    }
}

void
futex_robust_exit(struct thread *t)
{
    struct robust_head head;
    uint64_t entry;

    if (t->robust_list == 0 ||
        copyin(&head, t->robust_list, sizeof(head)) < 0) {
        return;
    }
    entry = head.next;
    for (int i = 0; i < ROBUST_LIMIT; i++) {
        uint64_t next;

        if ((entry & ~1ull) == t->robust_list ||
            copyin(&next, entry & ~1ull, 8) < 0) {
            break;
        }
        if ((entry & ~1ull) != (head.pending & ~1ull)) {
            owner_died(t, (entry & ~1ull) + (uint64_t)head.offset);
        }
        entry = next;
    }
    if (head.pending != 0) {
        owner_died(t, (head.pending & ~1ull) + (uint64_t)head.offset);
    }
}

int64_t
sys_set_robust_list(const uint64_t *a)
{
    if (a[1] != sizeof(struct robust_head)) {
        return -EINVAL;
    }
    this_thread()->robust_list = a[0];
    return 0;
}

int64_t
sys_get_robust_list(const uint64_t *a)
{
    struct thread *t = this_thread();
    uint64_t size = sizeof(struct robust_head);

    if ((int)a[0] != 0 && (int)a[0] != t->tid) {
        return -ESRCH;
    }
    if (copyout(a[1], &t->robust_list, 8) < 0 ||
        copyout(a[2], &size, 8) < 0) {
        return -EFAULT;
    }
    return 0;
}

int64_t
sys_set_tid_address(const uint64_t *a)
{
    struct thread *t = this_thread();

    t->clear_tid = a[0];
    return t->tid;
}
