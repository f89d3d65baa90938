/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel memory.
 *
 * Up to KALLOC_SLAB_MAX bytes: slabs, one class for each of the sizes below.
 * A slab is a page run of its class's order, aligned to its size, with a
 * struct slab at its start and a free list threaded through the free
 * elements.  A slab with free elements is on its class's list; one that is
 * wholly free goes back to the page allocator, except one a class.
 *
 * Above: whole pages, allocated as the next power of two, the tail given
 * back at once.
 *
 * The charge is what is really used: the class's size, or whole pages.
 */
#include <stdbool.h>
#include <stdint.h>
#include <base/assert.h>
#include <base/kalloc.h>
#include <base/list.h>
#include <base/page_alloc.h>
#include <base/string.h>
#include <mach/types.h>
#include <machine/pmap.h>

#define KALLOC_SLAB_MAX 2048u
#define SLAB_GRAIN 16u

struct slab {
    struct list sl_link;  /* K: kalloc_class.kc_slabs while not full */
    void *sl_free;        /* K: first free element; each holds the next */
    unsigned sl_used;     /* K: elements handed out */
    unsigned sl_class;    /* I */
};
_Static_assert(sizeof(struct slab) == 32, "elements begin at 32 or later");

struct kalloc_class {
    unsigned kc_size;    /* I */
    unsigned kc_order;   /* I: of a slab */
    struct list kc_slabs; /* K: slabs with free elements */
    unsigned kc_empty;   /* K: of them, wholly free */
    uint64_t kc_used;    /* K: elements handed out */
    uint64_t kc_count;   /* K: slabs, full ones too */
};

static struct kalloc_class classes[] = {
    { .kc_size = 16 },   { .kc_size = 32 },  { .kc_size = 48 },
    { .kc_size = 64 },   { .kc_size = 96 },  { .kc_size = 128 },
    { .kc_size = 192 },  { .kc_size = 256 }, { .kc_size = 384, .kc_order = 1 },
    { .kc_size = 512, .kc_order = 2 },  { .kc_size = 768, .kc_order = 2 },
    { .kc_size = 1024, .kc_order = 2 }, { .kc_size = 1536, .kc_order = 2 },
    { .kc_size = 2048, .kc_order = 3 },
};
#define CLASSES (sizeof(classes) / sizeof(classes[0]))

static uint8_t class_of[KALLOC_SLAB_MAX / SLAB_GRAIN + 1];
static uint64_t kalloc_bytes; /* handed out now */

void
kalloc_setup(void)
{
    unsigned c = 0;

    for (unsigned i = 0; i < CLASSES; i++) {
        list_init(&classes[i].kc_slabs);
    }
    for (unsigned g = 0; g <= KALLOC_SLAB_MAX / SLAB_GRAIN; g++) {
        if (g * SLAB_GRAIN > classes[c].kc_size) {
            c++;
        }
        class_of[g] = (uint8_t)c;
    }
}

static struct slab *
slab_create(unsigned c)
{
    struct kalloc_class *kc = &classes[c];
    size_t bytes = MACH_PAGE_SIZE << kc->kc_order, at;
    size_t first = sizeof(struct slab);
    uint64_t phys = phys_alloc(kc->kc_order);
    struct slab *sl;

    if (phys == 0) {
        return NULL;
    }
    sl = phys_to_virt(phys);
    sl->sl_class = c;
    sl->sl_used = 0;
    sl->sl_free = NULL;
    for (at = first; at + kc->kc_size <= bytes; at += kc->kc_size) {
        void **e = (void **)(void *)((char *)sl + at);

        *e = sl->sl_free;
        sl->sl_free = e;
    }
    list_push_front(&kc->kc_slabs, &sl->sl_link);
    kc->kc_empty++;
    kc->kc_count++;
    return sl;
}

static void *
slab_alloc(unsigned c)
{
    struct kalloc_class *kc = &classes[c];
    struct list *l = list_first(&kc->kc_slabs);
    struct slab *sl;
    void **e;

    sl = l != NULL ? list_entry(l, struct slab, sl_link) : slab_create(c);
    if (sl == NULL) {
        return NULL;
    }
    if (sl->sl_used++ == 0) {
        kc->kc_empty--;
    }
    kc->kc_used++;
    e = sl->sl_free;
    sl->sl_free = *e;
    if (sl->sl_free == NULL) {
        list_remove(&sl->sl_link);
    }
    return e;
}

