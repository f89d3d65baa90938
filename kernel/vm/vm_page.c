/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page frames for objects.
 */
#include <base/assert.h>
#include <base/page_alloc.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>

struct vm_page_stats vm_stats;

uint64_t
vm_page_alloc(struct ledger *l)
{
    uint64_t pa;

    if (ledger_charge_little(l, LEDGER_PAGES, 1) != KERN_SUCCESS) {
        return 0;
    }
    pa = phys_alloc(0);
    if (pa == 0) {
        ledger_uncharge(l, LEDGER_PAGES, 1);
        return 0;
    }
    vm_stats.vs_pages++;
    return pa;
}

uint64_t
vm_page_alloc_reclaim(struct ledger *l)
{
    uint64_t pa;
    unsigned steps;

    for (steps = 0; (pa = vm_page_alloc(l)) == 0; steps++) {
        if (steps == VM_RECLAIM_STEPS || !vm_object_reclaim_step()) {
            return 0;
        }
    }
    return pa;
}

uint64_t
vm_page_alloc_zero(struct ledger *l)
{
    uint64_t pa = vm_page_alloc(l);

    if (pa != 0) {
        memset(phys_to_virt(pa), 0, PAGE_SIZE);
        vm_stats.vs_zero_fill++;
    }
    return pa;
}

void
vm_page_free(uint64_t pa, struct ledger *l)
{
    assert(vm_stats.vs_pages > 0);
    vm_stats.vs_pages--;
    phys_free(pa, 0);
    ledger_uncharge_little(l, LEDGER_PAGES, 1);
}

void
vm_page_copy(uint64_t from, uint64_t to)
{
    memcpy(phys_to_virt(to), phys_to_virt(from), PAGE_SIZE);
}
