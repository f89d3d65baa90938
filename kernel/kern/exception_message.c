/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception messages: which one a behavior means, and what its reply says.
 * Generated code lays them out and checks them.
 */
#include <ipc/ipc.h>
#include <kern/exc.h>
#include <kern/exception_message.h>
#include <kern/task.h>
#include <kern/thread_state.h>
#include <mach/exception.h>
#include <mach/mig_errors.h>
#include <sched/thread.h>

#define CODES 2
#define STATE_MAX 256
#define REPLY_STATE \
    (MIG_ID_exc_exception_raise_state + MIG_REPLY_DISTANCE)
#define REPLY_STATE_IDENTITY \
    (MIG_ID_exc_exception_raise_state_identity + MIG_REPLY_DISTANCE)

struct ipc_kmsg *
exception_message_prealloc(struct ledger *l)
{
    _Static_assert(MIG_SIZE_exc_exception_raise_state_identity >=
                       MIG_SIZE_exc_exception_raise &&
                   MIG_SIZE_exc_exception_raise_state_identity >=
                       MIG_SIZE_exc_exception_raise_state, "one serves all");
    return ipc_kmsg_prealloc(MIG_SIZE_exc_exception_raise_state_identity, l);
}

/* With thread and task, and perhaps the state. */
static kern_return_t
send_identity(struct thread *th, struct ipc_kmsg *k,
              const struct exception_action *a, struct ipc_port *reply,
              int exception, const uint64_t *codes, const natural_t *state,
              mach_msg_type_number_t count)
{
    struct ipc_port *thread = ipc_port_make_send(th->th_self);
    struct ipc_port *task = ipc_port_make_send(th->th_task->ta_self);
    kern_return_t kr;

    if (state != NULL) {
        kr = exception_raise_state_identity(
            a->xa_port, thread, task, exception, codes, CODES, a->xa_flavor,
            state, count, reply, k, th->th_ledger);
    } else {
        kr = exception_raise(a->xa_port, thread, task, exception, codes,
                             CODES, reply, k, th->th_ledger);
    }
    if (kr != KERN_SUCCESS) {
        ipc_port_release_send(thread);
        ipc_port_release_send(task);
    }
    return kr;
}

kern_return_t
exception_message_send(struct thread *th, struct ipc_kmsg *k,
                       const struct exception_action *a,
                       struct ipc_port *reply, int exception, uint64_t code,
                       uint64_t subcode)
{
    int behavior = a->xa_behavior & ~MACH_EXCEPTION_CODES;
    const uint64_t codes[CODES] = { code, subcode };
    mach_msg_type_number_t count = STATE_MAX;
    natural_t state[STATE_MAX];
    kern_return_t kr;

    if (behavior == EXCEPTION_DEFAULT) {
        return send_identity(th, k, a, reply, exception, codes, NULL, 0);
    }
    kr = thread_state_get(th, a->xa_flavor, state, &count);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (behavior == EXCEPTION_STATE_IDENTITY) {
        return send_identity(th, k, a, reply, exception, codes, state, count);
    }
    return exception_raise_state(a->xa_port, exception, codes, CODES,
                                 a->xa_flavor, state, count, reply, k,
                                 th->th_ledger);
}

kern_return_t
exception_message_reply(struct thread *th, const mach_msg_header_t *reply)
{
    mach_msg_type_number_t count = STATE_MAX;
    natural_t state[STATE_MAX];
    kern_return_t kr;
    int flavor;

    switch (reply->msgh_id) {
    case REPLY_STATE:
        kr = exception_raise_state_decode(reply, &flavor, state, &count);
        break;
    case REPLY_STATE_IDENTITY:
        kr = exception_raise_state_identity_decode(reply, &flavor, state,
                                                   &count);
        break;
    default:
        return exception_raise_decode(reply);
    }
    return kr == KERN_SUCCESS ? thread_state_set(th, flavor, state, count)
                              : kr;
}
