/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleeping locks.  The word: 0 free, 1 held, 2 held and perhaps waited for.
 */
#include "process.h"

void
lock_acquire(uint32_t *lock)
{
    uint32_t old = 0;

    if (__atomic_compare_exchange_n(lock, &old, 1, false, __ATOMIC_ACQUIRE,
                                    __ATOMIC_RELAXED)) {
        return;
    }
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0) {
        futex_wait(lock, 2, DEADLINE_NEVER, FUTEX_PRIVATE);
    }
}

void
lock_release(uint32_t *lock)
{
    if (__atomic_exchange_n(lock, 0, __ATOMIC_RELEASE) == 2) {
        futex_wake(lock, 1, FUTEX_PRIVATE, NULL);
    }
}
