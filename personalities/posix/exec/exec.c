/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The exec component: its one object, and exec_build().
 *
 * A new image is a task of its own (ports to the old task and its threads die
 * with that), so nothing of the old program can reach into the new one. Until
 * exec_build() succeeds nothing outside the new task has changed, and on
 * failure that task is terminated.
 */
#include <stddef.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mig_take.h>
#include <posix/emulator_table.h>
#include <posix/posix.h>
#include <server/object.h>

#include <exec/exec_S_exec_server.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include <thread/thread.h>

#include "image.h"
#include "objects.h"

#define L_ENOMEM 12
#define L_EINVAL 22

struct exec_service {
    struct server_object object;
    struct emulator_image image;
};

static void
exec_destroy(struct server_object *o)
{
    (void)o; /* lives as long as its task */
}

static const struct mig_subsystem *const exec_subsystems[] = {
    &exec_S_exec_subsystem, NULL};

static const struct server_class exec_class = {
    .sc_name = "exec",
    .sc_subsystems = exec_subsystems,
    .sc_destroy = exec_destroy,
};

static struct exec_service the_service;

struct server_object *
exec_start(void)
{
    kern_return_t kr;

    server_object_init(&the_service.object, &exec_class);
    kr = emulator_image_load(&the_service.image);
    if (kr != KERN_SUCCESS) {
        server_log("exec: cannot load boot/emulator-posix: %s",
                   mach_error_string(kr));
    }
    return &the_service.object;
}

exec_service_ref_t
exec_service_from_port(mach_port_t name)
{
    return server_object_lookup(name, &exec_class);
}

exec_service_ref_t
exec_service_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &exec_class);
}

/* The emulator at its address, and registered. */
static kern_return_t
map_emulator(const struct emulator_image *image, mach_port_t task)
{
    vm_address_t at = image->info.base;
    kern_return_t kr;

    kr = mach_vm_map(task, &at, image->size, 0, VM_FLAGS_FIXED, image->entry,
                     0, FALSE, VM_PROT_READ | VM_PROT_EXECUTE,
                     VM_PROT_READ | VM_PROT_EXECUTE, VM_INHERIT_SHARE);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return task_set_emulator(task, image->info);
}

/* The exec block, copied (copy-on-write) into the task's emulator area. */
static kern_return_t
map_block(mach_port_t task, pointer_t block, mach_msg_type_number_t size,
          vm_address_t *at)
{
    kern_return_t kr;

    *at = EMULATOR_BLOCKS;
    kr = mach_vm_allocate(task, at, size, VM_FLAGS_ANYWHERE);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    return mach_vm_write(task, *at, block, size);
}

static kern_return_t
make_thread(const struct emulator_image *image, mach_port_t task,
            vm_address_t block, mach_port_t *thread)
{
    x86_thread_state64_t state = {0};
    kern_return_t kr;

    kr = thread_create(task, thread);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    state.rip = image->exec_entry;
    state.rdi = block;
    state.rflags = 0x202;
    kr = thread_set_state(*thread, x86_THREAD_STATE64,
                          (const natural_t *)(const void *)&state,
                          x86_THREAD_STATE64_COUNT);
    if (kr != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(*thread);
    }
    return kr;
}

static bool
block_valid(pointer_t block, mach_msg_type_number_t size)
{
    const struct exec_block *b = (const struct exec_block *)block;

    return size >= sizeof(*b) && b->magic == EXEC_BLOCK_MAGIC &&
           b->size <= size;
}

static kern_return_t
errno_of(kern_return_t kr)
{
    return kr == KERN_RESOURCE_SHORTAGE || kr == KERN_NO_SPACE
               ? POSIX_ERROR(L_ENOMEM)
               : kr;
}

kern_return_t
exec_S_exec_build(exec_service_ref_t service, mach_port_t ledger_of,
                  pointer_t block, mach_msg_type_number_t block_size,
                  mach_port_t *task, mach_port_t *thread)
{
    const struct emulator_image *image = &service->image;
    mach_port_t parent = ledger_of;
    vm_address_t at;
    kern_return_t kr;

    if (image->entry == MACH_PORT_NULL) {
        return KERN_NOT_SUPPORTED;
    }
    if (!block_valid(block, block_size)) {
        return POSIX_ERROR(L_EINVAL);
    }
    if (parent == MACH_PORT_NULL) {
        parent = mach_task_self();
    }
    kr = task_create(parent, MACH_PORT_NULL, FALSE, task);
    if (kr != KERN_SUCCESS) {
        return errno_of(kr);
    }
    kr = map_emulator(image, *task);
    if (kr == KERN_SUCCESS) {
        kr = map_block(*task, block, block_size, &at);
    }
    if (kr == KERN_SUCCESS) {
        kr = make_thread(image, *task, at, thread);
    }
    if (kr != KERN_SUCCESS) {
        (void)task_terminate(*task);
        (void)mach_port_deallocate_trap(*task);
        return errno_of(kr);
    }
    return KERN_SUCCESS;
}
