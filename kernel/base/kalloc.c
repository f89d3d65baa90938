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
#include <base/compiler.h>
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
    unsigned sl_size;     /* I: of an element */
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
    { .kc_size = 144 },  { .kc_size = 192 }, { .kc_size = 256 },
    { .kc_size = 384, .kc_order = 1 },
    { .kc_size = 512, .kc_order = 2 },  { .kc_size = 768, .kc_order = 2 },
    { .kc_size = 1024, .kc_order = 2 }, { .kc_size = 1536, .kc_order = 2 },
    { .kc_size = 2048, .kc_order = 3 },
};
#define CLASSES (sizeof(classes) / sizeof(classes[0]))

#define UNLIKELY(x) __builtin_expect(!!(x), 0)

static struct kalloc_class *class_of[KALLOC_SLAB_MAX / SLAB_GRAIN + 1]; /* I */
static uint64_t kalloc_page_bytes; /* K: handed out as whole pages */

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
        class_of[g] = &classes[c];
    }
}

static COLD struct slab *
slab_create(struct kalloc_class *kc)
{
    size_t bytes = MACH_PAGE_SIZE << kc->kc_order, at;
    size_t first = sizeof(struct slab);
    uint64_t phys = phys_alloc(kc->kc_order);
    struct slab *sl;

    if (phys == 0) {
        return NULL;
    }
    sl = phys_to_virt(phys);
    sl->sl_size = kc->kc_size;
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

static inline struct kalloc_class *
slab_class(size_t size)
{
    return class_of[(size + SLAB_GRAIN - 1) / SLAB_GRAIN];
}

static inline void *
slab_alloc(struct kalloc_class *kc)
{
    struct list *l = kc->kc_slabs.next;
    struct slab *sl = list_entry(l, struct slab, sl_link);
    void **e;

    if (UNLIKELY(l == &kc->kc_slabs)) {
        sl = slab_create(kc);
        if (sl == NULL) {
            return NULL;
        }
    }
    if (UNLIKELY(sl->sl_used++ == 0)) {
        kc->kc_empty--;
    }
    kc->kc_used++;
    e = sl->sl_free;
    sl->sl_free = *e;
    if (UNLIKELY(sl->sl_free == NULL)) {
        list_remove(&sl->sl_link);
    }
    return e;
}

/* Its last element has come back: one a class is kept. */
static __attribute__((noinline)) void
slab_empty(struct kalloc_class *kc, struct slab *sl)
{
    if (kc->kc_empty != 0) {
        list_remove(&sl->sl_link);
        kc->kc_count--;
        phys_free(virt_to_phys(sl), kc->kc_order);
    } else {
        kc->kc_empty++;
    }
}

static inline void
slab_free(struct kalloc_class *kc, void *p)
{
    uintptr_t mask = (MACH_PAGE_SIZE << kc->kc_order) - 1;
    struct slab *sl = (void *)((uintptr_t)p & ~mask);
    void **e = p;

    assert(sl->sl_size == kc->kc_size && sl->sl_used != 0);
    if (UNLIKELY(sl->sl_free == NULL)) {
        list_push_front(&kc->kc_slabs, &sl->sl_link);
    }
    *e = sl->sl_free;
    sl->sl_free = e;
    kc->kc_used--;
    if (UNLIKELY(--sl->sl_used == 0)) {
        slab_empty(kc, sl);
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

static inline size_t
whole_pages(size_t size)
{
    return (size + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
}

static __attribute__((noinline)) void *
kalloc_pages(size_t size, struct ledger *l)
{
    size_t real = whole_pages(size);
    void *p;

    if (size > MACH_PAGE_SIZE << (PHYS_ORDERS - 1)
        || (l != NULL
            && ledger_charge(l, LEDGER_KMEM, real) != KERN_SUCCESS)) {
        return NULL;
    }
    p = pages_alloc(real);
    if (p == NULL) {
        if (l != NULL) {
            ledger_uncharge(l, LEDGER_KMEM, real);
        }
        return NULL;
    }
    kalloc_page_bytes += real;
    return memset(p, 0, real);
}

static __attribute__((noinline)) void
kfree_pages(void *p, size_t size, struct ledger *l)
{
    size_t real = whole_pages(size);

    pages_free(virt_to_phys(p), virt_to_phys(p) + real);
    kalloc_page_bytes -= real;
    if (l != NULL) {
        ledger_uncharge(l, LEDGER_KMEM, real);
    }
}

void *
kalloc(size_t size, struct ledger *l)
{
    struct kalloc_class *kc;
    void *p;

    if (size > KALLOC_SLAB_MAX) {
        return kalloc_pages(size, l);
    }
    kc = slab_class(size);
    if (l != NULL
        && ledger_charge_little(l, LEDGER_KMEM, kc->kc_size) != KERN_SUCCESS) {
        return NULL;
    }
    p = slab_alloc(kc);
    if (UNLIKELY(p == NULL)) {
        if (l != NULL) {
            ledger_uncharge(l, LEDGER_KMEM, kc->kc_size);
        }
        return NULL;
    }
    return memset(p, 0, kc->kc_size);
}

void
kfree(void *p, size_t size, struct ledger *l)
{
    struct kalloc_class *kc;

    if (p == NULL) {
        return;
    }
    if (size > KALLOC_SLAB_MAX) {
        kfree_pages(p, size, l);
        return;
    }
    kc = slab_class(size);
    slab_free(kc, p);
    if (l != NULL) {
        ledger_uncharge_little(l, LEDGER_KMEM, kc->kc_size);
    }
}

uint64_t
kalloc_in_use(void)
{
    uint64_t bytes = kalloc_page_bytes;

    for (unsigned c = 0; c < CLASSES; c++) {
        bytes += classes[c].kc_used * classes[c].kc_size;
    }
    return bytes;
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