static void
slab_free(unsigned c, void *p)
{
    struct kalloc_class *kc = &classes[c];
    uintptr_t mask = (MACH_PAGE_SIZE << kc->kc_order) - 1;
    struct slab *sl = (void *)((uintptr_t)p & ~mask);
    void **e = p;

    assert(sl->sl_class == c && sl->sl_used != 0);
    if (sl->sl_free == NULL) {
        list_push_front(&kc->kc_slabs, &sl->sl_link);
    }
    *e = sl->sl_free;
    sl->sl_free = e;
    kc->kc_used--;
    if (--sl->sl_used != 0) {
        return;
    }
    if (kc->kc_empty != 0) {
        list_remove(&sl->sl_link);
        kc->kc_count--;
        phys_free(virt_to_phys(sl), kc->kc_order);
    } else {
        kc->kc_empty++;
    }
}

/* Free pages [phys, end) as the largest aligned runs. */
static void
pages_free(uint64_t phys, uint64_t end)
{
    while (phys < end) {
        unsigned order = 0;

        while (order + 1 < PHYS_ORDERS &&
               (phys & ((MACH_PAGE_SIZE << (order + 1)) - 1)) == 0 &&
               phys + (MACH_PAGE_SIZE << (order + 1)) <= end) {
            order++;
        }
        phys_free(phys, order);
        phys += MACH_PAGE_SIZE << order;
    }
}

static void *
pages_alloc(size_t size)
{
    unsigned order = 0;
    uint64_t phys;

    while ((MACH_PAGE_SIZE << order) < size) {
        if (++order >= PHYS_ORDERS) {
            return NULL;
        }
    }
    phys = phys_alloc(order);
    if (phys == 0) {
        return NULL;
    }
    pages_free(phys + size, phys + (MACH_PAGE_SIZE << order));
    return phys_to_virt(phys);
}

/* What a request of this size really takes. */
static size_t
kalloc_size(size_t size)
{
    if (size <= KALLOC_SLAB_MAX) {
        return classes[class_of[(size + SLAB_GRAIN - 1) / SLAB_GRAIN]]
            .kc_size;
    }
    return (size + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
}

void *
kalloc(size_t size, struct ledger *l)
{
    size_t real;
    void *p;

    if (size > MACH_PAGE_SIZE << (PHYS_ORDERS - 1)) {
        return NULL;
    }
    real = kalloc_size(size);
    if (l != NULL && ledger_charge(l, LEDGER_KMEM, real) != KERN_SUCCESS) {
        return NULL;
    }
    p = size <= KALLOC_SLAB_MAX
            ? slab_alloc(class_of[(size + SLAB_GRAIN - 1) / SLAB_GRAIN])
            : pages_alloc(real);
    if (p == NULL) {
        if (l != NULL) {
            ledger_uncharge(l, LEDGER_KMEM, real);
        }
        return NULL;
    }
    kalloc_bytes += real;
    return memset(p, 0, real);
}

void
kfree(void *p, size_t size, struct ledger *l)
{
    size_t real = kalloc_size(size);

    if (p == NULL) {
        return;
    }
    if (size <= KALLOC_SLAB_MAX) {
        slab_free(class_of[(size + SLAB_GRAIN - 1) / SLAB_GRAIN], p);
    } else {
        pages_free(virt_to_phys(p), virt_to_phys(p) + real);
    }
    kalloc_bytes -= real;
    if (l != NULL) {
        ledger_uncharge(l, LEDGER_KMEM, real);
    }
}

uint64_t
kalloc_in_use(void)
{
    return kalloc_bytes;
}

bool
kalloc_class_info(unsigned c, slab_info_t *out)
{
    const struct kalloc_class *kc = &classes[c < CLASSES ? c : 0];
    uint64_t bytes = MACH_PAGE_SIZE << kc->kc_order;

    if (c >= CLASSES) {
        return false;
    }
    *out = (slab_info_t){
        .size = kc->kc_size,
        .used = kc->kc_used,
        .capacity = kc->kc_count *
                    ((bytes - sizeof(struct slab)) / kc->kc_size),
        .slabs = kc->kc_count,
        .empty = kc->kc_empty,
        .pages = kc->kc_count << kc->kc_order,
    };
    return true;
}
