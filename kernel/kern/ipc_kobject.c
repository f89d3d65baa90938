/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects as receivers of messages: which interface a request belongs
 * to, and what ipc must know of tasks and threads (ipc/ipc_upcall.h).
 *
 * A routine waits by returning KERN_BLOCKED with the thread on a wait queue;
 * that the thread waits is what is looked at, because a generated stub of
 * a simpleroutine doesn't tell what its routine returned.
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

/* NULL: no interface has this id. */
static const struct mig_routine *
routine_of(mach_msg_id_t id)
{
    const struct mig_subsystem *s;

    if (id < 0 || id >= SLOTS * BASE_STEP) {
        return NULL;
    }
    s = subsystems[id / BASE_STEP];
    if (s == NULL || id < s->start || id >= s->end
        || s->routine[id - s->start].stub == 0) {
        return NULL;
    }
    return &s->routine[id - s->start];
}

mach_msg_size_t
ipc_upcall_reply_size(const mach_msg_header_t *request)
{
    const struct mig_routine *r = routine_of(request->msgh_id);

    return r == NULL || r->max_reply_size < sizeof(mig_reply_error_t)
               ? sizeof(mig_reply_error_t)
               : r->max_reply_size;
}

kern_return_t
ipc_upcall_serve(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    const struct mig_routine *r = routine_of(request->msgh_id);
    const mig_reply_error_t *error = (const mig_reply_error_t *)(void *)reply;

    mig_reply_header(request, reply);
    if (r == NULL) {
        mig_set_return(reply, MIG_BAD_ID);
        return KERN_SUCCESS;
    }
    mig_kern_serving(request);
    r->stub(request, reply);
    mig_kern_serving(NULL);
    if (machine_current_thread()->th_state == TH_WAITING) {
        return KERN_BLOCKED;
    }
    if ((reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        assert(error->RetCode != KERN_BLOCKED);
        if (error->RetCode == MIG_NO_REPLY) {
            return MIG_NO_REPLY;
        }
    }
    return KERN_SUCCESS;
}

void
ipc_upcall_reply_error(const mach_msg_header_t *request,
                       mach_msg_header_t *reply, kern_return_t code)
{
    mig_reply_header(request, reply);
    mig_set_return(reply, code);
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
