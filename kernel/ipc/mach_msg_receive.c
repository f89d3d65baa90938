/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The receive half of the mach_msg trap, and what a dying thread gives up.
 */
#include <base/assert.h>
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

static __attribute__((noinline)) kern_return_t
receive_wait(struct mach_msg_call *c, struct ipc_object *object)
{
    struct thread *th = c->mc_thread;
    unsigned flags = WAIT_ABORTABLE;
    kern_return_t kr;

    if ((c->mc_option & MACH_RCV_TIMEOUT) != 0 && c->mc_timeout == 0) {
        return MACH_RCV_TIMED_OUT;
    }
    if ((c->mc_option & MACH_RCV_INTERRUPT) != 0) {
        flags |= WAIT_INTERRUPTIBLE;
    }
    object->io_refs++;
    th->th_saved.ipc.object = object;
    th->th_ipc_wait = IPC_WAIT_RECEIVE;
    kr = thread_wait(&object->io_receivers, mach_msg_receive_continue,
                     (c->mc_option & MACH_RCV_TIMEOUT) == 0
                         ? WAIT_FOREVER
                         : mach_msg_deadline(c, MACH_RCV_TIMEOUT),
                     flags);
    if (kr != KERN_BLOCKED) {
        th->th_saved.ipc.object = NULL;
        th->th_ipc_wait = IPC_WAIT_NONE;
        object_release(object);
        kr = receive_wait_error(kr);
    }
    return kr;
}

/* What the object has now, or wait for it. */
static kern_return_t
receive_from(struct mach_msg_call *c, struct ipc_object *object)
{
    struct ipc_port *from;
    struct ipc_kmsg *k = ipc_mqueue_peek(object, &from);
    kern_return_t kr;

    if (k == NULL) {
        return receive_wait(c, object);
    }
    kr = ipc_kmsg_deliver(k, from, &c->mc_receive);
    if (kr == KERN_SUCCESS) {
        c->mc_from = from;
    }
    return kr;
}

kern_return_t
mach_msg_receive_continue(struct thread *th, kern_return_t result)
{
    struct ipc_object *object = th->th_saved.ipc.object;
    struct ipc_port *woken_for = th->th_ipc_woken_for;
    struct mach_msg_call c;
    kern_return_t kr;

    assert(th->th_ipc_wait == IPC_WAIT_RECEIVE);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    th->th_ipc_woken_for = NULL;
    mach_msg_call_again(&c, th);
    if (result != KERN_SUCCESS) {
        kr = receive_wait_error(result);
    } else if (!object->io_active) {
        kr = MACH_RCV_PORT_DIED;
    } else if (receive_object(c.mc_caller->ca_space, c.mc_rcv_name)
               != object) {
        kr = MACH_RCV_PORT_CHANGED;
    } else {
        kr = receive_from(&c, object);
    }
    object_release(object);
    ipc_mqueue_pass_on(woken_for, c.mc_from);
    if (kr != KERN_BLOCKED) {
        th->th_trap_deadline = 0;
    }
    return kr;
}

kern_return_t
mach_msg_receive(struct mach_msg_call *c)
{
    struct ipc_object *object;

    if (GET_RCV_ELEMENTS(c->mc_option) > MACH_RCV_TRAILER_CTX
        || GET_RCV_TRAILER_TYPE(c->mc_option) != MACH_MSG_TRAILER_FORMAT_0) {
        return MACH_RCV_INVALID_TRAILER;
    }
    object = receive_object(c->mc_caller->ca_space, c->mc_rcv_name);
    return object == NULL ? MACH_RCV_INVALID_NAME : receive_from(c, object);
}

void
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
