/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests: small out-of-line data, which is copied by bytes, in two steps
 * (in and out) and in one (across).  A ring of shapes: whole pages, parts of
 * pages, as many as frames can hold and one byte more.
 */
#include "vm_test.h"

#define BASE 0x100000ull
#define PAGES 12u

static const struct shape {
    vm_offset_t offset;
    vm_size_t size;
} shapes[] = {
    { 0, PAGE_SIZE },
    { 0, 1 },
    { PAGE_SIZE - 1, 1 },
    { PAGE_SIZE - 1, 2 },
    { 100, PAGE_SIZE },
    { 8, 3 * PAGE_SIZE },
    { 0, VM_COPY_FRAMES * PAGE_SIZE },
    { 1, VM_COPY_FRAMES * PAGE_SIZE - 1 },
    { 1, VM_COPY_FRAMES * PAGE_SIZE },
    { 0, VM_COPY_FRAMES * PAGE_SIZE + 1 },
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static struct vm_map *sender, *receiver;

static unsigned char
pattern(vm_address_t a)
{
    return (unsigned char)(a * 7 + (a >> PAGE_SHIFT));
}

/* The sender has PAGES pages of the pattern, mapped, and is the map that is
 * loaded; the receiver is charged to l. */
static void
begin(struct ledger *l)
{
    vm_address_t a = BASE;

    OK(vm_map_create(&ledger_root, &sender));
    OK(vm_map_create(l, &receiver));
    OK(vm_map_allocate(sender, &a, PAGES * PAGE_SIZE, VM_FLAGS_FIXED));
    for (; a < BASE + PAGES * PAGE_SIZE; a++) {
        unsigned char c = pattern(a);

        OK(vm_map_write(sender, &c, a, 1));
    }
    for (a = BASE; a < BASE + PAGES * PAGE_SIZE; a += PAGE_SIZE) {
        OK(vm_fault(sender, a, VM_PROT_READ));
    }
    test_map = sender;
}

static void
end(void)
{
    test_map = NULL;
    vm_map_release(sender);
    vm_map_release(receiver);
    test_drain();
}

static unsigned char
byte_of(struct vm_map *map, vm_address_t a)
{
    unsigned char c;

    OK(vm_map_read(map, a, &c, 1));
    return c;
}

/* What came is what was sent, and nothing else is in its pages. */
static void
check_received(vm_address_t out, const struct shape *s)
{
    vm_address_t i;

    CHECK((out & PAGE_MASK) == (s->offset & PAGE_MASK));
    for (i = page_trunc(out); i < page_round(out + s->size); i++) {
        bool data = i >= out && i < out + s->size;

        CHECK(byte_of(receiver, i) ==
              (data ? pattern(BASE + s->offset + (i - out)) : 0));
    }
}

/* Writes on either side are not seen on the other. */
static void
check_apart(vm_address_t out, const struct shape *s)
{
    unsigned char c = (unsigned char)~pattern(BASE + s->offset);
    uint64_t mine, its;

    OK(vm_map_write(sender, &c, BASE + s->offset, 1));
    check_received(out, s);
    OK(vm_map_write(receiver, &c, out + s->size - 1, 1));
    CHECK(byte_of(receiver, out + s->size - 1) == c);
    OK(vm_fault(sender, page_trunc(BASE + s->offset), VM_PROT_WRITE));
    OK(vm_fault(receiver, page_trunc(out), VM_PROT_WRITE));
    CHECK(pmap_extract(sender->vm_pmap, page_trunc(BASE + s->offset), &mine,
                       NULL));
    CHECK(pmap_extract(receiver->vm_pmap, page_trunc(out), &its, NULL));
    CHECK(mine != its);
}

static void
test_shapes(void)
{
    for (unsigned i = 0; i < 2 * SHAPES; i++) {
        const struct shape *s = &shapes[i / 2];
        struct vm_map_copy *c;
        vm_address_t out = 0;

        begin(&ledger_root);
        if (i % 2 == 0) {
            OK(vm_map_copyin(sender, BASE + s->offset, s->size, false,
                             &ledger_root, &c));
            OK(vm_map_copyout(receiver, c, &out));
        } else if (!vm_map_copy_across(sender, BASE + s->offset, s->size,
                                       receiver, &out)) {
            CHECK(page_round(s->offset + s->size) >
                  VM_COPY_FRAMES * PAGE_SIZE);
            end();
            test_census();
            continue;
        }
        check_received(out, s);
        check_apart(out, s);
        test_check_map(receiver);
        OK(vm_map_deallocate(receiver, out, s->size));
        CHECK(receiver->vm_entry_count == 0);
        end();
        test_census();
    }
    test_result("small out-of-line data: shapes, writes on both sides");
}

/* What lies in a copy is what the sender had when it was made. */
static void
test_then(void)
{
    const struct shape *s = &shapes[0];
    struct vm_map_copy *c;
    vm_address_t out;
    unsigned char x = (unsigned char)~pattern(BASE);

    begin(&ledger_root);
    OK(vm_map_copyin(sender, BASE, s->size, false, &ledger_root, &c));
    OK(vm_map_write(sender, &x, BASE, 1));
    OK(vm_map_deallocate(sender, BASE, PAGE_SIZE));
    OK(vm_map_copyout(receiver, c, &out));
    check_received(out, s);
    end();
    test_census();
    test_result("small out-of-line data is of the time of sending");
}

/* Holes, protection: refused as if the bytes were touched one by one. */
static void
test_refused(void)
{
    struct vm_map_copy *c;
    vm_address_t out;

    begin(&ledger_root);
    OK(vm_map_deallocate(sender, BASE + 2 * PAGE_SIZE, PAGE_SIZE));
    CHECK(vm_map_copyin(sender, BASE + PAGE_SIZE, 2 * PAGE_SIZE, false,
                        &ledger_root, &c) == KERN_INVALID_ADDRESS);
    CHECK(!vm_map_copy_across(sender, BASE + PAGE_SIZE, 2 * PAGE_SIZE,
                              receiver, &out));
    /* Mapped, and the processor lets one read it; its owner may not. */
    OK(vm_map_protect(sender, BASE, PAGE_SIZE, false, VM_PROT_EXECUTE));
    OK(vm_fault(sender, BASE, VM_PROT_EXECUTE));
    CHECK(pmap_extract(sender->vm_pmap, BASE, NULL, NULL));
    CHECK(vm_map_copyin(sender, BASE, 8, false, &ledger_root, &c) ==
          KERN_PROTECTION_FAILURE);
    CHECK(!vm_map_copy_across(sender, BASE, 8, receiver, &out));
    CHECK(!vm_map_copy_across(sender, BASE, 0, receiver, &out));
    CHECK(!vm_map_copy_across(sender, VM_MAX_ADDRESS, 1, receiver, &out));
    CHECK(!vm_map_copy_across(sender, ~0ull, 2, receiver, &out));
    CHECK(!vm_map_copy_across(sender, BASE, ~0ull, receiver, &out));
    CHECK(receiver->vm_entry_count == 0);
    end();
    test_census();
    test_result("small out-of-line data: what can't be read is refused");
}

/* Not mapped (yet): in two steps only. */
static void
test_not_there(void)
{
    struct vm_map_copy *c;
    vm_address_t out;

    begin(&ledger_root);
    pmap_remove(sender->vm_pmap, BASE, BASE + PAGES * PAGE_SIZE);
    CHECK(!vm_map_copy_across(sender, BASE, PAGE_SIZE, receiver, &out));
    OK(vm_map_copyin(sender, BASE, PAGE_SIZE, false, &ledger_root, &c));
    OK(vm_map_copyout(receiver, c, &out));
    check_received(out, &shapes[0]);
    end();
    test_census();
    test_result("small out-of-line data that is not mapped");
}

static void
ledger_make(uint64_t kmem, uint64_t pages, struct ledger **out)
{
    uint64_t limit[LEDGER_ITEMS] = { kmem, pages, 0, 0, 0 };

    OK(ledger_create(&ledger_root, limit, out));
}

/* A sender's and a receiver's ledger at its end; who pays for what. */
static void
test_ledgers(void)
{
    struct ledger *payer, *own;
    struct vm_map_copy *c;
    vm_address_t out;
    uint64_t kmem;

    ledger_make(100000, 2, &payer);
    ledger_make(100000, 2, &own);
    begin(own);
    kmem = own->le_used[LEDGER_KMEM];
    CHECK(vm_map_copyin(sender, BASE, 3 * PAGE_SIZE, false, payer, &c) ==
          KERN_RESOURCE_SHORTAGE);
    CHECK(payer->le_used[LEDGER_PAGES] == 0);
    CHECK(payer->le_used[LEDGER_KMEM] == 0);
    CHECK(!vm_map_copy_across(sender, BASE, 3 * PAGE_SIZE, receiver, &out));
    CHECK(own->le_used[LEDGER_PAGES] == 0 &&
          own->le_used[LEDGER_KMEM] == kmem);
    /* In flight it is the payer's, then the receiver's. */
    OK(vm_map_copyin(sender, BASE, 2 * PAGE_SIZE, false, payer, &c));
    CHECK(payer->le_used[LEDGER_PAGES] == 2);
    OK(ledger_charge(own, LEDGER_PAGES, 1));
    CHECK(vm_map_copyout(receiver, c, &out) == KERN_RESOURCE_SHORTAGE);
    CHECK(payer->le_used[LEDGER_PAGES] == 2 &&
          own->le_used[LEDGER_PAGES] == 1);
    ledger_uncharge(own, LEDGER_PAGES, 1);
    OK(vm_map_copyout(receiver, c, &out));
    CHECK(payer->le_used[LEDGER_PAGES] == 0 &&
          payer->le_used[LEDGER_KMEM] == 0 &&
          own->le_used[LEDGER_PAGES] == 2);
    OK(vm_map_deallocate(receiver, out, 2 * PAGE_SIZE));
    CHECK(vm_map_copy_across(sender, BASE, 2 * PAGE_SIZE, receiver, &out));
    CHECK(own->le_used[LEDGER_PAGES] == 2);
    OK(vm_map_deallocate(receiver, out, 2 * PAGE_SIZE));
    CHECK(own->le_used[LEDGER_PAGES] == 0);
    end();
    ledger_release(payer);
    ledger_release(own);
    test_census();
    test_result("small out-of-line data: who pays, and ledgers at their end");
}

/* In two steps, or across; the nth allocation fails.  False: there were fewer. */
static bool
short_of(uint64_t nth, bool across)
{
    const struct shape s = { 0, 2 * PAGE_SIZE };
    uint64_t before = host_failures();
    struct vm_map_copy *c;
    vm_address_t out;
    bool failed;
    kern_return_t kr;

    begin(&ledger_root);
    host_fail_nth(nth);
    if (across) {
        kr = vm_map_copy_across(sender, BASE, s.size, receiver, &out)
                 ? KERN_SUCCESS
                 : KERN_RESOURCE_SHORTAGE;
    } else {
        kr = vm_map_copyin(sender, BASE, s.size, false, &ledger_root, &c);
        if (kr == KERN_SUCCESS &&
            (kr = vm_map_copyout(receiver, c, &out)) != KERN_SUCCESS) {
            OK(vm_map_copyout(receiver, c, &out));
            check_received(out, &s); /* no data is lost */
        }
    }
    host_fail_nth(0);
    failed = host_failures() != before;
    /* A page table that can't be had is left to a fault. */
    CHECK(kr == KERN_SUCCESS || (failed && kr == KERN_RESOURCE_SHORTAGE));
    if (kr == KERN_SUCCESS) {
        check_received(out, &s);
    }
    end();
    test_census();
    return failed;
}

static void
test_shortage(void)
{
    for (unsigned across = 0; across < 2; across++) {
        uint64_t nth = 1;

        while (short_of(nth, across != 0)) {
            nth++;
        }
        CHECK(nth > 5);
    }
    test_result("small out-of-line data, each allocation failing in turn");
}

void
test_small(void)
{
    test_shapes();
    test_then();
    test_refused();
    test_not_there();
    test_ledgers();
    test_shortage();
}
