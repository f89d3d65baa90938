/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The operations of the model on one map.
 */
#include "model.h"

struct range {
    unsigned first, count;
};

static struct range
pick_range(unsigned max)
{
    struct range r;

    r.first = model_rand(WINDOW);
    r.count = 1 + model_rand(max);
    if (r.first + r.count > WINDOW) {
        r.count = WINDOW - r.first;
    }
    return r;
}

static bool
covered(const struct model_map *m, struct range r)
{
    while (r.count-- > 0) {
        if (m->page[r.first++].cell == NULL) {
            return false;
        }
    }
    return true;
}

static void
op_allocate(struct model_map *m)
{
    struct range r = pick_range(10);
    int flags = model_rand(2) ? VM_FLAGS_OVERWRITE : 0;
    vm_address_t a = model_va(r.first);
    bool busy = false;
    kern_return_t kr;
    unsigned i;

    for (i = 0; i < r.count; i++) {
        busy |= m->page[r.first + i].cell != NULL;
    }
    kr = vm_map_allocate(m->map, &a, r.count * PAGE_SIZE, flags);
    if (model_shortage(kr)) {
        return;
    }
    if (busy && flags == 0) {
        CHECK(kr == KERN_NO_SPACE);
        return;
    }
    OK(kr);
    model_unmap(m, r.first, r.count);
    for (i = 0; i < r.count; i++) {
        m->page[r.first + i] = (struct model_page){
            cell_new(), VM_PROT_DEFAULT, VM_PROT_ALL, VM_INHERIT_COPY };
    }
}

static void
op_deallocate(struct model_map *m)
{
    struct range r = pick_range(8);
    kern_return_t kr;

    kr = vm_map_deallocate(m->map, model_va(r.first), r.count * PAGE_SIZE);
    if (!model_shortage(kr)) {
        OK(kr);
        model_unmap(m, r.first, r.count);
    }
}

static void
op_protect(struct model_map *m)
{
    struct range r = pick_range(6);
    vm_prot_t prot = (vm_prot_t)model_rand(8);
    bool set_max = model_rand(12) == 0, allowed = true;
    kern_return_t kr;
    unsigned i;

    if (model_rand(3) != 0) {
        prot = VM_PROT_DEFAULT;
    }
    for (i = 0; i < r.count; i++) {
        allowed &= (prot & ~m->page[r.first + i].max) == 0;
    }
    kr = vm_map_protect(m->map, model_va(r.first), r.count * PAGE_SIZE,
                        set_max, prot);
    if (model_shortage(kr)) {
        return;
    }
    if (!covered(m, r)) {
        CHECK(kr == KERN_INVALID_ADDRESS);
        return;
    }
    CHECK(kr == (allowed ? KERN_SUCCESS : KERN_PROTECTION_FAILURE));
    for (i = r.first; allowed && i < r.first + r.count; i++) {
        struct model_page *p = &m->page[i];

        if (set_max) {
            p->max = prot;
            p->prot &= prot;
        } else {
            p->prot = prot;
        }
    }
}

static void
op_inherit(struct model_map *m)
{
    struct range r = pick_range(8);
    vm_inherit_t inherit = model_rand(3);
    kern_return_t kr;
    unsigned i;

    kr = vm_map_inherit(m->map, model_va(r.first), r.count * PAGE_SIZE,
                        inherit);
    if (model_shortage(kr)) {
        return;
    }
    OK(kr);
    for (i = r.first; i < r.first + r.count; i++) {
        m->page[i].inherit = inherit;
    }
}

/* A write by the kernel, or (user) as the task itself would. */
static void
op_write(struct model_map *m, bool user)
{
    unsigned i = model_rand(WINDOW), at = model_rand(PAGE_SIZE - 16);
    struct model_page *p = &m->page[i];
    uint32_t data[4] = { host_random(), host_random(), i, at };
    kern_return_t kr;

    test_map = m->map;
    kr = user ? copyout(data, model_va(i) + at, sizeof(data))
              : vm_map_write(m->map, data, model_va(i) + at, sizeof(data));
    if (p->cell == NULL) {
        CHECK(kr == KERN_INVALID_ADDRESS);
    } else if ((p->prot & VM_PROT_WRITE) == 0) {
        CHECK(kr == KERN_PROTECTION_FAILURE);
    } else if (!model_shortage(kr)) {
        OK(kr);
        memcpy(p->cell->byte + at, data, sizeof(data));
    }
}

