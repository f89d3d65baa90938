/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The treap over a map's entries: a search tree by address that is a heap by
 * e_random, a level drawn as in a skip list, so that its depth is logarithmic
 * whatever users do.  Each entry
 * knows the hole in front of it and the largest such hole in its subtree.
 * The hole behind the last entry is looked at by itself.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

struct vm_map_entry *
vm_map_lookup_above(struct vm_map *map, vm_address_t addr)
{
    struct vm_map_entry *e = map->vm_hint, *best = NULL;

    if (e != NULL && addr - (e->e_start - e->e_gap) <
                         e->e_end - (e->e_start - e->e_gap)) {
        return e; /* in it, or in the hole in front of it */
    }
    e = map->vm_root;
    while (e != NULL) {
        if (addr < e->e_end) {
            best = e;
            if (addr >= e->e_start) {
                break;
            }
            e = e->e_left;
        } else {
            e = e->e_right;
        }
    }
    if (best != NULL) {
        map->vm_hint = best;
    }
    return best;
}

struct vm_map_entry *
vm_map_lookup_tree(struct vm_map *map, vm_address_t addr)
{
    struct vm_map_entry *e = vm_map_lookup_above(map, addr);

    if (e == NULL || addr < e->e_start) {
        return NULL;
    }
    return e;
}

/* ---- gaps ---------------------------------------------------------------- */

static vm_address_t
gap_start(const struct vm_map *map, const struct vm_map_entry *e)
{
    const struct vm_map_entry *p = vm_map_prev(map, e);

    return p == NULL ? VM_MIN_ADDRESS : p->e_end;
}

/* Recompute e_gap_max of e; true when it changed. */
static bool
gap_pull(struct vm_map_entry *e)
{
    vm_size_t max = e->e_gap;

    if (e->e_left != NULL && e->e_left->e_gap_max > max) {
        max = e->e_left->e_gap_max;
    }
    if (e->e_right != NULL && e->e_right->e_gap_max > max) {
        max = e->e_right->e_gap_max;
    }
    if (max == e->e_gap_max) {
        return false;
    }
    e->e_gap_max = max;
    return true;
}

/* Something has changed in e, or below it. */
static void
gap_climb(struct vm_map_entry *e)
{
    while (e != NULL && gap_pull(e)) {
        e = e->e_parent;
    }
}

static void
gap_fix(const struct vm_map *map, struct vm_map_entry *e)
{
    e->e_gap = e->e_start - gap_start(map, e);
    gap_climb(e);
}

void
vm_map_tree_update(struct vm_map *map, struct vm_map_entry *e)
{
    struct vm_map_entry *n = vm_map_next(map, e);

    gap_fix(map, e);
    if (n != NULL) {
        gap_fix(map, n);
    }
}

/* ---- balance --------------------------------------------------------------- */

static void
tree_replace(struct vm_map *map, struct vm_map_entry *old,
             struct vm_map_entry *new)
{
    struct vm_map_entry *p = old->e_parent;

    if (p == NULL) {
        map->vm_root = new;
    } else if (p->e_left == old) {
        p->e_left = new;
    } else {
        p->e_right = new;
    }
    if (new != NULL) {
        new->e_parent = p;
    }
}

/* c, a child of p, takes p's place. */
static void
tree_rotate(struct vm_map *map, struct vm_map_entry *p,
            struct vm_map_entry *c)
{
    struct vm_map_entry *mid;

    tree_replace(map, p, c);
    if (p->e_left == c) {
        mid = c->e_right;
        p->e_left = mid;
        c->e_right = p;
    } else {
        mid = c->e_left;
        p->e_right = mid;
        c->e_left = p;
    }
    if (mid != NULL) {
        mid->e_parent = p;
    }
    p->e_parent = c;
    gap_pull(p);
    gap_pull(c);
}

/* Of two neighbours one has no child on the other's side: there e, which comes
 * between p and n, becomes a leaf. */
static void
tree_hang(struct vm_map *map, struct vm_map_entry *p, struct vm_map_entry *n,
          struct vm_map_entry *e)
{
    if (n != NULL && n->e_left == NULL) {
        n->e_left = e;
        e->e_parent = n;
    } else if (p != NULL) {
        p->e_right = e;
        e->e_parent = p;
    } else {
        map->vm_root = e;
        e->e_parent = NULL;
    }
}

/* 0 for three out of four, 1 for three out of four of the others, and so on:
 * most entries come and go as leaves, without a rotation. */
static uint32_t
random_level(void)
{
    static uint32_t seed = 0x9e3779b9u;

    seed ^= seed << 13; /* xorshift: cheap, and not under users' control */
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return (uint32_t)__builtin_ctz(seed | 1u << 31) / 2;
}

void
vm_map_tree_insert(struct vm_map *map, struct vm_map_entry *e)
{
    struct list *next = &map->vm_entries, *last = list_last(next);
    struct vm_map_entry *n = NULL, *p = NULL;

    if (last != NULL) {
        p = list_entry(last, struct vm_map_entry, e_link);
        if (p->e_end > e->e_start) {
            n = vm_map_lookup_above(map, e->e_start);
            p = vm_map_prev(map, n);
            next = &n->e_link;
        }
    }
    e->e_random = random_level();
    e->e_left = e->e_right = NULL;
    tree_hang(map, p, n, e);
    list_insert_between(&e->e_link, next->prev, next);
    e->e_gap = e->e_gap_max = e->e_start - gap_start(map, e);
    gap_climb(e->e_parent);
    if (n != NULL) {
        n->e_gap = n->e_start - e->e_end;
        gap_climb(n);
    }
    while (e->e_parent != NULL && e->e_parent->e_random < e->e_random) {
        tree_rotate(map, e->e_parent, e);
    }
    map->vm_hint = e;
}

