/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: random calls on several maps, compared byte for byte with
 * the model, and every translation of every pmap with what it should show.
 */
#include "model.h"

struct model_map model_maps[MAPS];
struct model_named model_named[NAMED];
struct model_copy model_copies[COPIES];
bool model_failing;

struct cell *
cell_new(void)
{
    struct cell *c = calloc(1, sizeof(*c));

    CHECK(c != NULL);
    c->refs = 1;
    return c;
}

struct cell *
cell_copy(const struct cell *c)
{
    struct cell *n = cell_new();

    memcpy(n->byte, c->byte, PAGE_SIZE);
    return n;
}

struct cell *
cell_ref(struct cell *c)
{
    c->refs++;
    return c;
}

void
cell_drop(struct cell *c)
{
    if (c != NULL && --c->refs == 0) {
        free(c);
    }
}

bool
model_shortage(kern_return_t kr)
{
    return model_failing && kr == KERN_RESOURCE_SHORTAGE;
}

struct model_map *
model_pick(void)
{
    unsigned i, start = model_rand(MAPS);

    for (i = 0; i < MAPS; i++) {
        struct model_map *m = &model_maps[(start + i) % MAPS];

        if (m->map != NULL) {
            return m;
        }
    }
    return NULL;
}

void
model_unmap(struct model_map *m, unsigned first, unsigned count)
{
    for (; count > 0; first++, count--) {
        cell_drop(m->page[first].cell);
        m->page[first].cell = NULL;
    }
}

void
model_forget_map(struct model_map *m)
{
    model_unmap(m, 0, WINDOW);
    m->map = NULL;
}

/* Every translation shows the right bytes and allows no more than it may. */
static void
check_translation(void *arg, vm_address_t va, uint64_t phys, vm_prot_t prot)
{
    struct model_map *m = arg;
    struct model_page *p;

    CHECK(va >= BASE && va < model_va(WINDOW));
    p = &m->page[(va - BASE) >> PAGE_SHIFT];
    CHECK(p->cell != NULL);
    CHECK((prot & ~p->prot) == 0);
    CHECK(memcmp(phys_to_virt(phys), p->cell->byte, PAGE_SIZE) == 0);
}

static void
check_page(struct model_map *m, unsigned i)
{
    static unsigned char buf[PAGE_SIZE];
    struct model_page *p = &m->page[i];
    kern_return_t kr = vm_map_read(m->map, model_va(i), buf, PAGE_SIZE);

    if (p->cell == NULL) {
        CHECK(kr == KERN_INVALID_ADDRESS);
    } else if ((p->prot & VM_PROT_READ) == 0) {
        CHECK(kr == KERN_PROTECTION_FAILURE);
    } else if (!model_shortage(kr)) { /* a poisoned copy stays so */
        OK(kr);
        CHECK(memcmp(buf, p->cell->byte, PAGE_SIZE) == 0);
    }
}

static void
check_all(bool pages)
{
    unsigned i, k;

    for (i = 0; i < MAPS; i++) {
        struct model_map *m = &model_maps[i];

        if (m->map == NULL) {
            continue;
        }
        test_check_map(m->map);
        for (k = 0; pages && k < WINDOW; k++) {
            check_page(m, k);
        }
        host_pmap_each(m->map->vm_pmap, check_translation, m);
    }
}

static void
finish(void)
{
    unsigned i, k;

    for (i = 0; i < MAPS; i++) {
        if (model_maps[i].map != NULL) {
            vm_map_release(model_maps[i].map);
            model_forget_map(&model_maps[i]);
        }
    }
    for (i = 0; i < NAMED; i++) {
        if (model_named[i].ne != NULL) {
            vm_named_release(model_named[i].ne);
            for (k = 0; k < model_named[i].pages; k++) {
                cell_drop(model_named[i].cell[k]);
            }
            model_named[i].ne = NULL;
        }
    }
    for (i = 0; i < COPIES; i++) {
        if (model_copies[i].copy != NULL) {
            vm_map_copy_discard(model_copies[i].copy);
            free(model_copies[i].bytes);
            model_copies[i].copy = NULL;
        }
    }
    test_map = NULL;
    test_census();
}

void
test_model(uint32_t seed, unsigned steps, unsigned fail_period)
{
    unsigned i;

    host_random_seed(seed);
    model_failing = fail_period != 0;
    for (i = 0; i < steps; i++) {
        host_fail_random(fail_period);
        model_op(model_rand(MODEL_OPS));
        host_fail_random(0);
        if (model_rand(4) == 0) {
            host_reap();
        }
        if (i % 64 == 0 || model_rand(8) == 0) {
            check_all(i % 64 == 0);
        }
    }
    check_all(true);
    finish();
}
