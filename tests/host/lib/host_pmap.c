/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host pmap: a hash table of translations per address space.  The frames count
 * their translations, so that freeing a frame that is still mapped is caught
 * in the act (host_phys.c).
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <machine/pmap.h>
#include <machine/user_copy.h>
#include "host_memory.h"

#define BUCKETS 256u

struct translation {
    struct translation *next;
    vm_address_t va;
    uint64_t phys;
    vm_prot_t prot;
};

struct pmap {
    struct translation *bucket[BUCKETS];
    uint64_t count;
    struct ledger *ledger;
};

kern_return_t
pmap_create(struct ledger *l, struct pmap **out)
{
    struct pmap *p;

    if (host_inject() ||
        ledger_charge(l, LEDGER_KMEM, 4096) != KERN_SUCCESS) {
        return KERN_RESOURCE_SHORTAGE;
    }
    p = calloc(1, sizeof(*p));
    assert(p != NULL);
    ledger_reference(l);
    p->ledger = l;
    *out = p;
    return KERN_SUCCESS;
}

static struct translation **
find(struct pmap *p, vm_address_t va)
{
    struct translation **t = &p->bucket[(va >> 12) % BUCKETS];

    while (*t != NULL && (*t)->va != va) {
        t = &(*t)->next;
    }
    return t;
}

static void
drop(struct pmap *p, struct translation **t)
{
    struct translation *x = *t;

    host_frame_unmapped(x->phys);
    *t = x->next;
    free(x);
    p->count--;
}

bool
pmap_destroy_step(struct pmap *p)
{
    unsigned i, budget = 64;

    for (i = 0; i < BUCKETS; i++) {
        while (p->bucket[i] != NULL) {
            if (budget-- == 0) {
                return true;
            }
            drop(p, &p->bucket[i]);
        }
    }
    return false;
}

void
pmap_destroy(struct pmap *p)
{
    while (pmap_destroy_step(p)) {
        continue;
    }
    assert(p->count == 0);
    ledger_uncharge(p->ledger, LEDGER_KMEM, 4096);
    ledger_release(p->ledger);
    free(p);
}

kern_return_t
pmap_enter(struct pmap *p, vm_address_t va, uint64_t phys, vm_prot_t prot,
           unsigned cache)
{
    struct translation **t = find(p, va), *x;

    (void)cache;
    assert((va & 4095) == 0 && (phys & 4095) == 0 && va < VM_MAX_ADDRESS);
    if (prot == VM_PROT_NONE) {
        if (*t != NULL) {
            drop(p, t);
        }
        return KERN_SUCCESS;
    }
    if (*t == NULL) {
        if (host_inject()) {
            return KERN_RESOURCE_SHORTAGE;
        }
        x = calloc(1, sizeof(*x));
        assert(x != NULL);
        x->va = va;
        *t = x;
        p->count++;
    } else {
        x = *t;
        host_frame_unmapped(x->phys);
    }
    x->phys = phys;
    x->prot = prot;
    host_frame_mapped(phys);
    return KERN_SUCCESS;
}

void
pmap_enter_from(struct pmap *p, vm_address_t va, struct pmap *from,
                vm_address_t source, vm_prot_t prot)
{
    const struct translation *t = *find(from, source);

    assert(*find(p, va) == NULL);
    if (t != NULL && (prot & VM_PROT_READ) != 0) {
        (void)pmap_enter(p, va, t->phys, t->prot & prot, PMAP_CACHE_NORMAL);
    }
}

kern_return_t
pmap_enter_pages(struct pmap *p, vm_address_t va, unsigned n,
                 const uint64_t frames[], vm_prot_t prot, unsigned cache)
{
    assert((va >> 21) == ((va + n * 4096ull - 1) >> 21));
    for (unsigned i = 0; i < n; i++) {
        vm_address_t at = va + i * 4096ull;
        vm_prot_t new = (frames[i] & PMAP_FRAME_READ) != 0
                            ? prot & ~VM_PROT_WRITE
                            : prot;
        struct translation *t = *find(p, at);

        if (frames[i] == 0 ||
            (t != NULL && (new & ~t->prot & VM_PROT_WRITE) == 0)) {
            continue;
        }
        if (pmap_enter(p, at, frames[i] & ~4095ull, new, cache) !=
            KERN_SUCCESS) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    return KERN_SUCCESS;
}

void
pmap_remove(struct pmap *p, vm_address_t start, vm_address_t end)
{
    unsigned i;

    for (i = 0; i < BUCKETS; i++) {
        struct translation **t = &p->bucket[i];

        while (*t != NULL) {
            if ((*t)->va >= start && (*t)->va < end) {
                drop(p, t);
            } else {
                t = &(*t)->next;
            }
        }
    }
}

void
pmap_protect(struct pmap *p, vm_address_t start, vm_address_t end,
             vm_prot_t prot)
{
    struct translation *t;
    unsigned i;

    for (i = 0; i < BUCKETS; i++) {
        for (t = p->bucket[i]; t != NULL; t = t->next) {
            if (t->va >= start && t->va < end) {
                t->prot &= prot;
            }
        }
    }
}

bool
pmap_extract(struct pmap *p, vm_address_t va, uint64_t *phys, vm_prot_t *prot)
{
    struct translation *t = *find(p, va & ~4095ull);

    if (t == NULL) {
        return false;
    }
    if (phys != NULL) {
        *phys = t->phys;
    }
    if (prot != NULL) {
        *prot = t->prot;
    }
    return true;
}

uint64_t
pmap_resident_count(const struct pmap *p)
{
    return p->count;
}

void
host_pmap_each(struct pmap *p,
               void (*fn)(void *arg, vm_address_t va, uint64_t phys,
                          vm_prot_t prot),
               void *arg)
{
    struct translation *t;
    unsigned i;

    for (i = 0; i < BUCKETS; i++) {
        for (t = p->bucket[i]; t != NULL; t = t->next) {
            fn(arg, t->va, t->phys, t->prot);
        }
    }
}

static size_t
user_copy(vm_address_t user, void *to, const void *from, size_t size,
          vm_prot_t access)
{
    while (size > 0) {
        size_t n = 4096 - (user & 4095);
        vm_prot_t prot;
        uint64_t pa;
        char *p;

        n = n < size ? n : size;
        if (!pmap_extract(host_current_pmap(), user, &pa, &prot) ||
            (access & ~prot) != 0) {
            return size;
        }
        p = (char *)phys_to_virt(pa) + (user & 4095);
        if (to != NULL) {
            memcpy(to, p, n);
            to = (char *)to + n;
        } else {
            memcpy(p, from, n);
            from = (const char *)from + n;
        }
        user += n;
        size -= n;
    }
    return 0;
}

/* What is mapped can be read, as with the processor. */
size_t
user_copy_from(void *to, vm_address_t from, size_t size)
{
    return user_copy(from, to, NULL, size, VM_PROT_NONE);
}

size_t
user_copy_to(vm_address_t to, const void *from, size_t size)
{
    return user_copy(to, NULL, from, size, VM_PROT_WRITE);
}
