/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The right to reply: who is owed an answer, by whom, and what becomes of it.
 *
 * It is implicit in the callee thread until it is saved.  A saved one is the
 * send-once right of a kernel reply port whose argument is the caller, so that
 * it has a name, can be sent on, and is reported when it is destroyed.  A
 * caller that goes takes the port along: the name is a dead one then.
 */
#include <base/assert.h>
#include <base/string.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_upcall.h>
#include <sched/wait.h>
#include <sync/sync_internal.h>

static bool
is_owed(const struct thread *client)
{
    return client->th_sync.sy_holder != NULL
           || client->th_sync.sy_reply != NULL;
}

static void
cancel_forget(struct thread *client)
{
    struct sync_thread *sy = &client->th_sync;
    struct ipc_port *port = sy->sy_cancel;

    sy->sy_cancelled = false;
    if (port != NULL) {
        sy->sy_cancel = NULL;
        list_remove(&sy->sy_cancel_link);
        ipc_listen_changed(port);
        ipc_port_release(port);
    }
}

void
sync_settle(struct thread *client)
{
    struct sync_thread *sy = &client->th_sync;
    struct ipc_port *reply = sy->sy_reply;

    if (sy->sy_holder != NULL) {
        sy->sy_holder->th_sync.sy_client = NULL;
        sy->sy_holder = NULL;
    }
    cancel_forget(client);
    if (reply != NULL) {
        sy->sy_reply = NULL;
        ipc_kernel_reply_destroy(reply);
    }
}

/* The right is destroyed unused. */
static void
drop(struct thread *client)
{
    sync_settle(client);
    client->th_wait_result = KERN_TERMINATED; /* if it is woken already */
    thread_wakeup(client, KERN_TERMINATED);
}

void
sync_drop_client(struct thread *holder)
{
    if (holder->th_sync.sy_client != NULL) {
        drop(holder->th_sync.sy_client);
    }
}

void
sync_answered(struct thread *client)
{
    sync_settle(client);
    regs_set_result(&client->th_regs, KERN_SUCCESS);
    /* If it was woken already, it is too late for what woke it. */
    client->th_continuation = NULL;
    thread_wakeup_handoff(client, KERN_SUCCESS);
}

/* The right that a message for client carries, if it can have it.  False: it
 * can't, or there is something else. */
static bool
take_right(struct thread *client, const mach_msg_header_t *h)
{
    struct ipc_space *s = client->th_caller->ca_space;
    struct sync_buffer *b = client->th_sync.sy_buffer;
    char *d = (char *)(uintptr_t)(h + 1) + sizeof(mach_msg_body_t);
    const mach_msg_body_t *body = (const void *)(h + 1);
    mach_msg_port_descriptor_t port;

    if (body->msgh_descriptor_count != 1
        || ipc_desc_type(d) != MACH_MSG_PORT_DESCRIPTOR || b == NULL
        || (regs_sync_tag(&client->th_regs) & SYNC_TAKE_RIGHT) == 0) {
        return false;
    }
    memcpy(&port, d, sizeof(port));
    if (port.disposition == MACH_MSG_TYPE_PORT_RECEIVE
        || ipc_entry_reserve(s, 1) != KERN_SUCCESS) {
        return false;
    }
    b->sb_right = ipc_right_copyout(s, ipc_desc_get(d), port.disposition);
    b->sb_disposition = port.disposition;
    ipc_desc_set(d, NULL); /* the message holds it no more */
    return true;
}

/*
 * A Mach message to a saved right is the answer: its id the label, what is
 * behind its header the words (SYNC_MESSAGE_*).  False: it doesn't fit.
 */
