/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unit tests: named entries and asymmetric copies, out-of-line data.
 */
#include "vm_test.h"

#define BASE 0x100000ull

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

/* A server's file memory, mapped privately and shared by clients. */
static void
test_named(void)
{
    struct vm_map *server = map_new(), *client = map_new(), *other;
    struct vm_named_entry *ne, *sub;
    vm_address_t a = BASE;
    struct vm_enter req = {
        .addr = 0x200000, .size = 4 * PAGE_SIZE, .flags = VM_FLAGS_FIXED,
        .prot = VM_PROT_DEFAULT, .max_prot = VM_PROT_DEFAULT,
        .inherit = VM_INHERIT_COPY,
    };
    unsigned i, round;

    OK(vm_map_allocate(server, &a, 4 * PAGE_SIZE, VM_FLAGS_FIXED));
    for (i = 0; i < 4; i++) {
        put(server, a + i * PAGE_SIZE, 10 + i);
    }
    OK(vm_named_from_map(server, a, 4 * PAGE_SIZE, VM_PROT_ALL, &ledger_root,
                         &ne));
    OK(vm_named_sub(ne, PAGE_SIZE, 2 * PAGE_SIZE, VM_PROT_READ, &ledger_root,
                    &sub));
    OK(vm_named_map(client, &req, ne, 0, true)); /* private at 0x200000 */
    req.addr = 0x300000;
    OK(vm_named_map(client, &req, ne, 0, false)); /* shared at 0x300000 */
    req.addr = 0x400000;
    req.size = PAGE_SIZE;
    CHECK(vm_named_map(client, &req, sub, 0, false) == KERN_NO_ACCESS);
    CHECK(vm_named_map(client, &req, sub, 2 * PAGE_SIZE, true) ==
          KERN_INVALID_ARGUMENT);
    CHECK(vm_named_map(client, &req, sub, ~0ull << 12, true) ==
          KERN_INVALID_ARGUMENT);
    OK(vm_named_map(client, &req, sub, PAGE_SIZE, true));
    CHECK(get(client, 0x400000) == 12);
    put(server, a, 99); /* the private copy was made before */
    CHECK(get(client, 0x200000) == 10 && get(client, 0x300000) == 99);
    put(client, 0x300000, 98);
    CHECK(get(server, a) == 98 && get(client, 0x200000) == 10);
    put(client, 0x200000 + PAGE_SIZE, 5);
    CHECK(get(server, a + PAGE_SIZE) == 11);
    /* Many private mappings, with writes in between: chains stay short. */
    for (round = 0; round < 50; round++) {
        other = map_new();
        req.addr = 0x200000;
        req.size = 4 * PAGE_SIZE;
        OK(vm_named_map(other, &req, ne, 0, true));
        put(server, a + 3 * PAGE_SIZE, round);
        put(other, 0x200000, round);
        CHECK(get(other, 0x200000 + 3 * PAGE_SIZE) ==
              (round == 0 ? 13 : round - 1));
        CHECK(vm_object_chain_length(
                  vm_map_lookup(other, 0x200000)->e_object) <= 4);
        vm_map_release(other);
    }
    vm_named_release(sub);
    vm_map_release(server);
    CHECK(get(client, 0x300000 + 3 * PAGE_SIZE) == 49);
    vm_named_release(ne);
    CHECK(get(client, 0x200000) == 10);
    vm_map_release(client);
    test_census();
    test_result("named entries: shared, private, sub-range, permission");
}

/* What a copier can't pay for is its own loss, never the writer's. */
static void
test_poison(void)
{
    uint64_t limit[LEDGER_ITEMS] = { 100000, 1, 0, 0, 0 };
    struct vm_map *server = map_new(), *client;
    struct vm_named_entry *ne;
    struct ledger *l;
    vm_address_t a = BASE;
    struct vm_enter req = {
        .addr = 0x200000, .size = 4 * PAGE_SIZE, .flags = VM_FLAGS_FIXED,
        .prot = VM_PROT_DEFAULT, .max_prot = VM_PROT_DEFAULT,
    };
    unsigned v;

    OK(ledger_create(&ledger_root, limit, &l));
    OK(vm_map_create(l, &client));
    OK(vm_map_allocate(server, &a, 4 * PAGE_SIZE, VM_FLAGS_FIXED));
    OK(vm_named_from_map(server, a, 4 * PAGE_SIZE, VM_PROT_ALL, &ledger_root,
                         &ne));
    put(server, a, 1);
    OK(vm_named_map(client, &req, ne, 0, true));
    put(server, a, 2);             /* pushed: the ledger's only page */
    put(server, a + PAGE_SIZE, 3); /* can't be pushed */
    CHECK(get(client, 0x200000) == 1);
    CHECK(vm_map_read(client, 0x200000 + PAGE_SIZE, &v, sizeof(v)) ==
          KERN_RESOURCE_SHORTAGE);
    vm_map_release(client);
    vm_map_release(server);
    vm_named_release(ne);
    test_drain();
    ledger_release(l);
    test_census();
    test_result("a copier over its ledger doesn't harm the writer");
}

