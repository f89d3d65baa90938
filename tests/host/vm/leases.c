/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests: memory lent to other maps, and taken back at any depth.  What
 * is lent consists of one entry or of several.
 */
#include <vm/vm_lease.h>
#include "vm_test.h"

#define BASE 0x100000ull
#define PAGES 6u
#define RW (VM_PROT_READ | VM_PROT_WRITE)

static struct vm_map *maps[3];

static void
begin(void)
{
    for (unsigned i = 0; i < 3; i++) {
        OK(vm_map_create(&ledger_root, &maps[i]));
    }
    vm_address_t at = BASE;

    OK(vm_map_allocate(maps[0], &at, PAGES * PAGE_SIZE, 0));
    for (unsigned i = 0; i < PAGES; i++) {
        vm_address_t a = BASE + i * PAGE_SIZE;

        OK(vm_map_write(maps[0], &a, a, sizeof(a)));
        OK(vm_fault(maps[0], a, VM_PROT_WRITE));
    }
}

static void
end(void)
{
    for (unsigned i = 0; i < 3; i++) {
        if (maps[i] != NULL) {
            test_check_map(maps[i]);
            vm_map_release(maps[i]);
            maps[i] = NULL;
        }
    }
    test_drain();
    test_census();
}

static kern_return_t
lend(unsigned from, vm_address_t source, unsigned pages, vm_prot_t prot,
     unsigned to, bool grant, vm_address_t *address)
{
    struct vm_lease_request r = {
        .from = maps[from],
        .to = maps[to],
        .source = source,
        .size = pages * PAGE_SIZE,
        .prot = prot,
        .grant = grant,
        .address = *address,
        .ledger = &ledger_root,
    };
    kern_return_t kr = vm_lease_map(&r);

    *address = r.address;
    test_check_map(maps[from]);
    test_check_map(maps[to]);
    return kr;
}

/* Does map i show at `at` the page that was first at BASE + page? */
static bool
shows(unsigned i, vm_address_t at, unsigned page)
{
    uint64_t word;

    return vm_map_read(maps[i], at, &word, sizeof(word)) == KERN_SUCCESS &&
           word == BASE + page * PAGE_SIZE;
}

static bool
mapped(unsigned i, vm_address_t at, vm_prot_t *prot)
{
    return pmap_extract(maps[i]->vm_pmap, at, NULL, prot);
}

static void
test_one_page(void)
{
    vm_address_t at = 0, on = 0;
    vm_prot_t prot;

    begin();
    OK(lend(0, BASE + PAGE_SIZE, 1, RW, 1, false, &at));
    CHECK(shows(1, at, 1) && !shows(1, at + PAGE_SIZE, 2));
    CHECK(mapped(1, at, &prot) && prot == RW);
    CHECK(vm_map_lookup(maps[1], at)->e_inherit == VM_INHERIT_NONE);
    OK(lend(1, at, 1, VM_PROT_READ, 2, false, &on));
    CHECK(shows(2, on, 1));
    CHECK(mapped(2, on, &prot) && prot == VM_PROT_READ);
    CHECK(vm_fault(maps[2], on, VM_PROT_WRITE) == KERN_PROTECTION_FAILURE);
    CHECK(lend(2, on, 1, RW, 1, false, &(vm_address_t){0}) ==
          KERN_PROTECTION_FAILURE);
    CHECK(maps[1]->vm_entry_count == 1 && maps[2]->vm_lease_count == 0);
    vm_lease_revoke(maps[0], BASE, BASE + PAGE_SIZE); /* not of that page */
    CHECK(shows(2, on, 1));
    vm_lease_revoke(maps[0], BASE + PAGE_SIZE, BASE + 2 * PAGE_SIZE);
    CHECK(!mapped(1, at, NULL) && !mapped(2, on, NULL));
    CHECK(maps[1]->vm_entry_count == 0 && maps[2]->vm_entry_count == 0);
    CHECK(maps[0]->vm_lease_count == 0 && shows(0, BASE + PAGE_SIZE, 1));
    end();
    test_result("one page lent, lent on, and taken back");
}

