/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks: uptime by trap, the offset of the wall clock from the kernel's time
 * page; processor time from the task's own accounts.
 */
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <mach/mach.h>
#include <mach/task_info.h>
#include <mach/time_page.h>
#include <host/host.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include "sys.h"

static const struct time_page *
time_page(void)
{
    static const struct time_page *page;
    mach_port_t entry;
    vm_address_t at = 0;

    if (page == NULL &&
        host_get_time_page(mach_host_self(), &entry) == KERN_SUCCESS) {
        if (mach_vm_map(mach_task_self(), &at, MACH_PAGE_SIZE, 0,
                        VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                        VM_PROT_READ, VM_INHERIT_NONE) == KERN_SUCCESS) {
            page = (const struct time_page *)at;
        }
        mach_port_deallocate_trap(entry);
    }
    return page;
}

int64_t
clock_realtime(void)
{
    const struct time_page *page = time_page();
    int64_t offset = 0;
    uint32_t sequence;

    if (page != NULL) {
        do {
            sequence = page->tp_sequence;
            offset = *(const volatile int64_t *)&page->tp_realtime_offset;
        } while ((sequence & 1) != 0 || sequence != page->tp_sequence);
    }
    return (int64_t)clock_uptime() + offset;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    int64_t now = clock_realtime();

    (void)zone;
    tv->tv_sec = now / 1000000000;
    tv->tv_usec = now % 1000000000 / 1000;
    return 0;
}

clock_t
times(struct tms *t)
{
    uint64_t info[TASK_BASIC_INFO_COUNT + 57];
    mach_msg_type_number_t count = sizeof(info) / sizeof(info[0]);

    *t = (struct tms){0};
    if (task_info(mach_task_self(), TASK_BASIC_INFO, info, &count) ==
            KERN_SUCCESS &&
        count >= TASK_BASIC_INFO_COUNT) {
        t->tms_utime = (clock_t)((info[3] + info[4]) /
                                 (1000000000 / CLOCKS_PER_SEC));
    }
    return (clock_t)(clock_uptime() / (1000000000 / CLOCKS_PER_SEC));
}
