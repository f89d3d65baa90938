/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests: space, merging, chains, faults.
 */
#include "vm_test.h"

static struct vm_map *
map_new(void)
{
    struct vm_map *m;

    OK(vm_map_create(&ledger_root, &m));
    return m;
}

static void
put(struct vm_map *m, vm_address_t a, unsigned v)
{
    OK(vm_map_write(m, &v, a, sizeof(v)));
}

static unsigned
get(struct vm_map *m, vm_address_t a)
{
    unsigned v;

    OK(vm_map_read(m, a, &v, sizeof(v)));
    return v;
}

static void
test_space(void)
{
    struct vm_map *m = map_new();
    vm_address_t a = 0, b = 0, c;

    OK(vm_map_allocate(m, &a, 0x5000, VM_FLAGS_ANYWHERE));
    CHECK(a == VM_ANYWHERE_MIN);
    OK(vm_map_allocate(m, &b, 1, VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN));
    CHECK(b == VM_MAX_ADDRESS - PAGE_SIZE);
    c = a + 0x4000;
    CHECK(vm_map_allocate(m, &c, 0x2000, VM_FLAGS_FIXED) == KERN_NO_SPACE);
    OK(vm_map_allocate(m, &c, 0x2000, VM_FLAGS_FIXED | VM_FLAGS_OVERWRITE));
    c = 0;
    CHECK(vm_map_allocate(m, &c, 0x1000, VM_FLAGS_FIXED) ==
          KERN_INVALID_ADDRESS);
    c = VM_MAX_ADDRESS - PAGE_SIZE;
    CHECK(vm_map_allocate(m, &c, 0x2000, VM_FLAGS_FIXED) ==
          KERN_INVALID_ADDRESS);
    c = ~0ull;
    CHECK(vm_map_allocate(m, &c, 0x2000, VM_FLAGS_FIXED) ==
          KERN_INVALID_ADDRESS);
    CHECK(vm_map_allocate(m, &c, ~0ull, VM_FLAGS_ANYWHERE) ==
          KERN_INVALID_ARGUMENT);
    CHECK(vm_map_deallocate(m, ~0ull - 5, 10) == KERN_INVALID_ADDRESS);
    CHECK(vm_map_protect(m, a, 0x10000, false, VM_PROT_READ) ==
          KERN_INVALID_ADDRESS);
    m->vm_size_limit = m->vm_size + PAGE_SIZE;
    c = 0;
    CHECK(vm_map_allocate(m, &c, 2 * PAGE_SIZE, VM_FLAGS_ANYWHERE) ==
          KERN_NO_SPACE);
    test_check_map(m);
    vm_map_release(m);
    test_census();
    test_result("space: anywhere, top down, fixed, overwrite, limits");
}

static void
test_merge(void)
{
    struct vm_map *m = map_new(), *child;
    vm_address_t a, base = 0x100000;
    unsigned i;

    for (i = 0; i < 200; i++) { /* a heap that grows, touched as it goes */
        a = base + i * PAGE_SIZE;
        OK(vm_map_allocate(m, &a, PAGE_SIZE, VM_FLAGS_FIXED));
        put(m, a, i);
    }
    CHECK(m->vm_entry_count == 1);
    for (i = 1; i <= 200; i++) { /* and downwards */
        a = base - i * PAGE_SIZE;
        if (a < VM_ANYWHERE_MIN) {
            break;
        }
        OK(vm_map_allocate(m, &a, PAGE_SIZE, VM_FLAGS_FIXED));
        put(m, a, i + 1000);
    }
    CHECK(m->vm_entry_count == 1);
    CHECK(get(m, base + 7 * PAGE_SIZE) == 7);
    CHECK(get(m, base - 7 * PAGE_SIZE) == 1007);
    /* Protect a page and put it back: one entry again. */
    OK(vm_map_protect(m, base, PAGE_SIZE, false, VM_PROT_READ));
    CHECK(m->vm_entry_count == 3);
    OK(vm_map_protect(m, base, PAGE_SIZE, false, VM_PROT_DEFAULT));
    CHECK(m->vm_entry_count == 1);
    /* A hole, filled again, is zero. */
    OK(vm_map_deallocate(m, base, 2 * PAGE_SIZE));
    a = base;
    OK(vm_map_allocate(m, &a, 2 * PAGE_SIZE, VM_FLAGS_FIXED));
    CHECK(get(m, base) == 0);
    CHECK(m->vm_entry_count == 1);
    /* Growth after each of many forks still merges. */
    for (i = 200; i < 250; i++) {
        OK(vm_map_fork(m, &ledger_root, &child));
        a = base + i * PAGE_SIZE;
        OK(vm_map_allocate(m, &a, PAGE_SIZE, VM_FLAGS_FIXED));
        put(m, a, i);
        vm_map_release(child);
    }
    CHECK(m->vm_entry_count == 1);
    CHECK(get(m, base + 9 * PAGE_SIZE) == 9);
    test_check_map(m);
    vm_map_release(m);
    test_census();
    test_result("merge: growth up, down, after fork; protect and back");
}

