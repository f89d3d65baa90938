/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive and reply_wait: the side that listens to a port or a set.
 *
 * In this order: notifications (Mach messages), signals, cancellations; then
 * callers and other messages in turn, so that neither can keep out the other.
 */
#include <base/assert.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>
#include <sched/wait.h>
#include <sync/sync_internal.h>

static kern_return_t
listen_object(struct thread *th, struct ipc_object **out)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(
        th->th_caller->ca_space, regs_sync_name(&th->th_regs), &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if ((ie_type(e) & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET))
        == 0) {
        return KERN_INVALID_RIGHT;
    }
    *out = e->ie_object;
    return KERN_SUCCESS;
}

static void
object_release(struct ipc_object *object)
{
    if (object->io_type == IOT_PORT) {
        ipc_port_release((struct ipc_port *)(void *)object);
    } else {
        ipc_pset_release((struct ipc_pset *)(void *)object);
    }
}

void
sync_listener_done(struct thread *th)
{
    struct ipc_object *object = th->th_saved.ipc.object;
    struct ipc_port *woken_for = th->th_ipc_woken_for;

    assert(th->th_ipc_wait == IPC_WAIT_LISTEN);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    th->th_ipc_woken_for = NULL;
    th->th_continuation = NULL;
    regs_set_result(&th->th_regs, KERN_SUCCESS);
    object->io_refs--; /* it is active: not the last one */
    /* A notification that the transfer caused may have come to it. */
    ipc_mqueue_pass_on(woken_for, NULL);
}

/* One word, of something that is no message. */
static kern_return_t
tell(struct thread *th, const struct ipc_port *port, uint64_t kind,
     uint64_t word)
{
    regs_set_sync_tag(&th->th_regs, kind | 1u);
    regs_set_sync_word(&th->th_regs, word);
    regs_set_sync_source(&th->th_regs, port->ip_context,
                         port->ip_object.io_name);
    return KERN_SUCCESS;
}

/* Receive from the first caller.  KERN_FAILURE: not from that one, which is
 * none any more. */
static kern_return_t
take_caller(struct thread *th, struct ipc_port *port)
{
    struct thread *caller = wait_queue_first(&port->ip_callers);
    struct ipc_entry *e =
        ipc_entry_lookup(caller->th_caller->ca_space,
                         regs_sync_name(&caller->th_regs));
    bool call = caller->th_continuation == sync_call_continue;
    kern_return_t kr;

    if (e == NULL || e->ie_port != port
        || (ie_type(e) & MACH_PORT_TYPE_SEND) == 0) {
        thread_wakeup(caller, KERN_SUCCESS); /* finds out for itself */
        return KERN_FAILURE;
    }
    kr = sync_transfer(caller, th, call ? SYNC_KIND_CALL : SYNC_KIND_SEND);
    if (kr != KERN_SUCCESS) {
        thread_wakeup(caller, kr);
        return KERN_FAILURE;
    }
    regs_set_sync_source(&th->th_regs, port->ip_context,
                         port->ip_object.io_name);
    caller->th_saved.ipc.object = NULL;
    caller->th_ipc_wait = IPC_WAIT_NONE;
    if (call) {
        list_remove(&caller->th_wait_link);
        caller->th_continuation = sync_owed_continue;
        sync_owe(caller, th);
    } else {
        caller->th_continuation = NULL;
        regs_set_result(&caller->th_regs, KERN_SUCCESS);
        thread_wakeup(caller, KERN_SUCCESS);
    }
    ipc_listen_changed(port);
    ipc_port_release(port); /* the caller's */
    return KERN_SUCCESS;
}

/* What is there but messages, at a port that has something.  KERN_FAILURE:
 * nothing after all. */
static kern_return_t
take_from(struct thread *th, struct ipc_port *port)
{
    struct list *l = list_first(&port->ip_cancels);
    uint64_t word = port->ip_signals;
    kern_return_t kr = KERN_FAILURE;

    if (word != 0) {
        port->ip_signals = 0;
        ipc_listen_changed(port);
        return tell(th, port, SYNC_KIND_SIGNAL, word);
    }
    if (l != NULL) {
        struct thread *client =
            list_entry(l, struct thread, th_sync.sy_cancel_link);

        list_remove(l);
        ipc_listen_changed(port);
        return tell(th, port, SYNC_KIND_CANCEL, client->th_sync.sy_cookie);
    }
    while (kr == KERN_FAILURE
           && !list_empty(&port->ip_callers.wq_threads)) {
        kr = take_caller(th, port);
        machine_interrupt_window();
    }
    ipc_listen_changed(port);
    return kr;
}

