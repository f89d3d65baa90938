/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receive half of the mach_msg trap, and what a dying thread gives up.
 */
#include <base/assert.h>
#include <base/compiler.h>
#include <sched/thread.h>
#include <sched/wait.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_msg.h>

static inline void
object_release(struct ipc_object *object)
{
    if (object->io_refs > 1) {
        object->io_refs--;
    } else if (object->io_type == IOT_PORT) {
        ipc_port_release((struct ipc_port *)(void *)object);
    } else {
        ipc_pset_release((struct ipc_pset *)(void *)object);
    }
}

/* The port or set that is named to be received from; NULL: none is. */
static inline struct ipc_object *
receive_object(struct ipc_space *s, mach_port_name_t name)
{
    struct ipc_entry *e;

    /* No name is at the index that null and dead names have. */
    if (!s->is_active || (e = ipc_entry_lookup(s, name)) == NULL
        || (e->ie_bits & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
               == 0) {
        return NULL;
    }
    return e->ie_object;
}

static kern_return_t
receive_wait_error(kern_return_t kr)
{
    return kr == KERN_OPERATION_TIMED_OUT ? MACH_RCV_TIMED_OUT
                                          : MACH_RCV_INTERRUPTED;
}

/* The wait has not begun. */
static __attribute__((noinline)) kern_return_t
receive_no_wait(struct thread *th, struct ipc_object *object,
                kern_return_t kr)
{
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    object_release(object);
    return receive_wait_error(kr);
}

static inline kern_return_t
receive_wait(struct thread *th, struct ipc_object *object)
{
    mach_msg_option_t option = mach_msg_option(th);
    uint64_t deadline = WAIT_FOREVER;
    kern_return_t kr;

    if ((option & MACH_RCV_TIMEOUT) != 0) {
        if (mach_msg_timeout(th) == 0) {
            return MACH_RCV_TIMED_OUT;
        }
        deadline = mach_msg_deadline(th, MACH_RCV_TIMEOUT);
    }
    object->io_refs++;
    th->th_saved.ipc.object = object;
    th->th_ipc_wait = IPC_WAIT_RECEIVE;
    kr = thread_wait(&object->io_receivers, mach_msg_receive_continue,
                     deadline, (option & MACH_RCV_INTERRUPT) | WAIT_ABORTABLE);
    return kr == KERN_BLOCKED ? kr : receive_no_wait(th, object, kr);
}

/* There was a message when the thread was woken, but not any more. */
static COLD kern_return_t
receive_wait_again(struct thread *th, struct ipc_object *object)
{
    return receive_wait(th, object);
}

/* Woken for a message of an object that its space may have no more. */
static inline kern_return_t
receive_woken(struct thread *th, struct ipc_object *object,
              struct ipc_port **from)
{
    const struct ipc_space *s = th->th_caller->ca_space;
    struct ipc_kmsg *k;
    kern_return_t kr;

    if (object->io_space != s || object->io_name != mach_msg_rcv_name(th)
        || !s->is_active) {
        return object->io_active ? MACH_RCV_PORT_CHANGED
                                 : MACH_RCV_PORT_DIED;
    }
    k = ipc_mqueue_peek(object, from);
    if (k == NULL) {
        *from = NULL;
        return receive_wait_again(th, object);
    }
    kr = ipc_kmsg_deliver(k, *from, th);
    if (kr != KERN_SUCCESS) {
        *from = NULL;
    }
    return kr;
}

kern_return_t
mach_msg_receive_continue(struct thread *th, kern_return_t result)
{
    struct ipc_object *object = th->th_saved.ipc.object;
    struct ipc_port *woken_for = th->th_ipc_woken_for, *from = NULL;
    kern_return_t kr;

    assert(th->th_ipc_wait == IPC_WAIT_RECEIVE);
    mach_msg_sent(th);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    th->th_ipc_woken_for = NULL;
    kr = result == KERN_SUCCESS ? receive_woken(th, object, &from)
                                : receive_wait_error(result);
    object_release(object);
    ipc_mqueue_pass_on(woken_for, from);
    if (kr != KERN_BLOCKED) {
        th->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_receive(struct thread *th)
{
    mach_msg_option_t option = mach_msg_option(th);
    struct ipc_object *object;
    struct ipc_port *from;
    struct ipc_kmsg *k;

    if (option > MACH_MSG_OPTION_LAST) {
        return MACH_RCV_INVALID_TRAILER;
    }
    object = receive_object(th->th_caller->ca_space, mach_msg_rcv_name(th));
    if (object == NULL) {
        return MACH_RCV_INVALID_NAME;
    }
    mach_msg_place_by(th, option);
    k = ipc_mqueue_peek(object, &from);
    return k == NULL ? receive_wait(th, object)
                     : ipc_kmsg_deliver(k, from, th);
}

COLD void
ipc_thread_abandon(struct thread *th)
{
    struct ipc_object *object = th->th_saved.ipc.object;
    unsigned wait = th->th_ipc_wait;
    struct ipc_port *woken_for = th->th_ipc_woken_for;
    struct ipc_kmsg *request = th->th_request;

    th->th_request = NULL;
    th->th_ipc_woken_for = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    if (request != NULL) {
        ipc_kmsg_destroy(request);
    }
    if (wait == IPC_WAIT_NONE) {
        return;
    }
    th->th_saved.ipc.object = NULL;
    if (wait == IPC_WAIT_RECEIVE || wait == IPC_WAIT_LISTEN) {
        ipc_mqueue_pass_on(woken_for, NULL);
    } else if (wait == IPC_WAIT_SLOT) {
        ipc_mqueue_release_slot((struct ipc_port *)(void *)object);
    }
    object_release(object);
}
