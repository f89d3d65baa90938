/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keeping chains short.
 *
 *   collapse:  O --> S --> T     S's only reference is O's: S's pages
 *              O ---------> T    go to O, and S is freed
 *   bypass:    O --> S --> T     others use S, too, but O has every page of
 *              O ---------> T    S that it could see
 *
 * A collapse may be interrupted between any two pages: each page is in O or in
 * S, and a look-up finds it in either.  What isn't done in one go is
 * queued for the reaper.  When S has more pages than O their trees change
 * places first, so that the cost is that of the smaller.
 *
 * Collapse is tried when a shadow is added by a fault, and when a reference
 * goes and a single shadower is left.
 */
#include <base/assert.h>
#include <sched/reaper.h>
#include <vm/vm_object.h>

#define COLLAPSE_SLOTS 256 /* slots looked at in one go */
#define BYPASS_SLOTS 64

static struct list collapse_list; /* K: vo_reap_link, vo_collapse_queued */

static void
collapse_queue(struct vm_object *o)
{
    if (!o->vo_collapse_queued) {
        if (collapse_list.next == NULL) {
            list_init(&collapse_list);
        }
        o->vo_collapse_queued = true;
        list_push_back(&collapse_list, &o->vo_reap_link);
        reaper_wakeup();
    }
}

void
vm_object_collapse_forget(struct vm_object *o)
{
    if (o->vo_collapse_queued) {
        o->vo_collapse_queued = false;
        list_remove(&o->vo_reap_link);
    }
}

bool
vm_object_collapse_step(void)
{
    struct list *e;
    struct vm_object *o;

    if (collapse_list.next == NULL ||
        (e = list_first(&collapse_list)) == NULL) {
        return false;
    }
    o = list_entry(e, struct vm_object, vo_reap_link);
    vm_object_collapse_forget(o);
    vm_object_collapse(o);
    return true;
}

/* May S be merged into O, whose shadow it is? */
static bool
collapse_allowed(const struct vm_object *o, const struct vm_object *s)
{
    return s->vo_refs == 1 && s->vo_kind == VO_ANON && !s->vo_poisoned &&
           !o->vo_poisoned &&
           (s->vo_copy == NULL || s->vo_copy == o);
}

/* Is it worth it, and possible, to exchange the trees? */
static bool
collapse_swap(struct vm_object *o, struct vm_object *s)
{
    struct vm_radix t;
    uint64_t index;

    if (s->vo_pages.rx_pages <= o->vo_pages.rx_pages ||
        o->vo_kmem != s->vo_kmem || s->vo_lo < o->vo_win_lo ||
        s->vo_hi > o->vo_win_hi ||
        o->vo_pages.rx_pages > COLLAPSE_SLOTS) {
        return false;
    }
    /* Make room in S's tree for O's pages: nothing may fail after that. */
    for (index = 0; vm_radix_next(&o->vo_pages, &index, RADIX_END) != NULL;
         index++) {
        if (vm_radix_make(&s->vo_pages, index, s->vo_kmem) == NULL) {
            return false;
        }
    }
    /* ---- point of no return ---- */
    t = o->vo_pages;
    o->vo_pages = s->vo_pages;
    s->vo_pages = t;
    index = 0;
    for (;;) {
        vm_slot_t *from = vm_radix_next(&s->vo_pages, &index, RADIX_END);
        vm_slot_t *to, old;

        if (from == NULL) {
            return true;
        }
        to = vm_radix_lookup(&o->vo_pages, index);
        old = *to;
        *to = *from;
        *from = old; /* S keeps the page that O's hides; freed with it */
        if (!slot_present(old)) {
            o->vo_pages.rx_pages++;
            s->vo_pages.rx_pages--;
        }
        index++;
    }
}