static struct ipc_port *
next_port(struct ipc_object *object)
{
    struct ipc_port *port = (struct ipc_port *)(void *)object;

    if (object->io_type == IOT_PSET) {
        return ipc_listen_next((struct ipc_pset *)(void *)object);
    }
    return ipc_listen_ready(port) ? port : NULL;
}

/* KERN_FAILURE: there is nothing.  *message: the port of one told of. */
static kern_return_t
take(struct thread *th, struct ipc_object *object, struct ipc_port **message)
{
    struct ipc_port *from, *port;
    const struct ipc_kmsg *k = ipc_mqueue_peek(object, &from);
    kern_return_t kr = KERN_FAILURE;

    *message = NULL;
    if (k == NULL || ((k->ikm_flags & IKM_NOTICE) == 0
                      && (object->io_turn ^= 1u) != 0)) {
        while (kr == KERN_FAILURE && (port = next_port(object)) != NULL) {
            kr = take_from(th, port);
        }
    }
    if (kr == KERN_FAILURE && ipc_mqueue_peek(object, &from) != NULL) {
        *message = from; /* which may have come only now, by an interrupt */
        return tell(th, from, SYNC_KIND_MESSAGE, 0);
    }
    return kr;
}

static kern_return_t
listen(struct thread *th, struct ipc_object *object,
       struct ipc_port **message)
{
    kern_return_t kr = take(th, object, message);

    if (kr != KERN_FAILURE) {
        return kr;
    }
    if ((regs_sync_tag(&th->th_regs) & SYNC_NOWAIT) != 0) {
        return KERN_OPERATION_TIMED_OUT;
    }
    kr = thread_wait(&object->io_listeners, sync_listen_continue,
                     sync_deadline(th), sync_wait_flags(th));
    if (kr == KERN_BLOCKED) {
        object->io_refs++;
        th->th_saved.ipc.object = object;
        th->th_ipc_wait = IPC_WAIT_LISTEN;
    }
    return kr;
}

/* Woken without having been given anything: by an end of the wait, or to
 * look. */
kern_return_t
sync_listen_continue(struct thread *th, kern_return_t result)
{
    struct ipc_object *object = th->th_saved.ipc.object, *now;
    struct ipc_port *woken_for = th->th_ipc_woken_for, *message = NULL;
    kern_return_t kr = result;

    assert(th->th_ipc_wait == IPC_WAIT_LISTEN);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    th->th_ipc_woken_for = NULL;
    if (kr == KERN_SUCCESS) {
        kr = listen_object(th, &now);
        if (kr == KERN_SUCCESS && now != object) {
            kr = KERN_INVALID_NAME;
        }
    }
    if (kr == KERN_SUCCESS) {
        kr = listen(th, object, &message);
    }
    object_release(object);
    ipc_mqueue_pass_on(woken_for, message);
    return kr;
}

/* In the trap itself: what is received at once is in th_regs, all of which
 * must be loaded. */
static kern_return_t
listen_now(struct thread *th, struct ipc_object *object)
{
    struct ipc_port *message;
    kern_return_t kr = listen(th, object, &message);

    if (kr == KERN_SUCCESS) {
        regs_set_result(&th->th_regs, kr);
        return KERN_NO_RESULT;
    }
    return kr;
}

kern_return_t
sync_receive_trap(void)
{
    struct thread *th = current_thread();
    struct ipc_object *object;
    kern_return_t kr = sync_check_tag(th);

    if (kr == KERN_SUCCESS) {
        kr = listen_object(th, &object);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    sync_drop_client(th);
    return listen_now(th, object);
}

kern_return_t
sync_reply_wait_trap(void)
{
    struct thread *th = current_thread();
    struct ipc_object *object;
    kern_return_t kr = sync_check_tag(th);

    if (kr == KERN_SUCCESS) {
        kr = listen_object(th, &object);
    }
    if (kr == KERN_SUCCESS && th->th_sync.sy_client == NULL) {
        kr = KERN_INVALID_CAPABILITY;
    }
    if (kr == KERN_SUCCESS) {
        kr = sync_answer(th);
    }
    return kr == KERN_SUCCESS ? listen_now(th, object) : kr;
}
