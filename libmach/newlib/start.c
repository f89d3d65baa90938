/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start and end of a program with newlib.  A task that ends takes its memory,
 * its rights and its threads with it.
 */
#include <stdlib.h>
#include <unistd.h>
#include <mach/mach.h>
#include <mach/task_info.h>
#include <task/task.h>
#include "sys.h"

mach_port_t bootstrap_port;
struct boot_info *boot_info;

int main(int argc, char **argv);
void __libc_init_array(void);

_Noreturn void
__polymach_start(struct boot_info *info)
{
    static char name[] = "server";
    static char *argv[] = {name, NULL};

    boot_info = info;
    if (info == NULL &&
        task_get_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT,
                              &bootstrap_port) != KERN_SUCCESS) {
        bootstrap_port = MACH_PORT_NULL;
    }
    __libc_init_array();
    exit(main(1, argv));
}

void
_exit(int status)
{
    if (status != 0) {
        mach_printf("server exits with status %d\n", status);
    }
    for (;;) {
        task_terminate(mach_task_self());
        thread_exit_trap(0, 0, MACH_PORT_NULL, NULL);
    }
}
