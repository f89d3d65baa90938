/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copy-on-write: shadow objects (symmetric) and copy objects (asymmetric).
 *
 * Repeated asymmetric copies of one object O:
 *
 *      C1 --> O          C1 --> C2 --> O
 *      vo_copy = C1      vo_copy = C2, made later
 *
 * A push goes to the newest copy only: an older one sees what it lacks through
 * the newer, whose contents at that page were the same when the older was made.
 * While no page has been pushed the newest copy is shared by all who copy.
 */
#include <base/assert.h>
#include <vm/vm_object.h>

void
vm_object_set_shadow(struct vm_object *o, struct vm_object *s)
{
    list_remove(&o->vo_shadow_link);
    o->vo_shadow = s;
    if (s != NULL) {
        vm_object_reference(s);
        list_push_back(&s->vo_shadowers, &o->vo_shadow_link);
    }
}

kern_return_t
vm_object_shadow(struct vm_object **obj, uint64_t lo, uint64_t hi,
                 struct ledger *l)
{
    struct vm_object *o = *obj, *n;
    kern_return_t kr = vm_object_create(l, lo, hi, &n);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    n->vo_win_lo = lo;
    n->vo_win_hi = hi;
    vm_object_set_shadow(n, o);
    *obj = n;
    vm_object_release(o); /* set_shadow took one: this can't be the last */
    return KERN_SUCCESS;
}

/* May a further copy of [lo, hi) be the copy that is there? */
static bool
copy_reusable(const struct vm_object *c, uint64_t lo, uint64_t hi)
{
    return c != NULL && c->vo_pristine && c->vo_pages.rx_pages == 0 &&
           lo >= c->vo_win_lo && hi <= c->vo_win_hi;
}

kern_return_t
vm_object_copy_delayed(struct vm_object *o, uint64_t lo, uint64_t hi,
                       struct ledger *l, struct vm_object **out)
{
    struct vm_object *old = o->vo_copy, *c;
    kern_return_t kr;

    if (copy_reusable(old, lo, hi)) {
        vm_object_reference(old);
        *out = old;
        return KERN_SUCCESS;
    }
    kr = vm_object_create(l, lo, hi, &c);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    c->vo_pristine = true;
    c->vo_win_lo = lo;
    c->vo_win_hi = hi;
    vm_object_set_shadow(c, o);
    if (old != NULL) {
        /* The newer copy stands between the older and the original. */
        if (old->vo_win_lo < c->vo_win_lo) {
            c->vo_lo = c->vo_win_lo = old->vo_win_lo;
        }
        if (old->vo_win_hi > c->vo_win_hi) {
            c->vo_hi = c->vo_win_hi = old->vo_win_hi;
        }
        assert(old->vo_shadow == o);
        vm_object_set_shadow(old, c);
        o->vo_refs--; /* the older copy's; c has one, so not the last */
        assert(o->vo_refs > 0);
    }
    o->vo_copy = c;
    vm_object_protect(o, c->vo_win_lo, c->vo_win_hi,
                      VM_PROT_READ | VM_PROT_EXECUTE);
    *out = c;
    return KERN_SUCCESS;
}

/* The copy can't be kept: who needs it gets RESOURCE_SHORTAGE from then on.
 * The original and its writers are unharmed. */
static void
copy_poison(struct vm_object *o, struct vm_object *c)
{
    c->vo_poisoned = true;
    c->vo_pristine = false;
    o->vo_copy = NULL;
    vm_object_unmap(c, c->vo_win_lo, c->vo_win_hi);
}

bool
vm_object_push(struct vm_object *o, uint64_t offset, uint64_t old, bool last)
{
    struct vm_object *c = o->vo_copy;
    uint64_t pa;

    if (c == NULL || !vm_object_in_window(c, offset) ||
        vm_object_present(c, offset)) {
        return true;
    }
    pa = old != 0 ? vm_page_alloc(c->vo_ledger)
                  : vm_page_alloc_zero(c->vo_ledger);
    if (pa != 0) {
        if (old != 0) {
            vm_page_copy(old, pa);
        }
        if (vm_object_insert(c, offset, pa, 0) == KERN_SUCCESS) {
            vm_stats.vs_cow_faults++;
            vm_object_unmap(c, offset, offset + PAGE_SIZE);
            return true;
        }
        vm_page_free(pa, c->vo_ledger);
    }
    if (last) {
        copy_poison(o, c);
    }
    return last;
}