/* Move the pages of S that O sees and lacks.  True: done. */
static bool
collapse_move(struct vm_object *o, struct vm_object *s, unsigned budget)
{
    uint64_t index = o->vo_win_lo >> PAGE_SHIFT;
    uint64_t end = o->vo_win_hi >> PAGE_SHIFT;
    vm_slot_t *from, *to;

    while ((from = vm_radix_next(&s->vo_pages, &index, end)) != NULL) {
        if (budget-- == 0) {
            return false;
        }
        to = vm_radix_make(&o->vo_pages, index, o->vo_kmem);
        if (to == NULL) {
            return false;
        }
        if (*to == 0) {
            *to = *from;
            o->vo_pages.rx_pages++;
        } else {
            vm_page_free(slot_pa(*from), s->vo_ledger);
        }
        *from = 0;
        s->vo_pages.rx_pages--;
        index++;
    }
    return true;
}

/* O's shadow S is empty for O, or dispensable: go on to what S shadows. */
static void
chain_skip(struct vm_object *o, struct vm_object *s)
{
    if (s->vo_win_lo > o->vo_win_lo) {
        o->vo_win_lo = s->vo_win_lo;
    }
    if (s->vo_win_hi < o->vo_win_hi) {
        o->vo_win_hi = s->vo_win_hi;
    }
    vm_object_set_shadow(o, o->vo_win_lo < o->vo_win_hi ? s->vo_shadow
                                                        : NULL);
}

static bool
collapse_merge(struct vm_object *o, struct vm_object *s)
{
    struct vm_object *t = s->vo_shadow;

    if (!collapse_swap(o, s) && !collapse_move(o, s, COLLAPSE_SLOTS)) {
        collapse_queue(o);
        return false;
    }
    if (s->vo_copy == o) {
        s->vo_copy = NULL;
    }
    if (t != NULL && t->vo_copy == s) {
        /* Pushes for S go to O from now on, which was S's only user. */
        t->vo_copy = NULL;
        chain_skip(o, s);
        if (o->vo_shadow == t) {
            t->vo_copy = o;
        }
        o->vo_pristine = false;
    } else {
        chain_skip(o, s);
    }
    if (t != NULL && o->vo_shadow == t) {
        /* So that releases never nest along a chain. */
        vm_object_set_shadow(s, NULL);
        t->vo_refs--;
        assert(t->vo_refs > 0);
    }
    vm_object_release(s);
    return true;
}

/* Does O have every page of S in its window? */
static bool
bypass_covered(struct vm_object *o, struct vm_object *s)
{
    uint64_t index = o->vo_win_lo >> PAGE_SHIFT;
    uint64_t end = o->vo_win_hi >> PAGE_SHIFT;
    unsigned budget = BYPASS_SLOTS;
    vm_slot_t *slot;

    if (s->vo_pages.rx_pages > o->vo_pages.rx_pages &&
        s->vo_lo >= o->vo_win_lo && s->vo_hi <= o->vo_win_hi) {
        return false;
    }
    while (vm_radix_next(&s->vo_pages, &index, end) != NULL) {
        slot = vm_radix_lookup(&o->vo_pages, index);
        if (budget-- == 0 || slot == NULL || !slot_present(*slot)) {
            return false;
        }
        index++;
    }
    return true;
}

/* Can O do without S although others use it?  Not when S is, or has, the
 * newest asymmetric copy in question: pushes must be seen. */
static bool
bypass_allowed(struct vm_object *o, struct vm_object *s)
{
    return s->vo_kind == VO_ANON && !s->vo_poisoned && !o->vo_poisoned &&
           s->vo_copy != o &&
           (s->vo_shadow == NULL || s->vo_shadow->vo_copy != s) &&
           bypass_covered(o, s);
}

void
vm_object_collapse(struct vm_object *top)
{
    struct vm_object *o = top, *s;
    unsigned steps = 16;

    while (steps-- > 0 && (s = o->vo_shadow) != NULL) {
        if (collapse_allowed(o, s)) {
            if (vm_object_set_ledger(s, o->vo_ledger) != KERN_SUCCESS ||
                !collapse_merge(o, s)) {
                return;
            }
        } else if (s->vo_refs > 1 && bypass_allowed(o, s)) {
            chain_skip(o, s);
            vm_object_release(s);
        } else {
            o = s;
        }
    }
}

unsigned
vm_object_chain_length(const struct vm_object *o)
{
    unsigned n = 0;

    for (; o != NULL; o = o->vo_shadow) {
        n++;
    }
    return n;
}
