/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving memory back when it is short: what is dead first, then chains that
 * can be shortened, then clean pages of pagers.  And the numbers.
 */
#include <base/page_alloc.h>
#include <vm/vm_map_copy.h>
#include <vm/vm_pager.h>

static const struct pager_ops *reclaim_pager_ops;

void
vm_setup(void)
{
    vm_object_setup();
    vm_map_setup();
    vm_map_copy_setup();
}

void
vm_pager_register(const struct pager_ops *ops)
{
    reclaim_pager_ops = ops;
}

bool
vm_object_reclaim_step(void)
{
    uint64_t before = vm_stats.vs_pages + vm_stats.vs_entries;

    vm_map_reap_step();
    vm_map_copy_reap_step();
    vm_object_reap_step();
    if (vm_stats.vs_pages + vm_stats.vs_entries < before ||
        vm_object_collapse_step()) {
        return true;
    }
    return reclaim_pager_ops != NULL && reclaim_pager_ops->po_reclaim();
}

void
vm_statistics_get(vm_statistics_t *out)
{
    *out = (vm_statistics_t){
        .pagesize = PAGE_SIZE,
        .free_count = phys_free_count(),
        .active_count = vm_stats.vs_pages,
        .wire_count = vm_stats.vs_wired,
        .total_count = phys_total_count(),
        .zero_fill_count = vm_stats.vs_zero_fill,
        .faults = vm_stats.vs_faults,
        .cow_faults = vm_stats.vs_cow_faults,
        .pageins = vm_stats.vs_pageins,
        .pageouts = vm_stats.vs_pageouts,
    };
}

void
vm_counts_get(struct vm_counts *out)
{
    *out = (struct vm_counts){
        .vc_objects = vm_stats.vs_objects,
        .vc_maps = vm_stats.vs_maps,
        .vc_entries = vm_stats.vs_entries,
        .vc_pages = vm_stats.vs_pages,
        .vc_copies = vm_stats.vs_copies,
    };
}
