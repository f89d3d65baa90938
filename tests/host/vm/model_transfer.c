/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations of the model that carry memory: named entries and
 * out-of-line copies.
 */
#include "model.h"

static void
named_drop(struct model_named *n)
{
    unsigned i;

    vm_named_release(n->ne);
    n->ne = NULL;
    for (i = 0; i < n->pages; i++) {
        cell_drop(n->cell[i]);
    }
}

static void
op_name(struct model_map *m)
{
    struct model_named *n = &model_named[model_rand(NAMED)];
    unsigned count = 1 + model_rand(NAMED_PAGES);
    unsigned first = model_rand(WINDOW - count + 1), i;
    vm_prot_t prot = model_rand(3) ? VM_PROT_ALL : VM_PROT_READ;
    kern_return_t kr;

    if (n->ne != NULL) {
        named_drop(n);
        return;
    }
    kr = vm_named_from_map(m->map, model_va(first), count * PAGE_SIZE, prot,
                           &ledger_root, &n->ne);
    for (i = 0; i < count; i++) {
        if (m->page[first + i].cell == NULL) {
            CHECK(kr == KERN_INVALID_ADDRESS);
            n->ne = NULL;
            return;
        }
        prot &= m->page[first + i].max;
    }
    if (model_shortage(kr)) {
        n->ne = NULL;
        return;
    }
    OK(kr);
    n->pages = count;
    n->prot = prot;
    for (i = 0; i < count; i++) {
        n->cell[i] = cell_ref(m->page[first + i].cell);
    }
}

static void
op_map_named(struct model_map *m)
{
    struct model_named *n = &model_named[model_rand(NAMED)];
    bool copy = model_rand(2), allowed;
    unsigned off, count, dest, i;
    struct vm_enter req = {
        .flags = VM_FLAGS_OVERWRITE,
        .prot = model_rand(2) ? VM_PROT_READ : VM_PROT_DEFAULT,
        .max_prot = VM_PROT_DEFAULT,
        .inherit = model_rand(3),
    };
    kern_return_t kr;

    if (n->ne == NULL) {
        return;
    }
    off = model_rand(n->pages);
    count = 1 + model_rand(n->pages - off);
    dest = model_rand(WINDOW - count + 1);
    req.addr = model_va(dest);
    req.size = count * PAGE_SIZE;
    allowed = copy ? (n->prot & VM_PROT_READ) != 0
                   : (req.prot & ~n->prot) == 0;
    kr = vm_named_map(m->map, &req, n->ne, off * PAGE_SIZE, copy);
    if (model_shortage(kr)) {
        return;
    }
    if (!allowed) {
        CHECK(kr == KERN_NO_ACCESS);
        return;
    }
    OK(kr);
    model_unmap(m, dest, count);
    for (i = 0; i < count; i++) {
        struct cell *c = n->cell[off + i];

        m->page[dest + i] = (struct model_page){
            copy ? cell_copy(c) : cell_ref(c), req.prot,
            copy ? VM_PROT_DEFAULT : VM_PROT_DEFAULT & n->prot,
            req.inherit };
    }
}

/* The first reason why [addr, addr+size) can't be read. */
static kern_return_t
readable(const struct model_map *m, vm_address_t addr, vm_size_t size)
{
    vm_address_t va;

    for (va = page_trunc(addr); va < addr + size; va += PAGE_SIZE) {
        const struct model_page *p = &m->page[(va - BASE) >> PAGE_SHIFT];

        if (p->cell == NULL) {
            return KERN_INVALID_ADDRESS;
        }
        if ((p->prot & VM_PROT_READ) == 0) {
            return KERN_PROTECTION_FAILURE;
        }
    }
    return KERN_SUCCESS;
}

