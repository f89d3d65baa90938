/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The treap over a map's entries: a search tree by address that is a heap by
 * e_random, a level drawn as in a skip list, so that its depth is logarithmic
 * whatever users do.  Each entry
 * knows the hole in front of it and the largest such hole in its subtree.
 * The hole behind the last entry is looked at by itself.
 *
 * What comes and goes at the edge of a large hole would change e_gap_max up to
 * the root each time.  So the entry whose hole has been made smaller last
 * (vm_lowered), and those above it, may still say what they said before, until
 * somebody searches or another takes its turn.
 */
#include <base/assert.h>
#include <vm/vm_map.h>

#define LEFT 0u
#define RIGHT 1u

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
            e = e->e_child[LEFT];
        } else {
            e = e->e_child[RIGHT];
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

    for (unsigned i = LEFT; i <= RIGHT; i++) {
        if (e->e_child[i] != NULL && e->e_child[i]->e_gap_max > max) {
            max = e->e_child[i]->e_gap_max;
        }
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

/* From e on up, there is a gap of this size. */
static inline void
gap_raise(struct vm_map_entry *e, vm_size_t gap)
{
    for (; e != NULL && e->e_gap_max < gap; e = e->e_parent) {
        e->e_gap_max = gap;
    }
}

static void
gap_settle(struct vm_map *map)
{
    gap_climb(map->vm_lowered);
    map->vm_lowered = NULL;
}

/* The gap of e has become smaller, which e_gap_max need not say yet. */
static inline void
gap_lower(struct vm_map *map, struct vm_map_entry *e)
{
    if (map->vm_lowered != e) {
        gap_settle(map);
        map->vm_lowered = e;
    }
}

static void
gap_fix(struct vm_map *map, struct vm_map_entry *e)
{
    e->e_gap = e->e_start - gap_start(map, e);
    gap_raise(e, e->e_gap);
    gap_lower(map, e);
}

/* e is where a hole may have been. */
static inline void
full_extend(struct vm_map *map, const struct vm_map_entry *e)
{
    if (e->e_start <= map->vm_full && e->e_end > map->vm_full) {
        map->vm_full = e->e_end;
    }
}

/* From start on there may be a hole. */
static inline void
full_cut(struct vm_map *map, vm_address_t start)
{
    if (start < map->vm_full) {
        map->vm_full = start < VM_ANYWHERE_MIN ? VM_ANYWHERE_MIN : start;
    }
}

void
vm_map_tree_update(struct vm_map *map, struct vm_map_entry *e)
{
    struct vm_map_entry *n = vm_map_next(map, e);

    full_cut(map, e->e_end);
    full_extend(map, e);

    gap_fix(map, e);
    if (n != NULL) {
        gap_fix(map, n);
    }
}

/* ---- balance --------------------------------------------------------------- */

static inline void
tree_replace(struct vm_map *map, const struct vm_map_entry *old,
             struct vm_map_entry *new)
{
    struct vm_map_entry *p = old->e_parent;

    if (p == NULL) {
        map->vm_root = new;
    } else {
        p->e_child[p->e_child[RIGHT] == old] = new;
    }
    if (new != NULL) {
        new->e_parent = p;
    }
}

/* c, a child of p, takes p's place, and its e_gap_max. */
static void
tree_rotate(struct vm_map *map, struct vm_map_entry *p,
            struct vm_map_entry *c)
{
    unsigned side = p->e_child[RIGHT] == c;
    struct vm_map_entry *mid = c->e_child[!side];

    tree_replace(map, p, c);
    p->e_child[side] = mid;
    c->e_child[!side] = p;
    if (mid != NULL) {
        mid->e_parent = p;
    }
    p->e_parent = c;
    c->e_gap_max = p->e_gap_max;
    if (map->vm_lowered == p) {
        map->vm_lowered = c;
    }
    gap_pull(p);
}

/* 0 for three out of four, 1 for three out of four of the others, and so on:
 * most entries come and go as leaves, without a rotation. */
static uint8_t
random_level(void)
{
    static uint32_t seed = 0x9e3779b9u;

    seed ^= seed << 13; /* xorshift: cheap, and not under users' control */
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return (uint8_t)(__builtin_ctz(seed | 1u << 31) / 2);
}

void
vm_map_tree_insert(struct vm_map *map, struct vm_map_entry *e)
{
    struct list *next = &map->vm_entries, *prev = next->prev;
    struct vm_map_entry *n = NULL, *up = NULL;
    vm_address_t gap = e->e_start - VM_MIN_ADDRESS;
    unsigned side = RIGHT;

    if (prev != next) {
        up = list_entry(prev, struct vm_map_entry, e_link);
        if (up->e_end > e->e_start) {
            n = vm_map_lookup_above(map, e->e_start);
            next = &n->e_link;
            prev = next->prev;
            up = list_entry(prev, struct vm_map_entry, e_link);
        }
        if (prev != &map->vm_entries) {
            gap = e->e_start - up->e_end;
        }
    }
    list_insert_between(&e->e_link, prev, next);
    full_extend(map, e);
    e->e_random = random_level();
    e->e_gap = e->e_gap_max = gap;
    if (n != NULL) {
        n->e_gap = n->e_start - e->e_end;
        gap_lower(map, n);
        /* Of two neighbours one has no child on the other's side: there e
         * becomes a leaf. */
        if (n->e_child[LEFT] == NULL) {
            up = n;
            side = LEFT;
        }
    }
    e->e_child[LEFT] = e->e_child[RIGHT] = NULL;
    e->e_parent = up;
    if (up == NULL) {
        map->vm_root = e;
    } else {
        up->e_child[side] = e;
        gap_raise(up, gap);
        while (e->e_parent != NULL && e->e_parent->e_random < e->e_random) {
            tree_rotate(map, e->e_parent, e);
        }
    }
    map->vm_hint = e;
}

void
vm_map_tree_remove(struct vm_map *map, struct vm_map_entry *e)
{
    struct vm_map_entry *l, *r, *n = vm_map_next(map, e);

    while ((l = e->e_child[LEFT]) != NULL &&
           (r = e->e_child[RIGHT]) != NULL) {
        tree_rotate(map, e, l->e_random > r->e_random ? l : r);
    }
    tree_replace(map, e, l != NULL ? l : e->e_child[RIGHT]);
    list_take(&e->e_link);
    full_cut(map, e->e_start);
    if (map->vm_hint == e) {
        map->vm_hint = n;
    }
    if (map->vm_lowered == e) {
        map->vm_lowered = NULL;
    }
    if (n != NULL) {
        n->e_gap = n->e_start - gap_start(map, n);
        gap_raise(n, n->e_gap);
    }
    gap_climb(e->e_parent);
}

/* ---- finding room --------------------------------------------------------- */

/* The nearest entry on this side of e with a gap of size. */
static struct vm_map_entry *
gap_next(struct vm_map *map, struct vm_map_entry *e, unsigned side,
         vm_size_t size)
{
    struct vm_map_entry *n = e->e_child[side];

    gap_settle(map);
    for (;;) {
        if (n != NULL && n->e_gap_max >= size) {
            do { /* to the near end of it */
                e = n;
                n = e->e_child[!side];
            } while (n != NULL && n->e_gap_max >= size);
        } else {
            do { /* nothing below: up until we come from the near side */
                n = e;
                e = e->e_parent;
            } while (e != NULL && e->e_child[side] == n);
            if (e == NULL) {
                return NULL;
            }
        }
        if (e->e_gap >= size) {
            return e;
        }
        n = e->e_child[side];
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
    struct vm_map_entry *e;
    struct list *last;
    vm_address_t lo;

    if (hint >= VM_ANYWHERE_MIN && hint < map->vm_full) {
        hint = map->vm_full;
    }
    e = vm_map_lookup_above(map, hint);
    for (; e != NULL; e = gap_next(map, e, RIGHT, size)) {
        lo = e->e_start - e->e_gap;
        if (lo < hint) {
            lo = hint;
        }
        if (size == PAGE_SIZE && hint == map->vm_full) {
            map->vm_full = lo;
            hint = lo;
        }
        if (lo < e->e_start && fit_up(lo, e->e_start, size, mask, out)) {
            map->vm_hint = e;
            return true;
        }
    }
    last = list_last(&map->vm_entries);
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
    for (; e != NULL; e = gap_next(map, e, LEFT, size)) {
        vm_address_t hi = e->e_start < top ? e->e_start : top;

        lo = e->e_start - e->e_gap;
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
