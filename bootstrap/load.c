/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a server's task: segments of its ELF file, a stack, its special
 * ports, one thread.
 */
#include <mach/exception.h>
#include <mach/task_info.h>
#include <mach_port/mach_port.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>
#include "bootstrap.h"
#include "elf_image.h"

#define STACK_TOP 0x70000000ull /* below it a hole stays, then the stack */

/* Copy a segment's bytes into the task, a bounded piece at a time. */
static kern_return_t
write_segment(mach_port_t task, const struct elf_segment *s)
{
    const vm_size_t piece = 0x10000;
    uint64_t end = s->file_address + s->file_size;

    for (uint64_t at = s->address; at < end; at += piece) {
        uint64_t from = at < s->file_address ? s->file_address : at;
        uint64_t to = at + piece < end ? at + piece : end;
        vm_size_t room = (to - at + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
        vm_address_t buffer = 0;
        kern_return_t kr = vm_allocate(&buffer, room, VM_FLAGS_ANYWHERE);

        if (kr != KERN_SUCCESS) {
            return kr;
        }
        memcpy((char *)buffer + (from - at), s->data + (from - s->file_address),
               to - from);
        kr = mach_vm_write(task, at, buffer, (mach_msg_type_number_t)room);
        vm_deallocate(buffer, room);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    return KERN_SUCCESS;
}

static kern_return_t
load_segment(mach_port_t task, const struct elf_segment *s)
{
    vm_address_t at = s->address;
    kern_return_t kr = mach_vm_allocate(task, &at, s->memory_size,
                                        VM_FLAGS_FIXED);

    if (kr == KERN_SUCCESS) {
        kr = write_segment(task, s);
    }
    if (kr == KERN_SUCCESS) {
        kr = mach_vm_protect(task, s->address, s->memory_size, FALSE,
                             s->protection);
    }
    return kr;
}

static kern_return_t
set_ports(struct server *s, mach_port_t task)
{
    kern_return_t kr;

    mach_port_insert_right_trap(s->sv_port, s->sv_port,
                                MACH_MSG_TYPE_MAKE_SEND);
    kr = task_set_special_port(task, TASK_BOOTSTRAP_PORT, s->sv_port);
    mach_port_mod_refs_trap(s->sv_port, MACH_PORT_RIGHT_SEND, -1);
    if (kr == KERN_SUCCESS) {
        kr = task_set_exception_ports(task, EXC_MASK_ALL, boot.exception_port,
                                      EXCEPTION_DEFAULT);
    }
    if (kr == KERN_SUCCESS) {
        kr = task_set_name(task, s->sv_conf->name);
    }
    return kr;
}

static kern_return_t
start_thread(struct server *s, mach_port_t task, uint64_t entry)
{
    vm_size_t size = (vm_size_t)s->sv_conf->stack_kib * 1024;
    vm_address_t stack = STACK_TOP - size;
    x86_thread_state64_t state = {.rip = entry, .rsp = STACK_TOP - 8};
    mach_port_t thread;
    kern_return_t kr = mach_vm_allocate(task, &stack, size, VM_FLAGS_FIXED);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = thread_create(task, &thread);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    thread_set_name(thread, s->sv_conf->name);
    kr = thread_set_state(thread, x86_THREAD_STATE64, (natural_t *)&state,
                          x86_THREAD_STATE64_COUNT);
    if (kr == KERN_SUCCESS) {
        kr = thread_resume(thread);
    }
    mach_port_deallocate_trap(thread);
    return kr;
}

/* sv_task is set before the thread runs: its death must find it. */
kern_return_t
server_load(struct server *s)
{
    struct elf_image image;
    const char *wrong = elf_parse(s->sv_file->data, s->sv_file->size, &image);
    mach_port_t task;
    kern_return_t kr;

    if (wrong != NULL) {
        mach_printf("bootstrap: %s: %s\n", s->sv_conf->member, wrong);
        return KERN_INVALID_ARGUMENT;
    }
    kr = task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    for (unsigned i = 0; i < image.segment_count && kr == KERN_SUCCESS; i++) {
        kr = load_segment(task, &image.segments[i]);
    }
    if (kr == KERN_SUCCESS) {
        kr = set_ports(s, task);
    }
    if (kr == KERN_SUCCESS) {
        s->sv_task = task;
        kr = start_thread(s, task, image.entry);
    }
    if (kr != KERN_SUCCESS) {
        s->sv_task = MACH_PORT_NULL;
        task_terminate(task);
        mach_port_deallocate_trap(task);
    }
    return kr;
}