static void
op_copyin(struct model_map *m)
{
    struct model_copy *c = &model_copies[model_rand(COPIES)];
    unsigned first = model_rand(WINDOW);
    vm_address_t addr = model_va(first) + model_rand(2) * model_rand(4096);
    vm_size_t size = 1 + model_rand((model_rand(2) ? 3 : 22) * PAGE_SIZE), i;
    bool destroy = model_rand(2);
    kern_return_t kr, want;

    if (c->copy != NULL) {
        vm_map_copy_discard(c->copy);
        free(c->bytes);
        c->copy = NULL;
        return;
    }
    if (addr + size > model_va(WINDOW)) {
        size = model_va(WINDOW) - addr;
    }
    test_map = model_rand(2) ? m->map : NULL;
    kr = vm_map_copyin(m->map, addr, size, destroy, &ledger_root, &c->copy);
    test_map = NULL;
    want = readable(m, addr, size);
    if (model_shortage(kr)) {
        c->copy = NULL;
        return;
    }
    CHECK(kr == want);
    if (kr != KERN_SUCCESS) {
        c->copy = NULL;
        return;
    }
    c->offset = addr & PAGE_MASK;
    c->size = size;
    c->bytes = malloc(size);
    CHECK(c->bytes != NULL);
    for (i = 0; i < size; i++) {
        vm_address_t va = addr + i;

        c->bytes[i] =
            m->page[(va - BASE) >> PAGE_SHIFT].cell->byte[va & PAGE_MASK];
    }
    if (destroy) {
        unsigned last = (unsigned)((addr + size - 1 - BASE) >> PAGE_SHIFT);

        first = (unsigned)((addr - BASE) >> PAGE_SHIFT);
        model_unmap(m, first, last - first + 1);
    }
}

/* Out to where there is room, then (by remap) to the tested window. */
static void
op_copyout(struct model_map *m)
{
    struct model_copy *c = &model_copies[model_rand(COPIES)];
    unsigned count, dest, i, k;
    vm_address_t out, a;
    kern_return_t kr;

    if (c->copy == NULL) {
        return;
    }
    kr = vm_map_copyout(m->map, c->copy, &out);
    if (model_shortage(kr)) {
        return;
    }
    OK(kr);
    CHECK((out & PAGE_MASK) == c->offset);
    count = (unsigned)(page_round(c->offset + c->size) >> PAGE_SHIFT);
    dest = model_rand(WINDOW - count + 1);
    a = model_va(dest);
    host_fail_random(0);
    OK(vm_map_remap(m->map, &a, count * PAGE_SIZE, 0, VM_FLAGS_OVERWRITE,
                    m->map, page_trunc(out), model_rand(2),
                    VM_INHERIT_COPY));
    OK(vm_map_deallocate(m->map, out, c->size));
    model_unmap(m, dest, count);
    for (i = 0; i < count; i++) {
        struct cell *cell = cell_new();

        for (k = 0; k < PAGE_SIZE; k++) {
            uint64_t at = i * PAGE_SIZE + k;

            if (at >= c->offset && at < c->offset + c->size) {
                cell->byte[k] = c->bytes[at - c->offset];
            }
        }
        m->page[dest + i] = (struct model_page){
            cell, VM_PROT_DEFAULT, VM_PROT_ALL, VM_INHERIT_COPY };
    }
    free(c->bytes);
    c->copy = NULL;
}

static void
op_overwrite(struct model_map *m)
{
    struct model_copy *c = &model_copies[model_rand(COPIES)];
    unsigned i = model_rand(WINDOW);
    struct model_page *p = &m->page[i];
    vm_size_t size;
    kern_return_t kr;
    unsigned char *buf;

    if (c->copy == NULL) {
        return;
    }
    buf = malloc(c->size);
    CHECK(buf != NULL);
    kr = vm_map_copy_read(c->copy, 0, buf, c->size);
    if (!model_shortage(kr)) {
        OK(kr);
        CHECK(memcmp(buf, c->bytes, c->size) == 0);
    }
    free(buf);
    size = c->size;
    if (size > PAGE_SIZE) {
        return; /* the rest is for what fits a page */
    }
    kr = vm_map_copy_overwrite(m->map, model_va(i), c->copy);
    if (p->cell == NULL) {
        CHECK(kr == KERN_INVALID_ADDRESS || model_shortage(kr));
    } else if ((p->prot & VM_PROT_WRITE) == 0) {
        CHECK(kr == KERN_PROTECTION_FAILURE || model_shortage(kr));
    } else if (!model_shortage(kr)) {
        OK(kr);
        memcpy(p->cell->byte, c->bytes, size);
    }
}

void
model_op_transfer(struct model_map *m, unsigned kind)
{
    switch (kind) {
    case 13:
        op_name(m);
        break;
    case 14:
        op_map_named(m);
        break;
    case 15:
        op_copyin(m);
        break;
    default:
        if (model_rand(3) != 0) {
            op_copyout(m);
        } else {
            op_overwrite(m);
        }
        break;
    }
}
