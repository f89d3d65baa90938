/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pagers need of the machine: the time.
 */
#include <machine/clock.h>
#include <vm/vm_pager.h>

uint64_t
vm_pager_now(void)
{
    return clock_uptime();
}
