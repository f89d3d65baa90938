/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The heap: one growing range of zero-filled memory at a fixed place, far from
 * what VM_FLAGS_ANYWHERE finds first.
 */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>
#include <mach/mach.h>

#define HEAP_BASE 0x100000000000ull
#define HEAP_LIMIT 0x200000000000ull
#define HEAP_STEP 0x10000ull /* grows by this at least */

static vm_address_t heap_break = HEAP_BASE; /* what malloc has */
static vm_address_t heap_end = HEAP_BASE;   /* what is allocated */

static vm_address_t
round_step(vm_address_t address)
{
    return (address + HEAP_STEP - 1) & ~(HEAP_STEP - 1);
}

void *
sbrk(ptrdiff_t change)
{
    vm_address_t old = heap_break, wanted = old + (vm_address_t)change, end;

    if (wanted < HEAP_BASE || wanted > HEAP_LIMIT) {
        errno = ENOMEM;
        return (void *)-1;
    }
    end = round_step(wanted);
    if (end > heap_end) {
        vm_address_t at = heap_end;

        if (vm_allocate(&at, end - heap_end, VM_FLAGS_FIXED) !=
            KERN_SUCCESS) {
            errno = ENOMEM;
            return (void *)-1;
        }
    } else if (end < heap_end) {
        vm_deallocate(end, heap_end - end);
    }
    heap_end = end;
    heap_break = wanted;
    return (void *)old;
}
