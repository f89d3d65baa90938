/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of synchronous IPC: what is mapped by it is taken back here.
 *
 * The buffer of a thread: a page of the kernel's that its task may write, so
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

_Static_assert(sizeof(struct sync_buffer) <= SYNC_BUFFER_SIZE, "one page");
_Static_assert(SYNC_BUFFER_SIZE == PAGE_SIZE, "one page");

/* An object of one clear frame that goes with it. */
static kern_return_t
page_object(struct ledger *l, struct vm_object **out, void **page)
{
    uint64_t pa;
    kern_return_t kr = ledger_charge(l, LEDGER_PAGES, 1);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    pa = phys_alloc(0);
    if (pa != 0) {
        kr = vm_object_create_dma(l, pa, PAGE_SIZE, out);
        if (kr == KERN_SUCCESS) {
            *page = memset(phys_to_virt(pa), 0, PAGE_SIZE);
            return kr;
        }
        phys_free(pa, 0);
    }
    ledger_uncharge(l, LEDGER_PAGES, 1);
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
    void *page;
    kern_return_t kr;

    if (sy->sy_buffer == NULL) {
        kr = page_object(th->th_caller->ca_ledger, &o, &page);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        kr = vm_map_enter_object(map, &at, PAGE_SIZE, VM_FLAGS_ANYWHERE, o, 0,
                                 VM_PROT_READ | VM_PROT_WRITE,
                                 VM_PROT_READ | VM_PROT_WRITE);
        if (kr != KERN_SUCCESS) {
            vm_object_release(o);
            return kr;
        }
        (void)vm_map_inherit(map, at, PAGE_SIZE, VM_INHERIT_NONE);
        sy->sy_object = o;
        sy->sy_buffer = page;
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
    struct vm_map_entry *e;

    if (o == NULL) {
        return;
    }
    /* Unless the task has put something else there. */
    e = vm_map_lookup(map, sy->sy_address);
    if (e != NULL && e->e_object == o) {
        (void)vm_map_remove(map, sy->sy_address, sy->sy_address + PAGE_SIZE);
    }
    vm_object_release(o);
    sy->sy_object = NULL;
    sy->sy_buffer = NULL;
}
