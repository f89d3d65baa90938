/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O permissions of tasks.  A clear bit allows the port.
 */
#include <base/kalloc.h>
#include <base/string.h>
#include <machine/cpu.h>
#include <machine/io.h>
#include <sched/thread.h>
#include "internal.h"

kern_return_t
machine_task_enable_ports(struct machine_task *mt, unsigned first,
                          unsigned count, struct ledger *l)
{
    if (first >= MACHINE_IO_PORTS || count > MACHINE_IO_PORTS - first) {
        return KERN_INVALID_ARGUMENT;
    }
    if (mt->mt_iobitmap == NULL) {
        mt->mt_iobitmap = kalloc(MACHINE_IO_BITMAP_SIZE, l);
        if (mt->mt_iobitmap == NULL) {
            return KERN_RESOURCE_SHORTAGE;
        }
        memset(mt->mt_iobitmap, 0xff, MACHINE_IO_BITMAP_SIZE);
    }
    for (unsigned port = first; port < first + count; port++) {
        mt->mt_iobitmap[port / 8] &= (uint8_t)~(1u << port % 8);
    }
    /* Loaded at the next switch to a thread of the task; if that is the
     * current one, now. */
    if (machine_current_thread()->th_machine_task == mt) {
        cpu_set_iobitmap(mt->mt_iobitmap);
    }
    return KERN_SUCCESS;
}

void
machine_task_destroy(struct machine_task *mt, struct ledger *l)
{
    struct cpu *c = cpu_self();

    if (mt->mt_iobitmap != NULL && c->cpu_iobitmap == mt->mt_iobitmap) {
        cpu_set_iobitmap(NULL);
    }
    kfree(mt->mt_iobitmap, MACHINE_IO_BITMAP_SIZE, l);
    mt->mt_iobitmap = NULL;
}