static void
op_read(struct model_map *m)
{
    unsigned i = model_rand(WINDOW), at = model_rand(PAGE_SIZE - 16);
    struct model_page *p = &m->page[i];
    unsigned char buf[16];
    kern_return_t kr;

    test_map = m->map;
    kr = copyin(model_va(i) + at, buf, sizeof(buf));
    if (p->cell == NULL) {
        CHECK(kr == KERN_INVALID_ADDRESS);
    } else if ((p->prot & VM_PROT_READ) == 0 && kr != KERN_SUCCESS) {
        CHECK(kr == KERN_PROTECTION_FAILURE);
    } else if (!model_shortage(kr)) {
        /* What may be executed and is mapped is read, too. */
        CHECK(kr == KERN_SUCCESS && p->prot != VM_PROT_NONE);
        CHECK(memcmp(buf, p->cell->byte + at, sizeof(buf)) == 0);
    }
}

static void
op_fork(struct model_map *m)
{
    struct model_map *c = NULL;
    kern_return_t kr;
    unsigned i;

    for (i = 0; i < MAPS; i++) {
        if (model_maps[i].map == NULL) {
            c = &model_maps[i];
        }
    }
    if (c == NULL) {
        vm_map_release(m->map);
        model_forget_map(m);
        return;
    }
    kr = vm_map_fork(m->map, &ledger_root, &c->map);
    if (model_shortage(kr)) {
        c->map = NULL;
        return;
    }
    OK(kr);
    for (i = 0; i < WINDOW; i++) {
        struct model_page *p = &m->page[i];

        c->page[i] = *p;
        if (p->cell == NULL || p->inherit == VM_INHERIT_NONE) {
            c->page[i].cell = NULL;
        } else {
            c->page[i].cell = p->inherit == VM_INHERIT_SHARE
                                  ? cell_ref(p->cell)
                                  : cell_copy(p->cell);
        }
    }
}

static void
op_remap(struct model_map *from, struct model_map *to)
{
    struct range r = pick_range(8);
    unsigned dest = model_rand(WINDOW - r.count + 1), i;
    bool copy = model_rand(2), over = model_rand(3) != 0, busy = false;
    vm_address_t a = model_va(dest);
    struct model_page page[WINDOW];
    kern_return_t kr;

    for (i = 0; i < r.count; i++) {
        busy |= to->page[dest + i].cell != NULL;
    }
    kr = vm_map_remap(to->map, &a, r.count * PAGE_SIZE, 0,
                      over ? VM_FLAGS_OVERWRITE : 0, from->map,
                      model_va(r.first), copy, VM_INHERIT_COPY);
    if (model_shortage(kr)) {
        return;
    }
    if (!covered(from, r)) {
        CHECK(kr == KERN_INVALID_ADDRESS);
        return;
    }
    if (busy && !over) {
        CHECK(kr == KERN_NO_SPACE);
        return;
    }
    OK(kr);
    for (i = 0; i < r.count; i++) {
        page[i] = from->page[r.first + i];
        page[i].inherit = VM_INHERIT_COPY;
        page[i].cell = copy ? cell_copy(page[i].cell)
                            : cell_ref(page[i].cell);
    }
    model_unmap(to, dest, r.count);
    memcpy(&to->page[dest], page, r.count * sizeof(page[0]));
}

static void
op_discard(struct model_map *m)
{
    struct range r = pick_range(model_failing ? 1 : 5);
    kern_return_t kr;
    unsigned i;

    kr = vm_map_discard(m->map, model_va(r.first), r.count * PAGE_SIZE);
    if (model_shortage(kr)) {
        return;
    }
    if (!covered(m, r)) {
        CHECK(kr == KERN_INVALID_ADDRESS);
        return;
    }
    for (i = 0; i < r.count; i++) {
        struct model_page *p = &m->page[r.first + i];

        if ((p->max & VM_PROT_WRITE) == 0) {
            CHECK(kr == KERN_PROTECTION_FAILURE);
            return;
        }
        memset(p->cell->byte, 0, PAGE_SIZE);
    }
    OK(kr);
}

void
model_op(unsigned kind)
{
    struct model_map *m = model_pick();
    kern_return_t kr;

    if (m == NULL) {
        kr = vm_map_create(&ledger_root, &model_maps[0].map);
        if (model_shortage(kr)) {
            model_maps[0].map = NULL;
        } else {
            OK(kr);
        }
        return;
    }
    switch (kind) {
    case 0:
    case 1:
        op_allocate(m);
        break;
    case 2:
        op_deallocate(m);
        break;
    case 3:
        op_protect(m);
        break;
    case 4:
        op_inherit(m);
        break;
    case 5:
    case 6:
        op_write(m, true);
        break;
    case 7:
        op_write(m, false);
        break;
    case 8:
    case 9:
        op_read(m);
        break;
    case 10:
        op_fork(m);
        break;
    case 11:
        op_remap(m, model_pick());
        break;
    case 12:
        op_discard(m);
        break;
    default:
        model_op_transfer(m, kind);
        break;
    }
}
