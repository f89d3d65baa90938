/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vm asks of the roof: the current task's map.
 */
#include <kern/task.h>
#include <machine/cpu.h>
#include <sched/thread.h>
#include <vm/vm_user.h>

struct vm_map *
vm_current_map(void)
{
    return machine_current_thread()->th_task->ta_map;
}
