/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host tests of kernel/vm: the runner.  Arguments: seed and number of steps of
 * one model run (default: a fixed set of runs).
 */
#include <machine/clock.h>
#include <machine/user_copy.h>
#include "vm_test.h"

struct vm_map *test_map;
static unsigned test_number;

struct vm_map *
vm_current_map(void)
{
    return test_map;
}

uint64_t
clock_uptime(void)
{
    return 0;
}

struct pmap *
host_current_pmap(void)
{
    return test_map->vm_pmap;
}

void
wait_queue_init(struct wait_queue *wq)
{
    list_init(&wq->wq_threads);
}

void
test_result(const char *name)
{
    printf("ok %u - %s\n", ++test_number, name);
    fflush(stdout);
}

void
test_drain(void)
{
    while (host_reap()) {
        continue;
    }
}

void
test_census(void)
{
    struct vm_counts n;

    test_drain();
    vm_counts_get(&n);
    CHECK(n.vc_maps == 0);
    CHECK(n.vc_entries == 0);
    CHECK(n.vc_objects == 0);
    CHECK(n.vc_copies == 0);
    CHECK(n.vc_pages == 0);
    CHECK(vm_stats.vs_wired == 0);
    CHECK(host_frames_used() == 0);
    CHECK(host_kalloc_bytes() == 0);
    CHECK(ledger_root.le_used[LEDGER_KMEM] == 0);
    CHECK(ledger_root.le_used[LEDGER_PAGES] == 0);
    CHECK(ledger_root.le_refs == 1);
}

/* Order, bounds, gaps and heap property of the tree against the list. */
static vm_size_t
check_tree(struct vm_map *map, struct vm_map_entry *e, uint64_t *count)
{
    vm_size_t max, sub;

    if (e == NULL) {
        return 0;
    }
    (*count)++;
    max = e->e_gap;
    CHECK(e->e_map == map);
    for (unsigned i = 0; i < 2; i++) {
        struct vm_map_entry *c = e->e_child[i];

        if (c != NULL) {
            CHECK(c->e_parent == e);
            CHECK(c->e_random <= e->e_random);
            CHECK(i == 0 ? c->e_end <= e->e_start : c->e_start >= e->e_end);
        }
        sub = check_tree(map, c, count);
        max = sub > max ? sub : max;
    }
    CHECK(e->e_gap_max == max ||
          (e == map->vm_lowered && e->e_gap_max > max));
    return e->e_gap_max;
}

void
test_check_map(struct vm_map *map)
{
    vm_address_t end = VM_MIN_ADDRESS;
    uint64_t in_tree = 0, in_list = 0;
    vm_address_t full = VM_ANYWHERE_MIN;
    vm_size_t size = 0;
    struct list *i;

    list_for_each(i, &map->vm_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        CHECK(e->e_start >= end && e->e_start < e->e_end);
        CHECK(e->e_gap == e->e_start - end);
        full = end > full ? end : full;
        CHECK(e->e_gap == 0 || e->e_start <= VM_ANYWHERE_MIN ||
              map->vm_full <= full);
        CHECK(e->e_object != NULL || e->e_offset == e->e_start);
        CHECK(e->e_frame == 0 || (e->e_object == NULL && !e->e_needs_copy &&
                                  e->e_end - e->e_start == PAGE_SIZE));
        CHECK(e->e_object == NULL || e->e_object->vo_kind == VO_PHYS ||
              (e->e_offset >= e->e_object->vo_lo &&
               e->e_offset + (e->e_end - e->e_start) <=
                   e->e_object->vo_hi));
        end = e->e_end;
        size += e->e_end - e->e_start;
        in_list++;
    }
    CHECK(map->vm_full <= (end > full ? end : full));
    check_tree(map, map->vm_root, &in_tree);
    CHECK(in_tree == in_list && in_list == map->vm_entry_count);
    CHECK(size == map->vm_size);
}

int
main(int argc, char **argv)
{
    uint32_t seed;

    vm_setup();
    if (argc > 2) {
        test_model((uint32_t)strtoul(argv[1], NULL, 0),
                   (unsigned)strtoul(argv[2], NULL, 0),
                   argc > 3 ? (unsigned)strtoul(argv[3], NULL, 0) : 0);
        return 0;
    }
    test_units();
    test_copies();
    test_small();
    test_leases();
    test_frames();
    for (seed = 1; seed <= 40; seed++) {
        test_model(seed, 1500, 0);
    }
    test_result("model: random calls, no failures");
    for (seed = 1; seed <= 40; seed++) {
        test_model(seed, 1500, 40);
    }
    test_result("model: random calls, random allocation failures");
    printf("1..%u\n", test_number);
    return 0;
}
