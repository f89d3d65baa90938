/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of the kernel's, see memory.h. */
#include <string.h>
#include <mach/mach.h>
#include <host/host.h>
#include <mach_vm/mach_vm.h>

#include "newlib/sys.h"
#include "vfs/memory.h"

void *
memory_allocate(uint64_t size)
{
    vm_address_t address = 0;

    if (vm_allocate(&address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    return (void *)address;
}

void
memory_free(void *base, uint64_t size)
{
    (void)vm_deallocate((vm_address_t)base, size);
}

void
memory_discard(void *base, uint64_t size)
{
    if (mach_vm_discard(mach_task_self(), (vm_address_t)base, size) !=
        KERN_SUCCESS) {
        memset(base, 0, size);
    }
}

mach_port_t
memory_entry(void *base, uint64_t size)
{
    vm_size_t length = size;
    mach_port_t entry = MACH_PORT_NULL;

    if (mach_make_memory_entry(mach_task_self(), &length, (uint64_t)base,
                               VM_PROT_ALL, MACH_PORT_NULL, &entry) !=
        KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    return entry;
}

mach_port_t
memory_entry_restrict(mach_port_t parent, uint64_t size, vm_prot_t protection)
{
    vm_size_t length = size;
    mach_port_t entry = MACH_PORT_NULL;

    if (mach_make_memory_entry(mach_task_self(), &length, 0, protection,
                               parent, &entry) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    return entry;
}

void
memory_entry_free(mach_port_t entry)
{
    if (entry != MACH_PORT_NULL) {
        (void)mach_port_deallocate_trap(entry);
    }
}

uint64_t
memory_total(void)
{
    vm_statistics_t stats;

    if (host_statistics(mach_host_self(), &stats) != KERN_SUCCESS) {
        return 64ull << 20;
    }
    return stats.total_count * stats.pagesize;
}

void
memory_entropy(void *buffer, uint32_t size)
{
    uint8_t seed[64];
    mach_msg_type_number_t count = sizeof(seed);
    uint64_t now = (uint64_t)clock_realtime();

    memset(buffer, 0, size);
    memcpy(buffer, &now, size < sizeof(now) ? size : sizeof(now));
    if (host_random(mach_host_self(), seed, &count) == KERN_SUCCESS) {
        for (uint32_t i = 0; i < size && i < count; i++) {
            ((uint8_t *)buffer)[i] ^= seed[i];
        }
    }
}
