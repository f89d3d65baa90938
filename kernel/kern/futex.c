/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Futexes: waiting for a 32-bit word of memory to be changed.
 *
 * A word is known by its key (vm_map_futex_key): object and offset when it
 * is shared, map and address when it is private.  Waiters are on the queue
 * of their key's bucket; what a waiter waits for is in its th_saved:
 * word[0], word[1] the key, word[2] the bit set.  The comparison and the
 * wait are one step, since the kernel isn't preempted.
 *
 * Requeueing moves a waiter by changing its key, and its queue if the bucket
 * differs.
 */
#include <base/compiler.h>
#include <kern/task.h>
#include <kern/traps.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <vm/vm_user.h>
#include <machine/cpu.h>
#include <machine/user_copy.h>

#define BUCKETS 256u
#define STRETCH 32u /* waiters looked at between two interrupt windows */
#define FUTEX_FLAGS \
    (FUTEX_INTERRUPTIBLE | FUTEX_NO_COMPARE | FUTEX_PRIVATE)

static struct wait_queue buckets[BUCKETS];

void
futex_setup(void)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        wait_queue_init(&buckets[i]);
    }
}

static inline struct wait_queue *
bucket(const struct vm_futex_key *key)
{
    uint64_t h = (key->fk_id * 0x9e3779b97f4a7c15ull) ^
                 (key->fk_offset >> 2) * 0xbf58476d1ce4e5b9ull;

    return &buckets[h >> 56];
}

/* Decode: flags, address, key. */
static inline kern_return_t
find(const struct thread *th, vm_address_t address, uint64_t flags,
     struct vm_futex_key *key, uint32_t *bits)
{
    if ((address & 3) != 0 || ((uint32_t)flags & ~(uint32_t)FUTEX_FLAGS)) {
        return KERN_INVALID_ARGUMENT;
    }
    *bits = (uint32_t)(flags >> 32);
    if (*bits == 0) {
        *bits = ~0u;
    }
    return vm_map_futex_key(th->th_task->ta_map, address, key);
}

static bool
matches(const struct thread *th, const struct vm_futex_key *key,
        uint32_t bits)
{
    return th->th_saved.word[0] == key->fk_id &&
           th->th_saved.word[1] == key->fk_offset &&
           (th->th_saved.word[2] & bits) != 0;
}

static kern_return_t
futex_wait_continue(struct thread *th, kern_return_t result)
{
    (void)th;
    return result;
}

kern_return_t
futex_wait_trap(vm_address_t address, uint32_t expected, uint64_t deadline,
                uint64_t options)
{
    struct thread *th = current_thread();
    struct vm_futex_key key;
    unsigned flags = WAIT_ABORTABLE;
    uint32_t bits, value;
    kern_return_t kr;

    /* Which checks the address. */
    kr = find(th, address, options, &key, &bits);
    if (kr == KERN_SUCCESS && user_copy_from(&value, address, 4) != 0) {
        kr = copyin(address, &value, sizeof(value));
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (value != expected) {
        return KERN_VALUE_CHANGED;
    }
    if (options & FUTEX_INTERRUPTIBLE) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    th->th_saved.word[0] = key.fk_id;
    th->th_saved.word[1] = key.fk_offset;
    th->th_saved.word[2] = bits;
    return thread_wait(bucket(&key), futex_wait_continue, deadline, flags);
}

/* In a walk over a bucket, before *next: interrupts may come, which may end the
 * wait of any thread in it. */
static void
breathe(struct list **next, unsigned *seen)
{
    struct list mark;

    if (++*seen % STRETCH == 0) {
        list_push_back(*next, &mark); /* in front of it */
        machine_interrupt_window();
        *next = mark.next;
        list_remove(&mark);
    }
}

static __attribute__((noinline)) unsigned
wake_some(struct wait_queue *wq, const struct vm_futex_key *key,
          unsigned count, uint32_t bits)
{
    struct list *l, *n;
    unsigned woken = 0, seen = 0;

    list_for_each_safe(l, n, &wq->wq_threads) {
        struct thread *th = list_entry(l, struct thread, th_wait_link);

        if (woken == count) {
            break;
        }
        if (matches(th, key, bits)) {
            thread_wakeup(th, KERN_SUCCESS);
            woken++;
        }
        breathe(&n, &seen);
    }
    return woken;
}

/* Nearly always the first in its bucket, and the only one that is wanted. */
static inline unsigned
wake_one(struct wait_queue *wq, const struct vm_futex_key *key, uint32_t bits)
{
    struct thread *th = list_entry(wq->wq_threads.next, struct thread,
                                   th_wait_link);

    if (!matches(th, key, bits)) {
        return wake_some(wq, key, 1, bits);
    }
    thread_wakeup(th, KERN_SUCCESS);
    return 1;
}

static inline unsigned
wake(const struct vm_futex_key *key, unsigned count, uint32_t bits)
{
    struct wait_queue *wq = bucket(key);

    if (list_empty(&wq->wq_threads)) {
        return 0;
    }
    return count == 1 ? wake_one(wq, key, bits)
                      : wake_some(wq, key, count, bits);
}

kern_return_t
futex_wake_trap(vm_address_t address, uint32_t count, uint64_t options)
{
    const struct thread *th = current_thread();
    struct vm_futex_key key;
    uint32_t bits;
    kern_return_t kr = find(th, address, options, &key, &bits);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return trap_result2(KERN_SUCCESS, wake(&key, count, bits));
}

static unsigned
requeue(const struct vm_futex_key *from, const struct vm_futex_key *to,
        unsigned count)
{
    struct wait_queue *wq = bucket(from), *dest = bucket(to);
    struct list *l, *n;
    unsigned moved = 0, seen = 0;

    list_for_each_safe(l, n, &wq->wq_threads) {
        struct thread *th = list_entry(l, struct thread, th_wait_link);

        if (moved == count) {
            break;
        }
        breathe(&n, &seen);
        if (!matches(th, from, ~0u) || list_empty(l)) {
            continue;
        }
        th->th_saved.word[0] = to->fk_id;
        th->th_saved.word[1] = to->fk_offset;
        if (wq != dest) {
            list_remove(l);
            list_push_back(&dest->wq_threads, l);
        }
        moved++;
    }
    return moved;
}

COLD kern_return_t
futex_requeue_trap(vm_address_t address, uint64_t counts, vm_address_t dest,
                   uint32_t expected, uint64_t options)
{
    const struct thread *th = current_thread();
    struct vm_futex_key key, to;
    uint32_t bits, value;
    unsigned woken;
    kern_return_t kr;

    kr = find(th, address, options, &key, &bits);
    if (kr == KERN_SUCCESS) {
        kr = find(th, dest, options, &to, &bits);
    }
    if (kr == KERN_SUCCESS && !(options & FUTEX_NO_COMPARE)) {
        kr = copyin(address, &value, sizeof(value));
        if (kr == KERN_SUCCESS && value != expected) {
            kr = KERN_VALUE_CHANGED;
        }
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    woken = wake(&key, (uint32_t)counts, ~0u);
    woken += requeue(&key, &to, (unsigned)(counts >> 32));
    return trap_result2(KERN_SUCCESS, woken);
}

COLD void
futex_wake_address(struct thread *th, vm_address_t address, unsigned count)
{
    struct vm_futex_key key;

    if (vm_map_futex_key(th->th_task->ta_map, address, &key) ==
        KERN_SUCCESS) {
        wake(&key, count, ~0u);
    }
}