static void
test_not_lent(void)
{
    vm_address_t at = 0;

    begin();
    CHECK(lend(0, BASE + 1, 1, RW, 1, false, &at) == KERN_INVALID_ARGUMENT);
    CHECK(lend(0, BASE, 0, RW, 1, false, &at) == KERN_INVALID_ARGUMENT);
    CHECK(lend(0, BASE, 1, RW, 0, false, &at) == KERN_INVALID_ARGUMENT);
    CHECK(lend(0, BASE, 1, 8, 1, false, &at) == KERN_INVALID_ARGUMENT);
    CHECK(lend(0, BASE, PAGES + 1, RW, 1, false, &at) ==
          KERN_INVALID_ADDRESS);
    CHECK(lend(0, BASE - PAGE_SIZE, 1, RW, 1, false, &at) ==
          KERN_INVALID_ADDRESS);
    CHECK(lend(0, VM_MAX_ADDRESS, 1, RW, 1, false, &at) ==
          KERN_INVALID_ADDRESS);
    CHECK(lend(0, -PAGE_SIZE, 2, RW, 1, false, &at) == KERN_INVALID_ADDRESS);
    CHECK(lend(0, BASE, 1, VM_PROT_ALL, 1, false, &at) ==
          KERN_PROTECTION_FAILURE);
    CHECK(maps[0]->vm_lease_count == 0 && maps[1]->vm_entry_count == 0);
    at = BASE;
    OK(lend(0, BASE, 1, RW, 1, false, &at));
    CHECK(at == BASE);
    CHECK(lend(0, BASE, 1, RW, 1, false, &at) == KERN_NO_SPACE);
    /* A page whose reader may not read it is not put there. */
    at = 0;
    OK(lend(0, BASE, 1, VM_PROT_WRITE, 1, false, &at));
    CHECK(!mapped(1, at, NULL));
    end();
    test_result("what can't be lent");
}

/* The source in two entries, the second without write permission. */
static void
split(void)
{
    OK(vm_map_protect(maps[0], BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, false,
                      VM_PROT_READ));
    CHECK(maps[0]->vm_entry_count == 3);
}

static void
test_pieces(void)
{
    vm_address_t at = 0, on = BASE;

    begin();
    split();
    CHECK(lend(0, BASE, 4, RW, 1, false, &at) == KERN_PROTECTION_FAILURE);
    CHECK(maps[1]->vm_entry_count == 0 && maps[1]->vm_size == 0);
    at = 0;
    OK(lend(0, BASE + PAGE_SIZE, 4, VM_PROT_READ, 1, false, &at));
    CHECK(maps[1]->vm_entry_count == 1); /* one again, for its reader */
    OK(lend(1, at + PAGE_SIZE, 2, VM_PROT_READ, 2, false, &on));
    for (unsigned i = 0; i < 4; i++) {
        CHECK(shows(1, at + i * PAGE_SIZE, i + 1));
    }
    CHECK(shows(2, on, 2) && shows(2, on + PAGE_SIZE, 3));
    /* The lender's unmapping of any of it ends it all. */
    OK(vm_map_deallocate(maps[0], BASE + 4 * PAGE_SIZE, PAGE_SIZE));
    CHECK(maps[1]->vm_entry_count == 0 && maps[2]->vm_entry_count == 0);
    end();
    test_result("several entries lent as one range");
}

static void
test_grant(void)
{
    vm_address_t at = 0, on = 0, end_at = 0;

    begin();
    split();
    OK(lend(0, BASE, 2, RW, 1, true, &at));
    CHECK(shows(1, at, 0) && shows(1, at + PAGE_SIZE, 1));
    CHECK(!shows(0, BASE, 0) && maps[0]->vm_lease_count == 0);
    CHECK(vm_map_lookup(maps[1], at)->e_inherit == VM_INHERIT_DEFAULT);
    OK(lend(1, at, 2, RW, 2, false, &on));
    OK(lend(2, on, 1, RW, 0, true, &end_at)); /* what is lent is passed on */
    CHECK(shows(0, end_at, 0) && !shows(2, on, 0));
    CHECK(shows(2, on + PAGE_SIZE, 1));
    vm_lease_revoke(maps[1], at, at + PAGE_SIZE);
    CHECK(!shows(0, end_at, 0) && shows(1, at, 0));
    end();
    test_result("memory granted");
}

/* The nth allocation fails: nothing is left of what failed. */
static bool
short_of(uint64_t nth, bool grant)
{
    uint64_t before = host_failures();
    vm_address_t at = 0;
    kern_return_t kr;
    bool failed;

    begin();
    split();
    host_fail_nth(nth);
    kr = lend(0, BASE, 4, VM_PROT_READ, 1, grant, &at);
    host_fail_nth(0);
    failed = host_failures() != before;
    CHECK(kr == KERN_SUCCESS || (failed && kr == KERN_RESOURCE_SHORTAGE));
    if (kr == KERN_SUCCESS) {
        CHECK(shows(1, at, 0) && shows(1, at + 3 * PAGE_SIZE, 3));
    } else {
        CHECK(maps[1]->vm_entry_count == 0 && maps[1]->vm_size == 0);
        CHECK(maps[0]->vm_lease_count == 0 && shows(0, BASE, 0));
    }
    end();
    return failed;
}

static void
test_shortage(void)
{
    for (unsigned grant = 0; grant < 2; grant++) {
        uint64_t nth = 1;

        while (short_of(nth, grant != 0)) {
            nth++;
        }
        CHECK(nth > 2);
    }
    test_result("each allocation of a lease fails once");
}

void
test_leases(void)
{
    test_one_page();
    test_not_lent();
    test_pieces();
    test_grant();
    test_shortage();
}
