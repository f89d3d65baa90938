/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel calls on the host: a task whose thread sends real messages to the
 * kernel's ports by the generated stubs (their names have call_ before them,
 * since the kernel's routines have the same), served by the real kernel.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mach/message.h>
#include <mach/kern_return.h>
#include <mach/vm.h>
#include "host_memory.h"

#define CHECK(e) \
    ((e) ? (void)0 : check_failed(#e, 0, __FILE__, __LINE__))
#define CHECK_OK(e)                                                    \
    do {                                                               \
        kern_return_t kr_ = (e);                                       \
        if (kr_ != KERN_SUCCESS) {                                     \
            check_failed(#e, kr_, __FILE__, __LINE__);                 \
        }                                                              \
    } while (0)
void check_failed(const char *what, int code, const char *file, int line)
    __attribute__((noreturn));
extern const char *now_testing; /* what a failed check belongs to */

/* ---- the world: one task with one thread, the current one ---- */
void world_setup(void); /* once */
void world_begin(void);
void world_end(void);   /* everything goes; a census */
/* Ports, sets, messages, spaces, tasks, threads: has their number changed
 * since? */
void world_mark(void);
bool world_marked(void);
/* Touch a page of the task. */
kern_return_t touch(vm_address_t at, bool write);
/* Words into the task's memory, at a place that no call touches. */
vm_address_t poke(const uint32_t *words, unsigned count);
uint32_t peek(vm_address_t at);
mach_port_name_t host_privileged(void); /* a name for it */
/* Receive from a port of the task; the right in the first descriptor. */
mach_port_name_t carried_right(mach_port_name_t from);
/* Another thread of the task touches a page, and waits for it. */
void wait_for_page(vm_address_t at);
/* Which routines have been called; 0: the end of a case's call. */
void world_watch(bool calls);
bool world_called(mach_msg_id_t id);

/* ---- cases ---- */
struct call_case {
    const char *name;
    void (*prepare)(void);       /* or NULL */
    kern_return_t (*call)(void); /* may be made again after it has failed */
    bool tells; /* when it has failed a message may tell of it */
};
extern const struct call_case port_cases[], vm_cases[], task_cases[],
    thread_cases[], host_cases[], pager_cases[];

#define SELF MACH_PORT_TASK_SELF

#endif