static unsigned
chain(struct vm_map *m, vm_address_t a)
{
    return vm_object_chain_length(vm_map_lookup(m, a)->e_object);
}

/* survivor: 0 the parent goes on, 1 the child does. */
static void
test_generations(int survivor)
{
    struct vm_map *m = map_new(), *child;
    vm_address_t a = 0x100000;
    unsigned gen, i;

    OK(vm_map_allocate(m, &a, 16 * PAGE_SIZE, VM_FLAGS_FIXED));
    for (i = 0; i < 16; i++) {
        put(m, a + i * PAGE_SIZE, i);
    }
    for (gen = 1; gen <= 1000; gen++) {
        vm_address_t p = a + gen % 16 * PAGE_SIZE;
        unsigned before = get(m, p);

        OK(vm_map_fork(m, &ledger_root, &child));
        put(child, p, gen);
        put(m, p + 8, gen);
        put(child, a + (gen + 1) % 16 * PAGE_SIZE + 16, gen);
        CHECK(get(m, p) == before && get(child, p) == gen);
        CHECK(chain(m, a) <= 3 && chain(child, a) <= 3);
        if (survivor) {
            vm_map_release(m);
            m = child;
        } else {
            vm_map_release(child);
        }
        CHECK(chain(m, a) <= 2);
    }
    CHECK(vm_stats.vs_objects <= 2);
    CHECK(vm_stats.vs_pages <= 17);
    vm_map_release(m);
    test_census();
    test_result(survivor ? "1000 generations of fork, the child goes on"
                         : "1000 generations of fork, the parent goes on");
}

static void
test_fault(void)
{
    struct vm_map *m = map_new(), *n;
    vm_address_t a = 0x100000, b;
    vm_prot_t prot;
    char buf[100];
    uint64_t pa, pb;

    test_map = m;
    OK(vm_map_allocate(m, &a, 2 * PAGE_SIZE, VM_FLAGS_FIXED));
    CHECK(vm_fault(m, a - 1, VM_PROT_READ) == KERN_INVALID_ADDRESS);
    CHECK(vm_fault(m, ~0ull, VM_PROT_READ) == KERN_INVALID_ADDRESS);
    CHECK(vm_fault(m, a, VM_PROT_EXECUTE) == KERN_PROTECTION_FAILURE);
    memset(buf, 'x', sizeof(buf));
    OK(copyout(buf, a + PAGE_SIZE - 50, sizeof(buf)));
    memset(buf, 0, sizeof(buf));
    OK(copyin(a + PAGE_SIZE - 50, buf, sizeof(buf)));
    CHECK(buf[0] == 'x' && buf[99] == 'x');
    CHECK(copyout(buf, a + 2 * PAGE_SIZE - 50, 100) ==
          KERN_INVALID_ADDRESS);
    CHECK(copyin(~0ull - 3, buf, 8) == KERN_INVALID_ADDRESS);
    CHECK(copyin(VM_MAX_ADDRESS, buf, 8) == KERN_INVALID_ADDRESS);
    CHECK(copyin(0, buf, 1) == KERN_INVALID_ADDRESS);
    OK(copyin(0, buf, 0));
    OK(vm_map_protect(m, a, PAGE_SIZE, false, VM_PROT_READ));
    CHECK(copyout(buf, a, 1) == KERN_PROTECTION_FAILURE);
    CHECK(vm_probe_write(a, 1) == KERN_PROTECTION_FAILURE);
    OK(vm_map_protect(m, a, PAGE_SIZE, false, VM_PROT_DEFAULT));
    OK(vm_probe_write(a, 2 * PAGE_SIZE));
    CHECK(pmap_extract(m->vm_pmap, a, NULL, &prot) &&
          (prot & VM_PROT_WRITE) != 0);
    /* After a fork both read the same frame, and a write parts them. */
    OK(vm_map_fork(m, &ledger_root, &n));
    OK(vm_fault(m, a, VM_PROT_READ));
    OK(vm_fault(n, a, VM_PROT_READ));
    CHECK(pmap_extract(m->vm_pmap, a, &pa, &prot) && prot == VM_PROT_READ);
    CHECK(pmap_extract(n->vm_pmap, a, &pb, &prot) && prot == VM_PROT_READ);
    CHECK(pa == pb);
    OK(vm_fault(n, a, VM_PROT_WRITE));
    CHECK(pmap_extract(n->vm_pmap, a, &pb, NULL) && pa != pb);
    vm_map_release(n);
    /* A sole owner writes in place. */
    OK(vm_fault(m, a, VM_PROT_WRITE));
    CHECK(pmap_extract(m->vm_pmap, a, &pb, &prot) && pa == pb);
    CHECK((prot & VM_PROT_WRITE) != 0);
    b = a + 0x100000;
    OK(vm_map_enter_phys(m, &b, 5 * PAGE_SIZE, PAGE_SIZE, VM_FLAGS_FIXED,
                         VM_PROT_READ, PMAP_CACHE_NORMAL));
    CHECK(vm_fault(m, b, VM_PROT_WRITE) == KERN_PROTECTION_FAILURE);
    vm_map_release(m);
    test_map = NULL;
    test_census();
    test_result("faults, user copies, bad addresses");
}

