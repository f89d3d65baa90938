/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading of the emulator's image (ipc-defs/posix/emulator_table.h says what
 * it looks like).  The file is one segment that is mapped as it stands, so it
 * is copied once into memory of our own and handed out as a memory entry.
 */
#include <string.h>

#include <mach/archive.h>
#include <mach/mach.h>
#include <posix/emulator_table.h>
#include <server/object.h>

#include <bootstrap/bootstrap.h>
#include <common/start.h>
#include <mach_vm/mach_vm.h>

#include "image.h"

#define MEMBER "boot/emulator-posix"
#define MEMBER_L4 "boot/emulator-posix-l4" /* ipc=l4 */

static bool
in_image(const struct emulator_table *t, uint64_t offset)
{
    return offset < t->image_size;
}

static bool
table_valid(const struct emulator_table *t, uint64_t file_size)
{
    return t->magic == EMULATOR_TABLE_MAGIC && t->image_size != 0 &&
           t->image_size % MACH_PAGE_SIZE == 0 &&
           t->image_size <= EMULATOR_BLOCKS - EMULATOR_BASE &&
           file_size >= EMULATOR_TABLE_OFFSET + sizeof(*t) &&
           in_image(t, t->exec_entry) && in_image(t, t->syscall_entry) &&
           in_image(t, t->kick_entry) && in_image(t, t->exception_entry) &&
           t->restart_begin <= t->restart_end &&
           in_image(t, t->restart_begin) && in_image(t, t->restart_pc);
}

static void
describe(const struct emulator_table *t, struct emulator_image *image)
{
    image->size = t->image_size;
    image->exec_entry = EMULATOR_BASE + t->exec_entry;
    image->info = (emulator_info_t){
        .base = EMULATOR_BASE,
        .end = EMULATOR_BASE + t->image_size,
        .syscall_entry = EMULATOR_BASE + t->syscall_entry,
        .kick_entry = EMULATOR_BASE + t->kick_entry,
        .exception_entry = EMULATOR_BASE + t->exception_entry,
        .restart_begin = EMULATOR_BASE + t->restart_begin,
        .restart_end = EMULATOR_BASE + t->restart_end,
        .restart_pc = EMULATOR_BASE + t->restart_pc,
    };
}

/* Copies the file into whole pages and makes the entry of them. */
static kern_return_t
make_entry(const struct archive_member *m, struct emulator_image *image)
{
    vm_address_t copy = 0;
    vm_size_t size = image->size;
    uint64_t bytes = m->size < size ? m->size : size;
    kern_return_t kr;

    kr = mach_vm_allocate(mach_task_self(), &copy, size, VM_FLAGS_ANYWHERE);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    memcpy((void *)copy, m->data, bytes);
    kr = mach_make_memory_entry(mach_task_self(), &size, copy,
                                VM_PROT_READ | VM_PROT_EXECUTE,
                                MACH_PORT_NULL, &image->entry);
    (void)mach_vm_deallocate(mach_task_self(), copy, image->size);
    return kr;
}

static kern_return_t
load_from(const void *archive, uint64_t size, struct emulator_image *image)
{
    static struct archive_member member;
    struct emulator_table table;

    if (!archive_find(archive, size, ipc_by_calls() ? MEMBER_L4 : MEMBER,
                      &member)) {
        return KERN_INVALID_NAME;
    }
    if (member.size < EMULATOR_TABLE_OFFSET + sizeof(table)) {
        return KERN_INVALID_VALUE;
    }
    memcpy(&table, member.data + EMULATOR_TABLE_OFFSET, sizeof(table));
    if (!table_valid(&table, member.size)) {
        return KERN_INVALID_VALUE;
    }
    describe(&table, image);
    return make_entry(&member, image);
}

kern_return_t
emulator_image_load(struct emulator_image *image)
{
    mach_port_t entry;
    uint64_t size;
    vm_address_t at = 0;
    kern_return_t kr;

    kr = bootstrap_archive(bootstrap_port, &entry, &size);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = mach_vm_map(mach_task_self(), &at, size, 0, VM_FLAGS_ANYWHERE, entry,
                     0, FALSE, VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE);
    (void)mach_port_deallocate_trap(entry);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = load_from((const void *)at, size, image);
    (void)mach_vm_deallocate(mach_task_self(), at, size);
    return kr;
}
