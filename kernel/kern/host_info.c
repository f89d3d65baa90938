/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about the host: the flavours of <mach/host_info.h>, and the slabs.
 */
#include <base/kalloc.h>
#include <base/page_alloc.h>
#include <base/string.h>
#include <kern/host.h>
#include <kern/host_server.h>
#include <kern/mig_kernel.h>
#include <mach/time_page.h>
#include <sched/sched.h>

#define MS 1000000ull

kern_return_t
serve_host_info(host_ref_t host, int flavor, uint64_t *info,
                mach_msg_type_number_t *count)
{
    mach_msg_type_number_t n;

    switch (flavor) {
    case HOST_BASIC_INFO:
        n = HOST_BASIC_INFO_COUNT;
        break;
    case HOST_PROCESSOR_SLOTS:
        n = HOST_PROCESSOR_SLOTS_COUNT;
        break;
    case HOST_SCHED_INFO:
        n = HOST_SCHED_INFO_COUNT;
        break;
    case HOST_LOAD_INFO:
        n = HOST_LOAD_INFO_COUNT;
        break;
    default:
        return KERN_INVALID_ARGUMENT;
    }
    if (*count < n) {
        return KERN_INVALID_ARGUMENT;
    }
    *count = n;
    switch (flavor) {
    case HOST_BASIC_INFO:
        info[0] = 1;
        info[1] = 1;
        info[2] = phys_total_count() * MACH_PAGE_SIZE;
        info[3] = CPU_TYPE_X86_64;
        info[4] = MACH_PAGE_SIZE;
        info[5] = host->ho_time->tp_tsc_hz;
        break;
    case HOST_PROCESSOR_SLOTS:
        info[0] = 0;
        break;
    case HOST_SCHED_INFO:
        info[0] = MS;
        info[1] = SCHED_TICK * SCHED_SLICE;
        break;
    default:
        sched_load(info, info + SCHED_LOADS);
        break;
    }
    return KERN_SUCCESS;
}

kern_return_t
serve_host_slab_info(host_ref_t host, slab_info_t *slabs,
                     mach_msg_type_number_t *count)
{
    unsigned n = 0;

    (void)host;
    while (n < *count && kalloc_class_info(n, &slabs[n])) {
        n++;
    }
    *count = n;
    return KERN_SUCCESS;
}