static void
test_futex(void)
{
    struct vm_map *m = map_new(), *n;
    vm_address_t a = 0x100000, b = 0;
    struct vm_futex_key k, l;

    OK(vm_map_allocate(m, &a, 4 * PAGE_SIZE, VM_FLAGS_FIXED));
    OK(vm_map_fork(m, &ledger_root, &n));
    OK(vm_map_futex_key(m, a + 8, &k));
    OK(vm_map_futex_key(n, a + 8, &l));
    CHECK(k.fk_id != l.fk_id);
    OK(vm_map_remap(n, &b, PAGE_SIZE, 0, VM_FLAGS_ANYWHERE, m,
                    a + PAGE_SIZE, false, VM_INHERIT_SHARE));
    OK(vm_map_futex_key(m, a + PAGE_SIZE + 8, &k));
    OK(vm_map_futex_key(n, b + 8, &l));
    CHECK(k.fk_id == l.fk_id && k.fk_offset == l.fk_offset);
    CHECK(vm_map_futex_key(m, 8, &k) == KERN_INVALID_ADDRESS);
    vm_map_release(m);
    vm_map_release(n);
    test_census();
    test_result("futex keys: private and shared memory");
}

static void
test_ledger(void)
{
    uint64_t limit[LEDGER_ITEMS] = { 100000, 8, 0, 0, 0 };
    vm_address_t a = 0x100000;
    struct ledger *l;
    struct vm_map *m;
    unsigned i;

    OK(ledger_create(&ledger_root, limit, &l));
    OK(vm_map_create(l, &m));
    OK(vm_map_allocate(m, &a, 100 * PAGE_SIZE, VM_FLAGS_FIXED));
    for (i = 0; i < 8; i++) {
        OK(vm_fault(m, a + i * PAGE_SIZE, VM_PROT_WRITE));
    }
    CHECK(vm_fault(m, a + i * PAGE_SIZE, VM_PROT_WRITE) ==
          KERN_RESOURCE_SHORTAGE);
    OK(vm_map_deallocate(m, a, PAGE_SIZE));
    OK(vm_fault(m, a + i * PAGE_SIZE, VM_PROT_WRITE));
    OK(vm_map_discard(m, a + PAGE_SIZE, 4 * PAGE_SIZE));
    CHECK(l->le_used[LEDGER_PAGES] == 4);
    vm_map_release(m);
    test_drain();
    ledger_release(l);
    test_census();
    test_result("a ledger's end is an error, and pages come back");
}

static void
test_big(void)
{
    struct vm_map *m = map_new();
    vm_address_t a = 0x100000, i;

    OK(vm_map_allocate(m, &a, 1ull << 40, VM_FLAGS_FIXED));
    for (i = 0; i < 2000; i++) {
        OK(vm_fault(m, a + i * PAGE_SIZE, VM_PROT_WRITE));
    }
    OK(vm_fault(m, a + (1ull << 40) - PAGE_SIZE, VM_PROT_WRITE));
    vm_map_terminate(m);
    CHECK(vm_stats.vs_pages > 1000); /* not all at once */
    i = 0x100000;
    CHECK(vm_map_allocate(m, &i, PAGE_SIZE, VM_FLAGS_FIXED) ==
          KERN_TERMINATED);
    vm_map_release(m);
    test_census();
    test_result("a large object is freed in steps");
}

void
test_units(void)
{
    test_space();
    test_merge();
    test_generations(0);
    test_generations(1);
    test_fault();
    test_futex();
    test_ledger();
    test_big();
}
