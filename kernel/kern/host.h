/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host: its two ports, the clock and the time page.
 */
#ifndef KERN_HOST_H
#define KERN_HOST_H

#include <stdint.h>
#include <base/codes.h>
#include <sched/thread.h>

struct ipc_port;
struct time_page;
struct task;

/* What IKOT_HOST and IKOT_HOST_PRIV ports stand for. */
struct host {
    struct time_page *ho_time;  /* I: the time page */
    uint64_t ho_time_phys;      /* I */
    struct ipc_port *ho_self;   /* I: the unprivileged port */
    struct ipc_port *ho_priv;   /* I: the privileged port */
    struct ipc_port *ho_new_task; /* K: is told of tasks: a naked send right,
                                     or NULL */
    struct exception_action ho_exc[EXC_TYPES_COUNT]; /* K: by EXC_* */
};
extern struct host the_host;

void host_clock_setup(void); /* the clock runs from here on */
void host_setup(void);       /* the ports */
/* Those who asked for it hear of a new task; KERN_RESOURCE_SHORTAGE: they
 * can't (charged to its parent).  Then it must not live. */
kern_return_t host_tell_new_task(struct task *t, struct task *parent);
void processor_ports_setup(void); /* processor_server.c */
/* Naked send rights to all active tasks, for a reply. */
kern_return_t processor_set_all_tasks(struct ipc_port ***tasks,
                                      uint32_t *count);
struct ipc_port *host_port(void);      /* a naked send right */
struct ipc_port *host_priv_port(void); /* a naked send right */

/* Timer ports (timer_port.c): kernel objects that send a message. */
void timer_port_setup(void);
/* notify: borrowed send right; *port: a naked send right. */
kern_return_t timer_port_create(struct ipc_port *notify,
                                struct ipc_port **port);
kern_return_t timer_port_arm(struct ipc_port *port, uint64_t deadline,
                             uint64_t interval);
kern_return_t timer_port_cancel(struct ipc_port *port);

#endif
