/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time, from the page that the kernel keeps, without a trap.
 */
#include <host/host.h>
#include <mach/time_page.h>
#include <mach_vm/mach_vm.h>
#include "emulator.h"

static const struct time_page *
time_page(void)
{
    struct space *s = this_process()->space;
    vm_address_t at = EMULATOR_BLOCKS;
    mach_port_t entry;

    if (s->time_page != NULL) {
        return s->time_page;
    }
    if (host_get_time_page(mach_host_self(), &entry) != KERN_SUCCESS) {
        return NULL;
    }
    if (mach_vm_map(mach_task_self(), &at, PAGE, 0, VM_FLAGS_ANYWHERE, entry,
                    0, FALSE, VM_PROT_READ, VM_PROT_READ,
                    VM_INHERIT_SHARE) == KERN_SUCCESS) {
        s->time_page = (const struct time_page *)(uintptr_t)at;
    }
    mach_port_deallocate_trap(entry);
    return s->time_page;
}

static uint64_t
rdtsc(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return low | (uint64_t)high << 32;
}

static uint64_t
scale(uint64_t cycles, uint64_t mult)
{
    return (uint64_t)((unsigned __int128)cycles * mult >> 32);
}

uint64_t
time_uptime(void)
{
    const struct time_page *p = time_page();
    uint32_t sequence;
    uint64_t now;

    if (p == NULL) {
        return clock_uptime();
    }
    do {
        sequence = p->tp_sequence & ~1u;
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        now = p->tp_uptime_base +
              scale(rdtsc() - p->tp_tsc_base, p->tp_tsc_mult);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (p->tp_sequence != sequence);
    return now;
}

int64_t
time_realtime_offset(void)
{
    const struct time_page *p = time_page();

    return p != NULL ? *(const volatile int64_t *)&p->tp_realtime_offset : 0;
}

uint64_t
deadline_after(uint64_t ns)
{
    uint64_t now = time_uptime();

    return ns > DEADLINE_NEVER - now ? DEADLINE_NEVER : now + ns;
}

int64_t
timespec_ns(const struct linux_timespec *ts)
{
    if (ts->sec < 0 || ts->nsec < 0 || ts->nsec >= 1000000000) {
        return -1;
    }
    if (ts->sec > INT64_MAX / 1000000000 - 1) {
        return INT64_MAX;
    }
    return ts->sec * 1000000000 + ts->nsec;
}

void
time_left(uint64_t deadline, struct linux_timespec *ts)
{
    uint64_t now = time_uptime();
    uint64_t left = deadline > now ? deadline - now : 0;

    ts->sec = (int64_t)(left / 1000000000u);
    ts->nsec = (int64_t)(left % 1000000000u);
}
