/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clock, sleep, timers, the time page, random bytes.
 */
#include <host/host.h>
#include <mach/time_page.h>
#include <mach_vm/mach_vm.h>
#include "test.h"

#define MS 1000000ull
#define TIMER_EXPIRED 90

static uint64_t
page_time(volatile const struct time_page *tp)
{
    uint32_t s, lo, hi;
    uint64_t ns;

    do {
        s = tp->tp_sequence;
        __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
        ns = tp->tp_uptime_base +
             (uint64_t)((unsigned __int128)(((uint64_t)hi << 32 | lo) -
                                            tp->tp_tsc_base) *
                            tp->tp_tsc_mult >>
                        32);
    } while ((s & 1) != 0 || s != tp->tp_sequence);
    return ns;
}

static void
test_page(void)
{
    mach_port_t entry = MACH_PORT_NULL;
    vm_address_t at = 0;
    kern_return_t kr = host_get_time_page(mach_host_self(), &entry);
    uint64_t a, b, c;
    const struct time_page *tp;

    check(kr == KERN_SUCCESS, "host_get_time_page", (uint64_t)kr);
    kr = mach_vm_map(mach_task_self(), &at, MACH_PAGE_SIZE, 0,
                     VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                     VM_PROT_READ, VM_INHERIT_SHARE);
    check(kr == KERN_SUCCESS, "mapping it", (uint64_t)kr);
    if (kr != KERN_SUCCESS) {
        return;
    }
    tp = (const struct time_page *)at;
    a = clock_uptime();
    b = page_time(tp);
    c = clock_uptime();
    check(a <= b && b <= c, "its time is the clock's", b - a);
    check(tp->tp_realtime_offset / 1000000000 > 1700000000,
          "the wall clock is after 2023",
          (uint64_t)(tp->tp_realtime_offset / 1000000000));
    mach_port_deallocate_trap(entry);
    vm_deallocate(at, MACH_PAGE_SIZE);
}

/* Timers whose next expiry is no number, or long past, keep nobody else's
 * from coming. */
static void
test_timer_range(void)
{
    static const uint64_t intervals[] = { ~0ull, ~0ull - 1, 1ull << 63,
                                          100000 };
    mach_port_t port = mach_reply_port(), timers[4];
    uint64_t start = clock_uptime();

    mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND);
    for (unsigned i = 0; i < 4; i++) {
        timers[i] = MACH_PORT_NULL;
        timer_create(mach_host_self(), port, &timers[i]);
        check(timer_arm(timers[i], start, intervals[i]) == KERN_SUCCESS,
              "an interval of any length", i);
    }
    clock_sleep(start + 20 * MS, 0);
    check(clock_uptime() - start < 500 * MS, "others' timers come in time",
          clock_uptime() - start);
    for (unsigned i = 0; i < 4; i++) {
        mach_port_deallocate_trap(timers[i]);
    }
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND, -1);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
}

static void
test_timer(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_max_trailer_t trailer;
    } m = { 0 };
    mach_port_t port = mach_reply_port(), timer = MACH_PORT_NULL;
    uint64_t start = clock_uptime();
    kern_return_t kr;

    mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND);
    kr = timer_create(mach_host_self(), port, &timer);
    check(kr == KERN_SUCCESS, "timer_create", (uint64_t)kr);
    timer_arm(timer, start + 10 * MS, 10 * MS);
    for (unsigned i = 0; i < 3 && kr == KERN_SUCCESS; i++) {
        kr = mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(m),
                      port, 1000, MACH_PORT_NULL);
    }
    check(kr == KERN_SUCCESS && m.head.msgh_id == TIMER_EXPIRED,
          "three expiries arrive", (uint64_t)kr);
    check(clock_uptime() - start >= 30 * MS, "not too early",
          clock_uptime() - start);
    timer_cancel(timer);
    mach_port_deallocate_trap(timer);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND, -1);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_RECEIVE, -1);
}

void
test_time(void)
{
    uint64_t start = clock_uptime(), end;
    uint8_t a[64], b[64];
    mach_msg_type_number_t n = sizeof(a), k = sizeof(b);

    clock_sleep(start + 30 * MS, 0);
    end = clock_uptime();
    check(end - start >= 30 * MS && end - start < 500 * MS, "clock_sleep",
          end - start);
    test_page();
    test_timer();
    test_timer_range();
    check(host_random(mach_host_self(), a, &n) == KERN_SUCCESS &&
              host_random(mach_host_self(), b, &k) == KERN_SUCCESS &&
              n == 64 && memcmp(a, b, 64) != 0,
          "random bytes differ", n);
}
