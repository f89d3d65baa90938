/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects as receivers of messages: which interface a request belongs
 * to, and what ipc must know of tasks and threads (ipc/ipc_upcall.h).
 */
#include <base/assert.h>
#include <mach/mig_types.h>
#include <kern/host.h>
#include <kern/mig_kernel.h>
#include <mach/mig_server.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <sched/thread.h>
#include <ipc/ipc_upcall.h>

extern const struct mig_subsystem serve_host_subsystem;
extern const struct mig_subsystem serve_clock_subsystem;
extern const struct mig_subsystem serve_processor_subsystem;
extern const struct mig_subsystem memory_object_control_subsystem;
extern const struct mig_subsystem mach_port_subsystem;
extern const struct mig_subsystem serve_task_subsystem;
extern const struct mig_subsystem serve_thread_subsystem;
extern const struct mig_subsystem mach_vm_subsystem;
extern const struct mig_subsystem device_subsystem;

/* Bases of kernel interfaces are multiples of this. */
#define BASE_STEP 200
#define SLOTS 26

static const struct mig_subsystem *const subsystems[SLOTS] = {
    [200 / BASE_STEP] = &serve_host_subsystem,
    [2000 / BASE_STEP] = &memory_object_control_subsystem,
    [2800 / BASE_STEP] = &serve_clock_subsystem,
    [3000 / BASE_STEP] = &serve_processor_subsystem,
    [3200 / BASE_STEP] = &mach_port_subsystem,
    [3400 / BASE_STEP] = &serve_task_subsystem,
    [3600 / BASE_STEP] = &serve_thread_subsystem,
    [4800 / BASE_STEP] = &mach_vm_subsystem,
    [5000 / BASE_STEP] = &device_subsystem,
};

static void
refuse(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    (void)request;
    mig_set_return(reply, MIG_BAD_ID);
}

/* Of the ids that no interface has. */
static const struct mig_routine unknown = {
    .stub = refuse,
    .max_reply_size = sizeof(mig_reply_error_t),
};

const struct mig_routine *
ipc_upcall_routine(mach_msg_id_t id)
{
    const struct mig_subsystem *s;

    if ((uint32_t)id >= SLOTS * BASE_STEP) {
        return &unknown;
    }
    s = subsystems[(uint32_t)id / BASE_STEP];
    if (s == NULL || id < s->start || id >= s->end
        || s->routine[id - s->start].stub == 0) {
        return &unknown;
    }
    return &s->routine[id - s->start];
}

void
ipc_upcall_caller(const struct thread *th, struct ipc_caller *out)
{
    *out = *th->th_caller;
}

struct ipc_port *
ipc_upcall_borrowed(struct thread *th, mach_port_name_t name)
{
    const struct task *t = th->th_task;

    switch (name) {
    case MACH_PORT_TASK_SELF:
        return t->ta_sself != NULL ? t->ta_sself : t->ta_self;
    case MACH_PORT_THREAD_SELF:
        return th->th_sself != NULL ? th->th_sself : th->th_self;
    default:
        return t->ta_host != NULL ? t->ta_host : the_host.ho_self;
    }
}

/* Nobody can name the ledger any more. */
static void
ledger_no_senders(void *object)
{
    struct ledger *l = object;
    struct ipc_port *port = l->le_port;

    l->le_port = NULL;
    ipc_kobject_destroy(port);
    ledger_release(l);
}

void
ipc_upcall_setup(void)
{
    ipc_kobject_set_no_senders(IKOT_LEDGER, ledger_no_senders);
}
