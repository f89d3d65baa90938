/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pagers.  A routine owns the rights and memory of its message when it
 * succeeds; every message brings one more reference of the control port.
 */
#include <mach/mig_server.h>
#include <mach/mig_errors.h>
#include <mach_port/mach_port.h>
#include <memory_object/S_memory_object_server.h>
#include <memory_object_control/memory_object_control.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define OBJECTS 32
#define LATER_MS 20

static struct pager_object objects[OBJECTS];
static mach_port_t set;        /* what the pager thread receives from */
static mach_port_t served;     /* what a pager task does */

pager_object_t
convert_payload_to_pager(uint64_t payload)
{
    return payload - 1 < OBJECTS ? &objects[payload - 1] : NULL;
}

pager_object_t
convert_port_to_pager(mach_port_t port)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        if (objects[i].port == port) {
            return &objects[i];
        }
    }
    return NULL;
}

uint64_t
pattern(unsigned page, unsigned index)
{
    return (uint64_t)page << 32 | index | 0x1000000;
}

/* ---- answers ---- */

static void
supply(struct pager_object *o, unsigned page, unsigned n)
{
    uint64_t buffer = 0, size = (uint64_t)n * PAGE, at;
    vm_region_basic_info_t info;

    if (vm_allocate(&buffer, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return;
    }
    memcpy((void *)buffer, o->store + (uint64_t)page * PAGE, size);
    memory_object_data_supply(o->control, (uint64_t)page * PAGE, buffer,
                              (mach_msg_type_number_t)size, VM_PROT_NONE,
                              FALSE);
    at = buffer;
    size = 0;
    if (mach_vm_region(mach_task_self(), &at, &size, &info) !=
            KERN_SUCCESS || at > buffer) {
        o->moved += n; /* the range has left this task */
    }
}

void
pager_answer(struct pager_object *o, unsigned page)
{
    uint64_t offset = (uint64_t)page * PAGE;

    switch (o->answer[page]) {
    case SUPPLY:
        supply(o, page, 1);
        break;
    case ZERO:
        memory_object_data_unavailable(o->control, offset, PAGE);
        break;
    case ERROR:
        memory_object_data_error(o->control, offset, PAGE, 5);
        break;
    case LATER:
        o->later[page] = 1;
        break;
    case DIE:
        task_terminate(mach_task_self());
        break;
    default:
        break;
    }
}

/* Of all objects: what is to be supplied later is so now. */
static void
answer_later(void)
{
    for (unsigned i = 0; i < OBJECTS; i++) {
        for (unsigned p = 0; p < PAGES; p++) {
            if (objects[i].later[p]) {
                objects[i].later[p] = 0;
                supply(&objects[i], p, 1);
                return;
            }
        }
    }
}

/* ---- memory_object.defs ---- */

kern_return_t
S_memory_object_init(pager_object_t o, mach_port_t control,
                     vm_size_t page_size)
{
    if (o == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    if (o->control != MACH_PORT_NULL) {
        mach_port_deallocate_trap(o->control);
    }
    o->control = control;
    o->page_size = page_size;
    o->inits++;
    return o->no_ready ? KERN_SUCCESS
                       : memory_object_ready(control, o->may_cache,
                                             MEMORY_OBJECT_COPY_DELAY);
}

kern_return_t
S_memory_object_data_request(pager_object_t o, mach_port_t control,
                             uint64_t offset, vm_size_t length,
                             vm_prot_t access)
{
    unsigned page = (unsigned)(offset / PAGE);
    unsigned end = page + (unsigned)(length / PAGE);

    (void)access;
    if (o == NULL || end > PAGES || control != o->control) {
        return KERN_INVALID_ARGUMENT;
    }
    o->requests++;
    o->asked += end - page;
    while (page < end) {
        unsigned n = 1;

        if (o->answer[page] != SUPPLY) {
            pager_answer(o, page++);
            continue;
        }
        while (page + n < end && o->answer[page + n] == SUPPLY) {
            n++;
        }
        supply(o, page, n);
        page += n;
    }
    mach_port_deallocate_trap(control);
    return KERN_SUCCESS;
}

/* Granted at once. */
kern_return_t
S_memory_object_data_unlock(pager_object_t o, mach_port_t control,
                            uint64_t offset, vm_size_t length,
                            vm_prot_t access)
{
    (void)access;
    if (o == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    o->unlocks++;
    memory_object_lock_request(control, offset, length, 0, FALSE,
                               VM_PROT_NONE, FALSE);
    mach_port_deallocate_trap(control);
    return KERN_SUCCESS;
}

kern_return_t
S_memory_object_data_return(pager_object_t o, mach_port_t control,
                            uint64_t offset, pointer_t data,
                            mach_msg_type_number_t count, boolean_t dirty,
                            boolean_t kernel_copy)
{
    if (o == NULL || offset + count > (uint64_t)PAGES * PAGE) {
        return KERN_INVALID_ARGUMENT;
    }
    memcpy(o->store + offset, (void *)(uintptr_t)data, count);
    vm_deallocate(data, count);
    o->dirty += dirty != 0;
    o->kept += kernel_copy != 0;
    o->returns += count / PAGE;
    mach_port_deallocate_trap(control);
    return KERN_SUCCESS;
}

kern_return_t
S_memory_object_lock_completed(pager_object_t o, mach_port_t control,
                               uint64_t offset, vm_size_t length)
{
    (void)offset;
    (void)length;
    if (o == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    o->completed++;
    mach_port_deallocate_trap(control);
    return KERN_SUCCESS;
}

kern_return_t
S_memory_object_terminate(pager_object_t o, mach_port_t control)
{
    if (o == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    if (control != MACH_PORT_NULL && control != MACH_PORT_DEAD) {
        mach_port_deallocate_trap(control);
    }
    o->terminates++;
    return KERN_SUCCESS;
}

/* ---- the loop ---- */

static void
pager_serve(mach_port_t port)
{
    union {
        mach_msg_header_t head;
        uint8_t space[1024];
    } in, out;

    for (;;) {
        kern_return_t kr = mach_msg(
            &in.head,
            MACH_RCV_MSG | MACH_RCV_TIMEOUT |
                MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX),
            0, sizeof(in), port, LATER_MS, MACH_PORT_NULL);

        if (kr == MACH_RCV_TIMED_OUT) {
            answer_later();
        } else if (kr != KERN_SUCCESS) {
            pause_ms(LATER_MS);
        } else if (!S_memory_object_server(&in.head, &out.head)) {
            mach_msg_destroy(&in.head);
        }
    }
}

static void
thread_main(uint64_t arg)
{
    (void)arg;
    pager_serve(set);
}

void
pager_start(void)
{
    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set);
    thread_spawn(thread_main, 0);
}

struct pager_object *
pager_create(void)
{
    struct pager_object *o = objects;
    uint64_t store = 0;

    while (o < &objects[OBJECTS - 1] && o->port != MACH_PORT_NULL) {
        o++;
    }
    if (o->port != MACH_PORT_NULL ||
        vm_allocate(&store, PAGES * PAGE, VM_FLAGS_ANYWHERE) !=
            KERN_SUCCESS) {
        check(false, "room for another object", 0);
        return o;
    }
    o->store = (uint8_t *)store;
    for (unsigned p = 0; p < PAGES; p++) {
        for (unsigned i = 0; i < PAGE / 8; i++) {
            ((uint64_t *)store)[p * (PAGE / 8) + i] = pattern(p, i);
        }
    }
    mach_port_allocate_trap(MACH_PORT_RIGHT_RECEIVE, &o->port);
    mach_port_insert_right_trap(o->port, o->port, MACH_MSG_TYPE_MAKE_SEND);
    mach_port_set_protected_payload(mach_task_self(), o->port,
                                    (uint64_t)(o - objects) + 1);
    mach_port_move_member_trap(o->port, set);
    return o;
}

void
pager_end(struct pager_object *o)
{
    pause_ms(2 * LATER_MS); /* what is on its way arrives */
    mach_port_mod_refs_trap(o->port, MACH_PORT_RIGHT_RECEIVE, -1);
    mach_port_deallocate_trap(o->port);
    if (o->control != MACH_PORT_NULL) {
        mach_port_deallocate_trap(o->control);
    }
    vm_deallocate((uintptr_t)o->store, PAGES * PAGE);
    memset(o, 0, sizeof(*o));
}

static void
child_main(void)
{
    pager_serve(served);
}

mach_port_t
pager_move(struct pager_object *o)
{
    static uint8_t stack[16384] __attribute__((aligned(16)));
    x86_thread_state64_t state = {
        .rip = (uintptr_t)child_main,
        .rsp = (uintptr_t)stack + sizeof(stack) - 8,
    };
    mach_port_t task = MACH_PORT_NULL, thread = MACH_PORT_NULL;
    kern_return_t kr;

    served = o->port;
    task_create(mach_task_self(), MACH_PORT_NULL, TRUE, &task);
    kr = mach_port_insert_right(task, o->port, o->port,
                                MACH_MSG_TYPE_MOVE_RECEIVE);
    if (kr == KERN_SUCCESS) { /* the payload does not travel */
        kr = mach_port_set_protected_payload(task, o->port,
                                             (uint64_t)(o - objects) + 1);
    }
    if (kr == KERN_SUCCESS) {
        kr = thread_create_running(task, x86_THREAD_STATE64,
                                   (natural_t *)&state,
                                   x86_THREAD_STATE64_COUNT, &thread);
    }
    check(kr == KERN_SUCCESS, "a pager in a task of its own", (uint64_t)kr);
    mach_port_deallocate_trap(thread);
    return task;
}

uint64_t
pager_map(struct pager_object *o, unsigned page, unsigned n, bool copy)
{
    uint64_t at = 0;
    kern_return_t kr = mach_vm_map(
        mach_task_self(), &at, (uint64_t)n * PAGE, 0, VM_FLAGS_ANYWHERE,
        o->port, (uint64_t)page * PAGE, copy, VM_PROT_DEFAULT, VM_PROT_ALL,
        VM_INHERIT_SHARE);

    if (kr != KERN_SUCCESS) {
        check(false, "vm_map of a memory object", (uint64_t)kr);
    }
    return at;
}
