/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time page is mapped at the first use; should that fail, the uptime trap
 * is asked and the epoch is that of the boot.
 */
#include <stdbool.h>

#include <mach/mach.h>
#include <mach/time_page.h>
#include <host/host.h>
#include <mach_vm/mach_vm.h>

#include "common/clock.h"

static const struct time_page *time_page;
static bool time_page_tried;

static void
time_page_map(void)
{
    mach_port_t entry = MACH_PORT_NULL;
    vm_address_t address = 0;

    time_page_tried = true;
    if (host_get_time_page(mach_host_self(), &entry) != KERN_SUCCESS) {
        return;
    }
    if (mach_vm_map(mach_task_self(), &address, MACH_PAGE_SIZE, 0,
                    VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                    VM_PROT_READ, VM_INHERIT_NONE) == KERN_SUCCESS) {
        time_page = (const struct time_page *)address;
    }
    (void)mach_port_deallocate_trap(entry);
}

static uint64_t
tsc_read(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
    return (uint64_t)high << 32 | low;
}

static uint64_t
time_read(int64_t *offset)
{
    uint64_t ns;
    uint32_t sequence;

    if (time_page == NULL && !time_page_tried) {
        time_page_map();
    }
    if (time_page == NULL) {
        *offset = 0;
        return clock_uptime();
    }
    do {
        sequence = time_page->tp_sequence;
        __asm__ volatile("" ::: "memory");
        ns = time_page->tp_uptime_base +
             (uint64_t)((unsigned __int128)(tsc_read() -
                                            time_page->tp_tsc_base) *
                        time_page->tp_tsc_mult >> 32);
        *offset = time_page->tp_realtime_offset;
        __asm__ volatile("" ::: "memory");
    } while ((sequence & 1) != 0 || sequence != time_page->tp_sequence);
    return ns;
}

int64_t
clock_realtime(void)
{
    int64_t offset;
    uint64_t ns = time_read(&offset);

    return (int64_t)ns + offset;
}

uint64_t
clock_since_boot(void)
{
    int64_t offset;

    return time_read(&offset);
}
