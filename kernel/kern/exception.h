/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: whom they go to (exception.c).
 */
#ifndef KERN_EXCEPTION_H
#define KERN_EXCEPTION_H

#include <stdint.h>
#include <base/codes.h>

struct ipc_port;
struct task;
struct thread;

/*
 * The current thread met an exception: to its emulator, its exception port,
 * its task's, the host's, in this order; when none takes it the task is terminated and
 * the log says so.  The thread may be waiting afterwards.
 */
void exception_raise_current(struct thread *th, int exception, uint64_t code,
                             uint64_t subcode, uint64_t error);

/* ---- exception_ports.c: arrays of EXC_TYPES_COUNT actions ---- */
struct exception_action;
/* Whose actions, for the memory that their threads will need. */
struct exception_owner {
    struct exception_action *xo_actions;
    struct task *xo_task;     /* or NULL */
    struct thread *xo_thread; /* or NULL */
};
/* What the owner has for mask, as exc_*_get_exception_ports() tells it;
 * ports: naked send rights. */
struct exception_list {
    uint32_t *xl_masks;
    struct ipc_port **xl_ports;
    int *xl_behaviors, *xl_flavors;
};
/* Set the actions of mask; port: borrowed send right, or NULL.  list: NULL,
 * or told what was there. */
kern_return_t exception_actions_set(const struct exception_owner *owner,
                                    uint32_t mask,
                                    const struct exception_action *action,
                                    const struct exception_list *list);
kern_return_t exception_actions_get(const struct exception_action *actions,
                                    uint32_t mask,
                                    const struct exception_list *list);
void exception_actions_copy(struct exception_action *to,
                            const struct exception_action *from);
void exception_actions_release(struct exception_action *actions);

/* Make what an exception of th will need, if there is none. */
kern_return_t exception_prepare(struct thread *th);
/* The same for a new thread, if its task or the host has exception ports. */
kern_return_t exception_thread_start(struct thread *th);
/* Give up ports, message and reply port. */
void exception_thread_exit(struct thread *th);

#endif
