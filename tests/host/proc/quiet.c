/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls whose only effect would be elsewhere: they all succeed. */
#include <mach/mach.h>
#include <server/object.h>

#include <bootstrap/bootstrap.h>
#include <host/host.h>
#include <init/init.h>
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include <tty_control/tty_control.h>
#include <vfs/vfs.h>

#pragma GCC diagnostic ignored "-Wunused-parameter"

#define OK0(name, ...)                                                        \
    kern_return_t name(__VA_ARGS__)                                           \
    {                                                                         \
        return KERN_SUCCESS;                                                  \
    }

mach_port_t bootstrap_port;

OK0(bootstrap_look_up, mach_port_t b, const char *n, mach_port_t *r)
OK0(task_set_special_port, mach_port_t t, int w, mach_port_t p)
OK0(task_set_exception_ports, mach_port_t t, uint32_t m, mach_port_t p, int b)
OK0(task_set_priority, mach_port_t t, int p)
OK0(task_info, mach_port_t t, int f, uint64_t *i, mach_msg_type_number_t *n)
OK0(ledger_create, mach_port_t t, const uint64_t *l, mach_port_t *r)
OK0(ledger_info, mach_port_t l, uint64_t *u, uint64_t *m)
OK0(thread_resume, mach_port_t t)
OK0(thread_set_priority, mach_port_t t, int p)
OK0(thread_set_state, mach_port_t t, int f, const natural_t *s,
    mach_msg_type_number_t n)
OK0(mach_port_insert_right, mach_port_t t, mach_port_name_t n, mach_port_t p,
    mach_msg_type_name_t d)
OK0(mach_port_copy_space, mach_port_t t, mach_port_t s)
OK0(mach_port_mod_refs_trap, mach_port_name_t n, mach_port_right_t r,
    int32_t d)
OK0(mach_port_insert_right_trap, mach_port_name_t n, mach_port_name_t r,
    mach_msg_type_name_t d)
OK0(host_statistics, mach_port_t h, vm_statistics_t *s)
OK0(vfs_chdir, mig_handle_t s, mig_handle_t d, const char *p)
OK0(tty_session_update, mig_handle_t c, mig_handle_t s, int p, int i)
OK0(tty_leader_exit, mig_handle_t c, int s)
OK0(init_exited, mach_port_t p, int i, int s)
OK0(init_report, mach_port_t p, const char *l)

uint64_t
clock_uptime(void)
{
    static uint64_t now;

    return now += 1000;
}

void
handle_release(mig_handle_t h)
{
    (void)h;
}

mig_handle_t
component_handle(const char *component)
{
    (void)component;
    return 1;
}
