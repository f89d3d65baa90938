/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of synchronous IPC: what is mapped by it is taken back here.
 *
 * The buffer of a thread: two pages of the kernel's that its task may write, so
 * that a message can be copied from one to another's without a fault, whatever
 * either task does with its mapping.
 */
#include <base/page_alloc.h>
#include <base/string.h>
#include <ipc/ipc_upcall.h>
#include <machine/cpu.h>
#include <machine/pmap.h>
#include <sync/sync_internal.h>
#include <vm/vm_lease.h>

#define BUFFER_ORDER 1u
#define BUFFER_PAGES (1u << BUFFER_ORDER)

_Static_assert(sizeof(struct sync_buffer) == SYNC_BUFFER_SIZE, "filled");
_Static_assert(SYNC_BUFFER_SIZE == BUFFER_PAGES * PAGE_SIZE, "its pages");

/* An object of clear frames that go with it. */
static kern_return_t
buffer_object(struct ledger *l, struct vm_object **out, void **buffer)
{
    uint64_t pa;
    kern_return_t kr = ledger_charge(l, LEDGER_PAGES, BUFFER_PAGES);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    pa = phys_alloc(BUFFER_ORDER);
    if (pa != 0) {
        kr = vm_object_create_dma(l, pa, SYNC_BUFFER_SIZE, out);
        if (kr == KERN_SUCCESS) {
            *buffer = memset(phys_to_virt(pa), 0, SYNC_BUFFER_SIZE);
            return kr;
        }
        phys_free(pa, BUFFER_ORDER);
    }
    ledger_uncharge(l, LEDGER_PAGES, BUFFER_PAGES);
    return KERN_RESOURCE_SHORTAGE;
}

kern_return_t
sync_buffer_trap(void)
{
    struct thread *th = current_thread();
    struct sync_thread *sy = &th->th_sync;
    struct vm_map *map = th->th_caller->ca_map;
    vm_address_t at = 0;
    struct vm_object *o;
    void *buffer;
    kern_return_t kr;

    if (sy->sy_buffer == NULL) {
        kr = buffer_object(th->th_caller->ca_ledger, &o, &buffer);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        kr = vm_map_enter_object(map, &at, SYNC_BUFFER_SIZE,
                                 VM_FLAGS_ANYWHERE, o, 0,
                                 VM_PROT_READ | VM_PROT_WRITE,
                                 VM_PROT_READ | VM_PROT_WRITE);
        if (kr != KERN_SUCCESS) {
            vm_object_release(o);
            return kr;
        }
        (void)vm_map_inherit(map, at, SYNC_BUFFER_SIZE, VM_INHERIT_NONE);
        sy->sy_object = o;
        sy->sy_buffer = buffer;
        sy->sy_address = at;
    }
    regs_set_result2(&th->th_regs, sy->sy_address);
    return KERN_SUCCESS;
}

kern_return_t
sync_unmap_trap(vm_address_t address, vm_size_t size)
{
    struct vm_map *map = current_thread()->th_caller->ca_map;
    vm_address_t start, end;
    kern_return_t kr = vm_map_range(address, size, &start, &end);

    while (kr == KERN_SUCCESS && vm_lease_revoke_step(map, start, end)) {
        machine_interrupt_window();
    }
    return kr;
}

void
sync_buffer_release(struct thread *th)
{
    struct sync_thread *sy = &th->th_sync;
    struct vm_map *map = th->th_caller->ca_map;
    struct vm_object *o = sy->sy_object;

    if (o == NULL) {
        return;
    }
    for (unsigned i = 0; i < BUFFER_PAGES; i++) {
        vm_address_t at = sy->sy_address + i * PAGE_SIZE;
        const struct vm_map_entry *e = vm_map_lookup(map, at);

        /* Unless the task has put something else there. */
        if (e != NULL && e->e_object == o) {
            (void)vm_map_remove(map, at, at + PAGE_SIZE);
        }
    }
    vm_object_release(o);
    sy->sy_object = NULL;
    sy->sy_buffer = NULL;
}
