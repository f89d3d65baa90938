/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guest's memory: range checks in front of access.S, and recovery from a
 * fault inside a stub.
 */
#include "emulator.h"

#define USER(at) ((void *)(uintptr_t)(at))

int
copyin(void *to, uint64_t from, size_t n)
{
    return user_range_ok(from, n) ? user_copy(to, USER(from), n) : -EFAULT;
}

int
copyout(uint64_t to, const void *from, size_t n)
{
    return user_range_ok(to, n) ? user_copy(USER(to), from, n) : -EFAULT;
}

int
copyin32(uint32_t *to, uint64_t from)
{
    return user_range_ok(from, 4) ? user_get32(to, USER(from)) : -EFAULT;
}

int
copyout32(uint64_t to, uint32_t value)
{
    return user_range_ok(to, 4) ? user_put32(USER(to), value) : -EFAULT;
}

int64_t
copyin_string(char *to, uint64_t from, size_t size)
{
    uint64_t room;
    int64_t n;

    if (from >= EMULATOR_AREA_BASE) {
        return -EFAULT;
    }
    room = EMULATOR_AREA_BASE - from;
    n = user_string(to, USER(from), room < size ? room : size);
    if (n < 0) {
        return n;
    }
    if ((uint64_t)n == room) {
        return -EFAULT;
    }
    return (uint64_t)n == size ? -ENAMETOOLONG : n;
}

int
user_writable(uint64_t at, uint64_t size)
{
    uint64_t end = at + size;

    if (!user_range_ok(at, size)) {
        return -EFAULT;
    }
    for (; at < end; at = PAGE_FLOOR(at) + PAGE) {
        if (user_touch(USER(at)) != 0) {
            return -EFAULT;
        }
    }
    return 0;
}

void
guest_try_begin(struct thread *t, x86_thread_state64_t *state)
{
    state->fs_base = t->fs_base;
    t->recover = state;
}
