/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of mach_vm.defs, and page faults.
 */
#include <calls/call_names.h>
#include <mach_vm/mach_vm.h>
#include <task/task.h>
#include "calls.h"

#define PAGE 0x1000u
#define SIZE (16u * PAGE)

static vm_address_t at, other;
static mach_port_name_t entry, child, host;

static void
make_memory(void)
{
    unsigned i;

    at = other = 0;
    CHECK_OK(mach_vm_allocate(SELF, &at, SIZE, VM_FLAGS_ANYWHERE));
    CHECK_OK(mach_vm_allocate(SELF, &other, SIZE, VM_FLAGS_ANYWHERE));
    for (i = 0; i < 4; i++) {
        CHECK_OK(touch(at + i * PAGE, true));
    }
}

static void
make_entry(void)
{
    vm_size_t size = SIZE;

    make_memory();
    CHECK_OK(mach_make_memory_entry(SELF, &size, at,
                                    VM_PROT_READ | VM_PROT_WRITE,
                                    MACH_PORT_NULL, &entry));
}

static void
make_child(void)
{
    make_memory();
    CHECK_OK(task_create(SELF, MACH_PORT_NULL, TRUE, &child));
}

static void
make_host(void)
{
    make_memory();
    host = host_privileged();
}

static kern_return_t
fault_zero(void)
{
    return touch(at + 9 * PAGE, true);
}

static kern_return_t
fault_copy(void)
{
    return touch(at + PAGE, true);
}

static kern_return_t
allocate(void)
{
    vm_address_t a = 0;

    return mach_vm_allocate(SELF, &a, SIZE, VM_FLAGS_ANYWHERE);
}

static kern_return_t
deallocate_middle(void)
{
    return mach_vm_deallocate(SELF, at + 4 * PAGE, 2 * PAGE);
}

static kern_return_t
protect_middle(void)
{
    return mach_vm_protect(SELF, at + PAGE, 2 * PAGE, FALSE, VM_PROT_READ);
}

static kern_return_t
inherit_middle(void)
{
    return mach_vm_inherit(SELF, at + PAGE, 2 * PAGE, VM_INHERIT_NONE);
}

static kern_return_t
read_memory(void)
{
    void *data;
    mach_msg_type_number_t n;

    return mach_vm_read(SELF, at + PAGE, 3 * PAGE, (void *)&data, &n);
}

static kern_return_t
write_memory(void)
{
    return mach_vm_write(SELF, other + PAGE, at, 3 * PAGE);
}

static kern_return_t
copy_memory(void)
{
    return mach_vm_copy(SELF, at + PAGE, 3 * PAGE, other + 2 * PAGE);
}

static kern_return_t
map_anonymous(void)
{
    vm_address_t a = 0;

    return mach_vm_map(SELF, &a, SIZE, 0xffff, VM_FLAGS_ANYWHERE,
                       MACH_PORT_NULL, 0, FALSE, VM_PROT_READ, VM_PROT_ALL,
                       VM_INHERIT_COPY);
}

static kern_return_t
map_entry_as(boolean_t copy)
{
    vm_address_t a = 0;

    return mach_vm_map(SELF, &a, 2 * PAGE, 0, VM_FLAGS_ANYWHERE, entry,
                       PAGE, copy, VM_PROT_READ,
                       VM_PROT_READ | VM_PROT_WRITE, VM_INHERIT_COPY);
}

static kern_return_t
map_entry(void)
{
    return map_entry_as(FALSE);
}

static kern_return_t
map_entry_copy(void)
{
    return map_entry_as(TRUE);
}

static kern_return_t
remap_as(boolean_t copy)
{
    vm_address_t a = 0;

    return mach_vm_remap(child, &a, 3 * PAGE, 0, VM_FLAGS_ANYWHERE, SELF,
                         at + PAGE, copy, VM_INHERIT_SHARE);
}

static kern_return_t
remap_share(void)
{
    return remap_as(FALSE);
}

static kern_return_t
remap_copy(void)
{
    return remap_as(TRUE);
}

static kern_return_t
region(void)
{
    vm_address_t a = at;
    vm_size_t size;
    vm_region_basic_info_t info;

    return mach_vm_region(SELF, &a, &size, &info);
}

static kern_return_t
memory_entry(void)
{
    vm_size_t size = 3 * PAGE;
    mach_port_t got;

    return mach_make_memory_entry(SELF, &size, at + PAGE, VM_PROT_READ,
                                  MACH_PORT_NULL, &got);
}

static kern_return_t
entry_of_entry(void)
{
    vm_size_t size = 2 * PAGE;
    mach_port_t got;

    return mach_make_memory_entry(SELF, &size, PAGE, VM_PROT_READ, entry,
                                  &got);
}

static kern_return_t
wire(void)
{
    return mach_vm_wire(host, SELF, at + 2 * PAGE, 4 * PAGE, VM_PROT_READ);
}

static kern_return_t
discard(void)
{
    return mach_vm_discard(SELF, at + PAGE, 2 * PAGE);
}

static kern_return_t
page_query(void)
{
    unsigned char resident[4096];
    mach_msg_type_number_t n = sizeof(resident);

    return mach_vm_page_query(SELF, at, SIZE, (void *)resident, &n);
}

const struct call_case vm_cases[] = {
    {"page fault: zero fill", make_memory, fault_zero, false},
    {"page fault: copy on write", make_child, fault_copy, false},
    {"mach_vm_allocate", NULL, allocate, false},
    {"mach_vm_deallocate: a part", make_memory, deallocate_middle, false},
    {"mach_vm_protect: a part", make_memory, protect_middle, false},
    {"mach_vm_inherit: a part", make_memory, inherit_middle, false},
    {"mach_vm_read", make_memory, read_memory, false},
    {"mach_vm_write", make_memory, write_memory, false},
    {"mach_vm_copy", make_memory, copy_memory, false},
    {"mach_vm_map: anonymous", NULL, map_anonymous, false},
    {"mach_vm_map: memory entry", make_entry, map_entry, false},
    {"mach_vm_map: copy of a memory entry", make_entry, map_entry_copy, false},
    {"mach_vm_remap: shared", make_child, remap_share, false},
    {"mach_vm_remap: copied", make_child, remap_copy, false},
    {"mach_vm_region", make_memory, region, false},
    {"mach_make_memory_entry", make_memory, memory_entry, false},
    {"mach_make_memory_entry: of another", make_entry, entry_of_entry, false},
    {"mach_vm_wire", make_host, wire, false},
    {"mach_vm_discard", make_memory, discard, false},
    {"mach_vm_page_query", make_memory, page_query, false},
    {.name = NULL},
};