void
vm_map_tree_remove(struct vm_map *map, struct vm_map_entry *e)
{
    struct vm_map_entry *l, *r, *p, *n = vm_map_next(map, e);

    while ((l = e->e_left) != NULL && (r = e->e_right) != NULL) {
        tree_rotate(map, e, l->e_random > r->e_random ? l : r);
    }
    p = e->e_parent;
    tree_replace(map, e, e->e_left != NULL ? e->e_left : e->e_right);
    list_remove(&e->e_link);
    if (map->vm_hint == e) {
        map->vm_hint = n;
    }
    if (n != NULL) {
        n->e_gap = n->e_start - gap_start(map, n);
    }
    gap_climb(p);
    gap_climb(n);
}

/* ---- finding room --------------------------------------------------------- */

/* The next entry in order after e (NULL: the first) with a gap of size. */
static struct vm_map_entry *
gap_next(struct vm_map *map, struct vm_map_entry *e, vm_size_t size)
{
    struct vm_map_entry *n;

    n = e == NULL ? map->vm_root : e->e_right;
    for (;;) {
        if (n != NULL && n->e_gap_max >= size) {
            while (n->e_left != NULL && n->e_left->e_gap_max >= size) {
                n = n->e_left;
            }
            if (n->e_gap >= size) {
                return n;
            }
            n = n->e_right;
            continue;
        }
        /* Nothing below: up until we come from the left. */
        if (e == NULL) {
            return NULL;
        }
        n = e->e_parent;
        while (n != NULL && n->e_right == e) {
            e = n;
            n = n->e_parent;
        }
        if (n == NULL) {
            return NULL;
        }
        e = n;
        if (e->e_gap >= size) {
            return e;
        }
        n = e->e_right;
    }
}

static struct vm_map_entry *
gap_prev(struct vm_map *map, struct vm_map_entry *e, vm_size_t size)
{
    struct vm_map_entry *n;

    n = e == NULL ? map->vm_root : e->e_left;
    for (;;) {
        if (n != NULL && n->e_gap_max >= size) {
            while (n->e_right != NULL && n->e_right->e_gap_max >= size) {
                n = n->e_right;
            }
            if (n->e_gap >= size) {
                return n;
            }
            n = n->e_left;
            continue;
        }
        if (e == NULL) {
            return NULL;
        }
        n = e->e_parent;
        while (n != NULL && n->e_left == e) {
            e = n;
            n = n->e_parent;
        }
        if (n == NULL) {
            return NULL;
        }
        e = n;
        if (e->e_gap >= size) {
            return e;
        }
        n = e->e_left;
    }
}

/* Lowest aligned place in [lo, hi). */
static bool
fit_up(vm_address_t lo, vm_address_t hi, vm_size_t size, vm_offset_t mask,
       vm_address_t *out)
{
    vm_address_t a = (lo + mask) & ~mask;

    if (a < lo || a >= hi || hi - a < size) {
        return false;
    }
    *out = a;
    return true;
}

static bool
fit_down(vm_address_t lo, vm_address_t hi, vm_size_t size, vm_offset_t mask,
         vm_address_t *out)
{
    vm_address_t a;

    if (hi < lo || hi - lo < size) {
        return false;
    }
    a = (hi - size) & ~mask;
    if (a < lo) {
        return false;
    }
    *out = a;
    return true;
}

bool
vm_map_find_up(struct vm_map *map, vm_address_t hint, vm_size_t size,
               vm_offset_t mask, vm_address_t *out)
{
    struct list *first = list_first(&map->vm_entries);
    struct list *last = list_last(&map->vm_entries);
    struct vm_map_entry *e = NULL;
    vm_address_t lo;

    if (first != NULL) { /* which most often is the one */
        e = list_entry(first, struct vm_map_entry, e_link);
        if (e->e_end <= hint) {
            e = vm_map_lookup_above(map, hint);
        }
    }
    for (; e != NULL; e = gap_next(map, e, size)) {
        lo = gap_start(map, e);
        if (lo < hint) {
            lo = hint;
        }
        if (lo < e->e_start && fit_up(lo, e->e_start, size, mask, out)) {
            map->vm_hint = e;
            return true;
        }
    }
    lo = last == NULL
             ? VM_MIN_ADDRESS
             : list_entry(last, struct vm_map_entry, e_link)->e_end;
    return fit_up(lo < hint ? hint : lo, VM_MAX_ADDRESS, size, mask, out);
}

bool
vm_map_find_down(struct vm_map *map, vm_address_t top, vm_size_t size,
                 vm_offset_t mask, vm_address_t *out)
{
    struct vm_map_entry *e;
    struct list *last = list_last(&map->vm_entries);
    vm_address_t lo;

    lo = last == NULL
             ? VM_MIN_ADDRESS
             : list_entry(last, struct vm_map_entry, e_link)->e_end;
    if (lo < VM_ANYWHERE_MIN) {
        lo = VM_ANYWHERE_MIN;
    }
    if (lo < top && fit_down(lo, top, size, mask, out)) {
        return true;
    }
    e = vm_map_lookup_above(map, top - 1);
    if (e == NULL) {
        e = last == NULL ? NULL
                         : list_entry(last, struct vm_map_entry, e_link);
    }
    for (; e != NULL; e = gap_prev(map, e, size)) {
        vm_address_t hi = e->e_start < top ? e->e_start : top;

        lo = gap_start(map, e);
        if (lo < VM_ANYWHERE_MIN) {
            lo = VM_ANYWHERE_MIN;
        }
        if (lo < hi && fit_down(lo, hi, size, mask, out)) {
            map->vm_hint = e;
            return true;
        }
    }
    return false;
}
