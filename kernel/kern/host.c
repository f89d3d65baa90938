/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's ports and the clock's set-up (see host.h).
 */
#include <base/page_alloc.h>
#include <base/panic.h>
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/clock.h>
#include <kern/host.h>
#include <mach/time_page.h>
#include <sched/sched.h>
#include <machine/clock.h>
#include <machine/pmap.h>

struct host the_host;

void
host_clock_setup(void)
{
    the_host.ho_time_phys = phys_alloc(0);
    if (the_host.ho_time_phys == 0) {
        panic("no memory for the time page");
    }
    the_host.ho_time = phys_to_virt(the_host.ho_time_phys);
    memset(the_host.ho_time, 0, MACH_PAGE_SIZE);
    clock_machine_setup(the_host.ho_time, sched_tick);
}

void
host_setup(void)
{
    the_host.ho_self = ipc_kobject_port(IKOT_HOST, &the_host, &ledger_root);
    the_host.ho_priv =
        ipc_kobject_port(IKOT_HOST_PRIV, &the_host, &ledger_root);
    if (the_host.ho_self == NULL || the_host.ho_priv == NULL) {
        panic("no memory for the host's ports");
    }
    processor_ports_setup();
    clock_ports_setup();
    timer_port_setup();
}

struct ipc_port *
host_port(void)
{
    return ipc_port_make_send(the_host.ho_self);
}

struct ipc_port *
host_priv_port(void)
{
    return ipc_port_make_send(the_host.ho_priv);
}
