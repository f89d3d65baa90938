/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Call, send and notify: the side that goes to a port.
 */
#include <base/assert.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>
#include <sched/wait.h>
#include <sync/sync_internal.h>

static kern_return_t sync_send_continue(struct thread *th,
                                        kern_return_t result);

/* The live port, borrowed, to which th names a send right; or a send-once
 * right, when *sonce is asked for. */
static kern_return_t
destination(struct thread *th, struct ipc_port **out, bool *sonce)
{
    struct ipc_entry *e;
    kern_return_t kr = ipc_right_lookup(
        th->th_caller->ca_space, regs_sync_name(&th->th_regs), &e);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ie_type(e) == MACH_PORT_TYPE_DEAD_NAME) {
        return KERN_INVALID_CAPABILITY;
    }
    if (sonce != NULL) {
        *sonce = ie_type(e) == MACH_PORT_TYPE_SEND_ONCE;
    }
    if ((ie_type(e) & MACH_PORT_TYPE_SEND) == 0
        && (sonce == NULL || !*sonce)) {
        return KERN_INVALID_RIGHT;
    }
    *out = e->ie_port;
    return KERN_SUCCESS;
}

/* What comes to port has been transferred to listener. */
static void
deliver(struct thread *listener, const struct ipc_port *port)
{
    regs_set_sync_source(&listener->th_regs, port->ip_context,
                         port->ip_object.io_name);
    sync_listener_done(listener);
    thread_wakeup_handoff(listener, KERN_SUCCESS);
}

kern_return_t
sync_called(struct thread *th, struct thread *listener,
            const struct ipc_port *port)
{
    deliver(listener, port);
    sync_owe(th, listener);
    return sync_await(th);
}

/* Nobody listens. */
static kern_return_t
wait_for_listener(struct thread *th, struct ipc_port *port, bool call)
{
    kern_return_t kr;

    if ((regs_sync_tag(&th->th_regs) & SYNC_NOWAIT) != 0) {
        return KERN_OPERATION_TIMED_OUT;
    }
    kr = thread_wait(&port->ip_callers,
                     call ? sync_call_continue : sync_send_continue,
                     sync_deadline(th), sync_wait_flags(th));
    if (kr == KERN_BLOCKED) {
        ipc_port_reference(port);
        th->th_saved.ipc.object = port;
        th->th_ipc_wait = IPC_WAIT_CALL;
        ipc_listen_changed(port);
    }
    return kr;
}

static kern_return_t
send_to(struct thread *th, struct ipc_port *port, bool call)
{
    struct thread *listener;
    kern_return_t kr = sync_check_tag(th);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (port->ip_state == IPS_KERNEL) {
        return KERN_INVALID_RIGHT; /* takes messages only */
    }
    listener = ipc_listener(port);
    if (listener == NULL) {
        return wait_for_listener(th, port, call);
    }
    kr = sync_transfer(th, listener, call ? SYNC_KIND_CALL : SYNC_KIND_SEND);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (call) {
        return sync_called(th, listener, port);
    }
    deliver(listener, port);
    return KERN_SUCCESS;
}

/* The wait for a listener is over: received (then it goes on elsewhere, or is
 * done), refused, or to look again. */
static kern_return_t
send_continue(struct thread *th, kern_return_t result, bool call)
{
    struct ipc_port *port = th->th_saved.ipc.object;
    kern_return_t kr = result;

    assert(th->th_ipc_wait == IPC_WAIT_CALL);
    th->th_saved.ipc.object = NULL;
    th->th_ipc_wait = IPC_WAIT_NONE;
    ipc_listen_changed(port);
    ipc_port_release(port);
    if (kr == KERN_SUCCESS) {
        kr = destination(th, &port, NULL);
    }
    return kr == KERN_SUCCESS ? send_to(th, port, call) : kr;
}

static kern_return_t
sync_send_continue(struct thread *th, kern_return_t result)
{
    return send_continue(th, result, false);
}

kern_return_t
sync_call_continue(struct thread *th, kern_return_t result)
{
    return send_continue(th, result, true);
}

kern_return_t
sync_call_trap(void)
{
    struct thread *th = current_thread();
    struct ipc_port *port;
    kern_return_t kr = destination(th, &port, NULL);

    return kr == KERN_SUCCESS ? send_to(th, port, true) : kr;
}

/* Through a saved right, which is used up. */
static kern_return_t
reply_to(struct thread *th, struct ipc_port *port)
{
    struct ipc_space *s = th->th_caller->ca_space;
    mach_port_name_t name = regs_sync_name(&th->th_regs);
    struct thread *client = sync_saved_client(port);
    kern_return_t kr;

    if (client == NULL) {
        return KERN_INVALID_RIGHT;
    }
    /* Claimed, so that it isn't what the answer carries. */
    kr = ipc_right_claim(s, name, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    if (kr == KERN_SUCCESS) {
        kr = sync_transfer(th, client, SYNC_KIND_SEND);
        ipc_right_unclaim(s, name, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    }
    if (kr == KERN_SUCCESS) {
        (void)ipc_right_copyin(s, name, MACH_MSG_TYPE_MOVE_SEND_ONCE);
        sync_answered(client);
        ipc_port_consume_right(port, MACH_MSG_TYPE_PORT_SEND_ONCE);
    }
    return kr;
}

kern_return_t
sync_send_trap(mach_port_name_t name)
{
    struct thread *th = current_thread();
    struct ipc_port *port;
    bool sonce;
    kern_return_t kr;

    if (name == MACH_PORT_NULL) {
        return th->th_sync.sy_client != NULL ? sync_answer(th)
                                             : KERN_INVALID_CAPABILITY;
    }
    kr = destination(th, &port, &sonce);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return sonce ? reply_to(th, port) : send_to(th, port, false);
}

kern_return_t
sync_notify_trap(mach_port_name_t name, uint64_t bits)
{
    struct thread *listener;
    struct ipc_port *port;
    kern_return_t kr = destination(current_thread(), &port, NULL);

    (void)name; /* as all of them find it */
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (port->ip_state == IPS_KERNEL) {
        return KERN_INVALID_RIGHT;
    }
    port->ip_signals |= bits;
    if (port->ip_signals != 0) {
        ipc_listen_changed(port);
        listener = ipc_listener(port);
        if (listener != NULL) {
            thread_wakeup(listener, KERN_SUCCESS); /* it looks for itself */
        }
    }
    return KERN_SUCCESS;
}
