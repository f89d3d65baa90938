/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Those who take things away from under the others.
 */
#include <mach/notify.h>
#include <mach/sync_user.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>
#include "storm.h"

/* Registers as bad as can be set; the flags are a user's own matter. */
static void
new_registers(struct dice *d, mach_port_t thread)
{
    x86_thread_state64_t s = { 0 };
    mach_msg_type_number_t n = x86_THREAD_STATE64_COUNT;

    if (thread_suspend(thread) != KERN_SUCCESS) {
        return;
    }
    if (chance(d, 2)) {
        thread_abort(thread);
    }
    thread_get_state(thread, x86_THREAD_STATE64, (natural_t *)&s, &n);
    switch (draw(d, 6)) {
    case 0:
        s.rip = 1ull << (47 + draw(d, 16)); /* refused */
        break;
    case 1:
        s.rip = VM_MAX_ADDRESS - 1 - draw(d, 16);
        break;
    case 2:
        s.fs_base = 1ull << draw(d, 64);
        s.gs_base = pool;
        break;
    case 3:
        s.rsp = ~0ull << draw(d, 60);
        s.rip = (uintptr_t)leave;
        break;
    case 4:
        s.rsi = (uint64_t)draw(d, 256) << draw(d, 32); /* a trap's options */
        s.r10 = ports[draw(d, PORTS)];
        break;
    default:
        s.rflags = (uint64_t)draw(d, 1 << 22);
        break;
    }
    thread_set_state(thread, x86_THREAD_STATE64, (natural_t *)&s, n);
    thread_resume(thread);
}

static void
disturb(struct dice *d, mach_port_t thread)
{
    switch (draw(d, 16)) {
    case 0:
        thread_terminate(thread);
        break;
    case 1:
        thread_suspend(thread);
        break;
    case 2:
    case 3:
        thread_resume(thread);
        break;
    case 4:
        thread_kick(thread);
        break;
    case 5:
        thread_abort_safely(thread);
        break;
    case 6:
        thread_set_priority(thread, 90 + (int)draw(d, 39));
        break;
    case 7:
    case 8:
        new_registers(d, thread);
        break;
    default:
        thread_abort(thread);
        break;
    }
}

/* Some threads of a task; its first, which makes others, is left alone. */
static void
threads(struct dice *d)
{
    mach_port_t *list = NULL;
    mach_msg_type_number_t n = 0;

    if (task_threads(shared->tasks[draw(d, 2)], &list, &n) != KERN_SUCCESS) {
        return;
    }
    for (unsigned i = 0; i < 3 && n > 1; i++) {
        disturb(d, list[1 + draw(d, n - 1)]);
    }
    for (unsigned i = 0; i < n; i++) {
        mach_port_deallocate_trap(list[i]);
    }
    vm_deallocate((vm_address_t)list, n * sizeof(*list));
}

static void
rights(struct dice *d, unsigned task)
{
    mach_port_t own = ports[draw(d, PORTS / 2) * 2 + task];
    mach_port_t port = ports[draw(d, PORTS)];
    mach_port_t previous = MACH_PORT_NULL;

    switch (draw(d, 8)) {
    case 0:
        if (chance(d, 10)) {
            mach_port_mod_refs_trap(own, MACH_PORT_RIGHT_RECEIVE, -1);
        }
        break;
    case 1:
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND,
                                (int)draw(d, 3) - 1);
        break;
    case 2:
        mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND, 0xfffe);
        break;
    case 3:
        mach_port_set_qlimit(mach_task_self(), own, draw(d, 5));
        break;
    case 4:
        if (mach_port_request_notification_trap(
                port, MACH_NOTIFY_DEAD_NAME, 0, own, &previous)
            == KERN_SUCCESS) {
            mach_port_deallocate_trap(previous);
        }
        break;
    case 5:
        sync_notify(port, 1u << draw(d, 32));
        break;
    default:
        mach_port_insert_right_trap(own, own, MACH_MSG_TYPE_MAKE_SEND);
        break;
    }
}

/* Ports go into sets and out of them, and the sets die. */
static void
sets(struct dice *d, unsigned task)
{
    mach_port_t set = MACH_PORT_NULL;

    if (mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set)
        != KERN_SUCCESS) {
        return;
    }
    for (unsigned i = 0; i < 4; i++) {
        mach_port_insert_member_trap(ports[draw(d, PORTS / 2) * 2 + task],
                                     set);
    }
    thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
    mach_port_extract_member_trap(ports[draw(d, PORTS / 2) * 2 + task], set);
    mach_port_mod_refs_trap(set, MACH_PORT_RIGHT_PORT_SET, -1);
}

static void
memory(struct dice *d)
{
    vm_address_t at = pool + draw(d, POOL) * PAGE;
    vm_size_t size = (1 + draw(d, 3)) * PAGE;

    switch (draw(d, 3)) {
    case 0:
        vm_protect(at, size, FALSE, (vm_prot_t)draw(d, 4));
        break;
    case 1:
        vm_deallocate(at, size);
        break;
    default:
        vm_protect(at, size, FALSE, VM_PROT_READ | VM_PROT_WRITE);
        break;
    }
    if (chance(d, 2)) {
        vm_allocate(&at, PAGE, 0);
    }
}

void
sabotage(uint64_t arg)
{
    struct dice d = { arg };

    for (;;) {
        switch (draw(&d, 6)) {
        case 0:
            rights(&d, arg & 1);
            break;
        case 1:
            sets(&d, arg & 1);
            break;
        case 2:
            memory(&d);
            break;
        default:
            threads(&d);
            break;
        }
        did(DID_SABOTAGE);
        if (chance(&d, 1 + (unsigned)(arg >> 1 & 3))) {
            thread_switch(MACH_PORT_NULL, SWITCH_OPTION_WAIT, 1 + draw(&d, 3));
        }
    }
}
