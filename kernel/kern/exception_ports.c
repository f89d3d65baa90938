/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception ports: the handlers of a thread, a task or the host, by kind.
 *
 * An array of actions belongs to its object and holds a naked send right for each
 * kind.  Setting a port makes what the object's threads need to send
 * an exception (exception_prepare()), so that this can fail and raising can't;
 * the host's handler is for all threads, and those made before it was set
 * get theirs when they need it.
 */
#include <base/string.h>
#include <ipc/ipc.h>
#include <kern/exception.h>
#include <kern/host.h>
#include <kern/task.h>
#include <mach/thread_status.h>

static bool
action_valid(uint32_t mask, const struct exception_action *a)
{
    int behavior = a->xa_behavior & ~MACH_EXCEPTION_CODES;

    if ((mask & ~EXC_MASK_ALL) != 0) {
        return false;
    }
    switch (behavior) {
    case EXCEPTION_DEFAULT:
        return true;
    case EXCEPTION_STATE:
    case EXCEPTION_STATE_IDENTITY:
        return a->xa_flavor == x86_THREAD_STATE64 ||
               a->xa_flavor == x86_FLOAT_STATE64;
    default:
        return false;
    }
}

static bool
same(const struct exception_action *a, const struct exception_action *b)
{
    return a->xa_port == b->xa_port && a->xa_behavior == b->xa_behavior &&
           a->xa_flavor == b->xa_flavor;
}

kern_return_t
exception_actions_get(const struct exception_action *actions, uint32_t mask,
                      const struct exception_list *list)
{
    const struct exception_action *kept[EXC_TYPES_COUNT];
    unsigned n = 0, at;

    if ((mask & ~EXC_MASK_ALL) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    for (unsigned i = 1; i < EXC_TYPES_COUNT; i++) {
        if ((mask & EXC_MASK(i)) == 0) {
            continue;
        }
        for (at = 0; at < n && !same(kept[at], &actions[i]); at++) {
            continue;
        }
        if (at < n) {
            list->xl_masks[at] |= EXC_MASK(i);
            continue;
        }
        kept[n] = &actions[i];
        list->xl_masks[n] = EXC_MASK(i);
        list->xl_ports[n] = ipc_port_copy_send(actions[i].xa_port);
        list->xl_behaviors[n] = actions[i].xa_behavior;
        list->xl_flavors[n] = actions[i].xa_flavor;
        n++;
    }
    for (; n < EXCEPTION_HANDLERS_MAX; n++) {
        list->xl_masks[n] = 0;
        list->xl_ports[n] = NULL;
        list->xl_behaviors[n] = 0;
        list->xl_flavors[n] = 0;
    }
    return KERN_SUCCESS;
}

/* What the owner's threads need for a handler that it gets now. */
static kern_return_t
prepare_owner(const struct exception_owner *owner)
{
    kern_return_t kr = KERN_SUCCESS;
    struct list *l;

    if (owner->xo_thread != NULL) {
        return exception_prepare(owner->xo_thread);
    }
    if (owner->xo_task != NULL) {
        list_for_each(l, &owner->xo_task->ta_threads) {
            if (kr == KERN_SUCCESS) {
                kr = exception_prepare(list_entry(l, struct thread,
                                                  th_task_link));
            }
        }
    }
    return kr;
}

kern_return_t
exception_actions_set(const struct exception_owner *owner, uint32_t mask,
                      const struct exception_action *action,
                      const struct exception_list *list)
{
    kern_return_t kr = KERN_SUCCESS;

    if (!action_valid(mask, action)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (action->xa_port != NULL) {
        kr = prepare_owner(owner);
    }
    if (kr == KERN_SUCCESS && list != NULL) {
        kr = exception_actions_get(owner->xo_actions, mask, list);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (unsigned i = 1; i < EXC_TYPES_COUNT; i++) {
        struct exception_action *a = &owner->xo_actions[i];
        struct ipc_port *old = a->xa_port;

        if (mask & EXC_MASK(i)) {
            *a = *action;
            a->xa_port = ipc_port_copy_send(action->xa_port);
            ipc_port_release_send(old);
        }
    }
    return KERN_SUCCESS;
}

void
exception_actions_copy(struct exception_action *to,
                       const struct exception_action *from)
{
    for (unsigned i = 0; i < EXC_TYPES_COUNT; i++) {
        to[i] = from[i];
        to[i].xa_port = ipc_port_copy_send(from[i].xa_port);
    }
}

void
exception_actions_release(struct exception_action *actions)
{
    for (unsigned i = 0; i < EXC_TYPES_COUNT; i++) {
        ipc_port_release_send(actions[i].xa_port);
        actions[i].xa_port = NULL;
    }
}

kern_return_t
exception_thread_start(struct thread *th)
{
    for (unsigned i = 1; i < EXC_TYPES_COUNT; i++) {
        if (th->th_task->ta_exc[i].xa_port != NULL ||
            the_host.ho_exc[i].xa_port != NULL) {
            return exception_prepare(th);
        }
    }
    return KERN_SUCCESS;
}