static void
fill(struct vm_map *m, vm_address_t a, vm_size_t size, unsigned seed)
{
    vm_size_t i;

    for (i = 0; i < size; i += 4) {
        put(m, a + i, (unsigned)(seed + i));
    }
}

static void
ool_one(vm_address_t addr, vm_size_t size, bool destroy)
{
    struct vm_map *from = map_new(), *to = map_new();
    vm_address_t a = BASE, out, i;
    struct vm_map_copy *c;
    unsigned char x, y;

    OK(vm_map_allocate(from, &a, 40 * PAGE_SIZE, VM_FLAGS_FIXED));
    fill(from, a, 30 * PAGE_SIZE, 7);
    OK(vm_map_copyin(from, addr, size, destroy, &ledger_root, &c));
    CHECK(vm_map_copy_size(c) == size);
    if (destroy) {
        CHECK(vm_map_read(from, addr, &x, 1) == KERN_INVALID_ADDRESS);
    } else {
        put(from, addr & ~3ull, 0xdeadbeef);
    }
    x = 1;
    OK(vm_map_copy_read(c, size - 1, &x, 1));
    OK(vm_map_copyout(to, c, &out));
    CHECK((out & PAGE_MASK) == (addr & PAGE_MASK));
    for (i = 0; i < size; i += 97) {
        unsigned want;

        OK(vm_map_read(to, out + i, &y, 1));
        want = addr + i < a + 30 * PAGE_SIZE
                   ? 7 + (unsigned)((addr + i - a) & ~3ull)
                   : 0;
        CHECK(y == (unsigned char)(want >> 8 * ((addr + i) & 3)));
    }
    /* Nothing of the sender's beside the data. */
    for (i = page_trunc(out); i < page_round(out + size); i++) {
        if (i < out || i >= out + size) {
            OK(vm_map_read(to, i, &y, 1));
            CHECK(y == 0);
        }
    }
    test_check_map(from);
    test_check_map(to);
    vm_map_release(from);
    vm_map_release(to);
    test_census();
}

static void
test_ool(void)
{
    struct vm_map *m = map_new();
    struct vm_map_copy *c;
    vm_address_t a = BASE, out = 1;
    char buf[6000];
    uint64_t pa;

    OK(vm_map_copyin(m, 0, 0, true, &ledger_root, &c));
    OK(vm_map_copyout(m, c, &out));
    CHECK(out == 0);
    CHECK(vm_map_copyin(m, a, 5, false, &ledger_root, &c) ==
          KERN_INVALID_ADDRESS);
    CHECK(vm_map_copyin(m, ~0ull - 2, 5, false, &ledger_root, &c) ==
          KERN_INVALID_ADDRESS);
    memset(buf, 'k', sizeof(buf));
    OK(vm_map_copy_from_kernel(buf, sizeof(buf), &ledger_root, &c));
    OK(vm_map_copyout(m, c, &out));
    memset(buf, 0, sizeof(buf));
    OK(vm_map_read(m, out, buf, sizeof(buf)));
    CHECK(buf[0] == 'k' && buf[5999] == 'k');
    OK(vm_map_copy_from_kernel(buf, sizeof(buf), &ledger_root, &c));
    OK(vm_map_copy_take_page(c, 1, &ledger_root, &pa));
    CHECK(((char *)phys_to_virt(pa))[0] == 'k' &&
          ((char *)phys_to_virt(pa))[4095] == 0);
    vm_page_free(pa, &ledger_root);
    CHECK(vm_map_copy_take_page(c, 2, &ledger_root, &pa) ==
          KERN_INVALID_ARGUMENT);
    vm_map_copy_discard(c);
    vm_map_release(m);
    test_census();
    ool_one(BASE, 4, false);
    ool_one(BASE + 4093, 5, false);
    ool_one(BASE + 100, 20 * PAGE_SIZE, false);
    ool_one(BASE + 100, 20 * PAGE_SIZE, true);
    ool_one(BASE, 35 * PAGE_SIZE, true);
    ool_one(BASE + 8, 35 * PAGE_SIZE - 16, false);
    ool_one(BASE + PAGE_SIZE, 16 * PAGE_SIZE, true);
    test_result("out-of-line data: sizes, offsets, move, no stale bytes");
}

static void
test_boot_memory(void)
{
    struct vm_map *m = map_new();
    struct vm_object *o;
    vm_address_t a = 0;
    uint64_t pa = phys_alloc(2);

    memset(phys_to_virt(pa), 'b', 4 * PAGE_SIZE);
    OK(vm_object_from_physical(pa, 4 * PAGE_SIZE - 5, &ledger_root, &o));
    OK(vm_map_enter_object(m, &a, 4 * PAGE_SIZE, VM_FLAGS_ANYWHERE, o, 0,
                           VM_PROT_DEFAULT, VM_PROT_ALL));
    vm_object_release(o);
    CHECK(get(m, a + 3 * PAGE_SIZE) == 0x62626262);
    put(m, a, 3);
    OK(vm_map_deallocate(m, a, 2 * PAGE_SIZE));
    vm_map_release(m);
    test_census();
    test_result("boot memory becomes anonymous memory");
}

void
test_copies(void)
{
    test_named();
    test_poison();
    test_ool();
    test_boot_memory();
}