static bool
answer_by_message(struct thread *client, const mach_msg_header_t *h)
{
    struct sync_buffer *b = client->th_sync.sy_buffer;
    uint32_t size = h->msgh_size - (uint32_t)sizeof(*h);
    unsigned count = (size + 7) / 8;
    uint64_t words[SYNC_REGISTERS] = { 0 }, tag;

    if (count > SYNC_WORDS || (count > SYNC_REGISTERS && b == NULL)
        || ((h->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0
            && !take_right(client, h))) {
        return false;
    }
    memcpy(words, h + 1, size < sizeof(words) ? size : sizeof(words));
    if ((h->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        memset((char *)words + sizeof(mach_msg_body_t), 0,
               sizeof(mach_msg_port_descriptor_t)); /* a kernel address */
    }
    regs_set_sync_words(&client->th_regs, words);
    if (count > SYNC_REGISTERS) {
        b->sb_words[count - SYNC_REGISTERS - 1] = 0; /* the last one's end */
        memcpy(b->sb_words, (const char *)(h + 1) + sizeof(words),
               size - sizeof(words));
    }
    tag = SYNC_TAG((uint32_t)h->msgh_id, count);
    tag |= (size & 4) != 0 ? SYNC_TAG(SYNC_MESSAGE_HALF, 0) : 0;
    tag |= (h->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ? SYNC_RIGHT : 0;
    regs_set_sync_tag(&client->th_regs, tag);
    return true;
}

/* A message to a saved right, or its end. */
static void
saved_used(void *arg, const mach_msg_header_t *message)
{
    if (message != NULL && answer_by_message(arg, message)) {
        sync_answered(arg);
    } else {
        drop(arg);
    }
}

struct thread *
sync_saved_client(const struct ipc_port *port)
{
    return ip_active(port) && port->ip_state == IPS_KERNEL
                   && port->ip_reply == saved_used
               ? port->ip_kobject
               : NULL;
}

kern_return_t
sync_answer(struct thread *th)
{
    struct thread *client = th->th_sync.sy_client;
    kern_return_t kr = sync_transfer(th, client, SYNC_KIND_SEND);

    if (kr == KERN_SUCCESS) {
        sync_answered(client);
    }
    return kr;
}

/* Tell the holder of a saved right; of one that is not, when it is saved. */
static void
cancel(struct thread *client)
{
    struct sync_thread *sy = &client->th_sync;

    sy->sy_cancelled = true;
    if (sy->sy_cancel != NULL && ip_active(sy->sy_cancel)
        && list_empty(&sy->sy_cancel_link)) {
        struct thread *listener;

        list_push_back(&sy->sy_cancel->ip_cancels, &sy->sy_cancel_link);
        ipc_listen_changed(sy->sy_cancel);
        listener = ipc_listener(sy->sy_cancel);
        if (listener != NULL) {
            thread_wakeup(listener, KERN_SUCCESS); /* it looks for itself */
        }
    }
}

kern_return_t
sync_await(struct thread *th)
{
    kern_return_t kr = thread_wait(NULL, sync_owed_continue,
                                   sync_deadline(th), sync_wait_flags(th));

    return kr == KERN_BLOCKED ? kr : sync_owed_continue(th, kr);
}

kern_return_t
sync_owed_continue(struct thread *th, kern_return_t result)
{
    if (!is_owed(th)) {
        return result;
    }
    if (result == KERN_OPERATION_TIMED_OUT
        || (th->th_ast & AST_TERMINATE) != 0) {
        sync_settle(th);
        return result;
    }
    cancel(th);
    return sync_await(th); /* what ended the wait is latched no more */
}

/* The port that cancellations are told at; 0: none. */
static kern_return_t
cancel_port(struct ipc_space *s, mach_port_name_t name,
            struct ipc_port **out)
{
    *out = NULL;
    return name == MACH_PORT_NULL
               ? KERN_SUCCESS
               : ipc_right_lookup_receive(s, name, out);
}

kern_return_t
sync_save_reply_trap(mach_port_name_t notify, uint64_t cookie)
{
    struct thread *th = current_thread();
    const struct ipc_caller *c = th->th_caller;
    struct thread *client = th->th_sync.sy_client;
    struct ipc_port *port, *reply;
    mach_port_name_t name;
    kern_return_t kr = cancel_port(c->ca_space, notify, &port);

    if (kr == KERN_SUCCESS && client == NULL) {
        kr = KERN_INVALID_CAPABILITY;
    }
    if (kr == KERN_SUCCESS) {
        kr = ipc_entry_reserve(c->ca_space, 1);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    reply = ipc_kernel_reply_port(saved_used, client, c->ca_ledger);
    if (reply == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    /* ---- point of no return ---- */
    name = ipc_right_copyout(c->ca_space, ipc_kernel_reply_arm(reply),
                             MACH_MSG_TYPE_PORT_SEND_ONCE);
    th->th_sync.sy_client = NULL;
    client->th_sync.sy_holder = NULL;
    client->th_sync.sy_reply = reply;
    client->th_sync.sy_cookie = cookie;
    client->th_sync.sy_cancel = port;
    ipc_port_reference(port);
    if (client->th_sync.sy_cancelled) {
        cancel(client);
    }
    regs_set_result2(&th->th_regs, name);
    return KERN_SUCCESS;
}

void
sync_thread_exit(struct thread *th)
{
    sync_drop_client(th);
    sync_settle(th);
    sync_buffer_release(th);
}
