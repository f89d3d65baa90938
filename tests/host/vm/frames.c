/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests: a page that has come by a message belongs to its entry, which
 * has no object, until somebody needs one.
 */
#include "vm_test.h"

#define BASE 0x100000ull

static struct vm_map *sender, *receiver;
static vm_address_t page; /* the receiver's */

static void
receive(vm_address_t *at, uint64_t word)
{
    OK(vm_map_write(sender, &word, BASE, sizeof(word)));
    OK(vm_fault(sender, BASE, VM_PROT_WRITE));
    CHECK(vm_map_copy_across(sender, BASE, PAGE_SIZE, receiver, at));
    CHECK(vm_map_lookup(receiver, *at)->e_object == NULL);
}

static void
begin(void)
{
    vm_address_t at = BASE;

    OK(vm_map_create(&ledger_root, &sender));
    OK(vm_map_create(&ledger_root, &receiver));
    OK(vm_map_allocate(sender, &at, PAGE_SIZE, 0));
    test_map = sender;
    receive(&page, 1);
}

static void
end(void)
{
    test_check_map(receiver);
    test_map = NULL;
    vm_map_release(sender);
    vm_map_release(receiver);
    test_drain();
    test_census();
}

static uint64_t
word_at(struct vm_map *map, vm_address_t at)
{
    uint64_t word = 99;

    OK(vm_map_read(map, at, &word, sizeof(word)));
    return word;
}

static void
test_alone(void)
{
    uint64_t pa, pb;
    uint8_t there = 0;
    size_t n = 1;
    vm_prot_t prot;

    begin();
    CHECK(pmap_extract(receiver->vm_pmap, page, &pa, &prot) &&
          prot == VM_PROT_DEFAULT && *(uint64_t *)phys_to_virt(pa) == 1);
    OK(vm_map_page_query(receiver, page, PAGE_SIZE, &there, &n));
    CHECK(n == 1 && there == 1);
    OK(vm_map_protect(receiver, page, PAGE_SIZE, false, VM_PROT_READ));
    CHECK(pmap_extract(receiver->vm_pmap, page, &pb, &prot) &&
          prot == VM_PROT_READ && pa == pb);
    CHECK(vm_map_lookup(receiver, page)->e_object == NULL);
    OK(vm_map_deallocate(receiver, page, PAGE_SIZE));
    CHECK(!pmap_extract(receiver->vm_pmap, page, NULL, NULL));
    receive(&page, 2);
    CHECK(pmap_extract(receiver->vm_pmap, page, &pa, NULL));
    pmap_remove(receiver->vm_pmap, page, page + PAGE_SIZE);
    OK(vm_fault(receiver, page, VM_PROT_WRITE));
    CHECK(pmap_extract(receiver->vm_pmap, page, &pb, NULL) && pa == pb);
    OK(vm_map_discard(receiver, page, PAGE_SIZE));
    CHECK(word_at(receiver, page) == 0);
    receive(&page, 3);
    OK(vm_map_discard(receiver, page, PAGE_SIZE));
    CHECK(word_at(receiver, page) == 0);
    receive(&page, 4); /* and ends with its map */
    end();
    test_result("a page that came by a message, alone");
}

static void
test_neighbours(void)
{
    vm_address_t second, fresh = 0;

    begin();
    receive(&second, 2);
    CHECK(second + PAGE_SIZE == page);
    OK(vm_map_inherit(receiver, second, 2 * PAGE_SIZE, VM_INHERIT_NONE));
    OK(vm_map_inherit(receiver, second, 2 * PAGE_SIZE, VM_INHERIT_COPY));
    CHECK(receiver->vm_entry_count == 2);
    OK(vm_map_allocate(receiver, &fresh, PAGE_SIZE,
                       VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN));
    CHECK(fresh + PAGE_SIZE == second);
    test_check_map(receiver);
    CHECK(word_at(receiver, fresh) == 0);
    CHECK(word_at(receiver, second) == 2);
    CHECK(word_at(receiver, page) == 1);
    end();
    test_result("pages that came by messages, side by side");
}

/* Copied to a child; the nth allocation fails.  False: there were fewer. */
static bool
short_of(uint64_t nth)
{
    uint64_t before = host_failures(), word = 5;
    struct vm_map *child;
    kern_return_t kr;

    begin();
    host_fail_nth(nth);
    kr = vm_map_fork(receiver, &ledger_root, &child);
    host_fail_nth(0);
    CHECK(kr == KERN_SUCCESS || kr == KERN_RESOURCE_SHORTAGE);
    if (kr == KERN_SUCCESS) {
        OK(vm_map_write(receiver, &word, page, sizeof(word)));
        CHECK(word_at(child, page) == 1 && word_at(receiver, page) == 5);
        vm_map_release(child);
    } else {
        CHECK(word_at(receiver, page) == 1);
    }
    end();
    return host_failures() != before;
}

void
test_frames(void)
{
    uint64_t nth = 1;

    test_alone();
    test_neighbours();
    while (short_of(nth)) {
        nth++;
    }
    CHECK(nth > 3);
    test_result("a page that came by a message, copied");
}
