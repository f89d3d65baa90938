/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting captured memory into maps: one frame becomes an entry's page, more an
 * object of the receiver's, entries its own.
 */
#include <base/assert.h>
#include <vm/vm_map_copy.h>

/* Frames to page tables, as far as a table goes; a fault will do for the rest. */
static void
frames_map(struct vm_map *map, vm_address_t at, unsigned n,
           const uint64_t frames[])
{
    unsigned fit = (unsigned)(512 - (at >> PAGE_SHIFT & 511));

    if (n == 1) {
        (void)pmap_enter(map->vm_pmap, at, frames[0], VM_PROT_DEFAULT,
                         PMAP_CACHE_NORMAL);
        return;
    }
    (void)pmap_enter_pages(map->vm_pmap, at, n < fit ? n : fit, frames,
                           VM_PROT_DEFAULT, PMAP_CACHE_NORMAL);
}

/* An object of the frames. */
static kern_return_t
frames_object(struct ledger *l, unsigned n, const uint64_t frames[],
              struct vm_object **out)
{
    struct vm_object *o;
    kern_return_t kr = vm_object_create(l, 0, n * PAGE_SIZE, &o);

    for (unsigned i = 0; kr == KERN_SUCCESS && i < n; i++) {
        kr = vm_object_insert(o, i * PAGE_SIZE, frames[i], 0);
        if (kr != KERN_SUCCESS) {
            /* They stay the caller's. */
            while (i-- > 0) {
                *vm_object_slot(o, i * PAGE_SIZE) = 0;
                o->vo_pages.rx_pages--;
            }
            vm_object_release(o);
        }
    }
    if (kr == KERN_SUCCESS) {
        *out = o;
    }
    return kr;
}

kern_return_t
vm_map_enter_frames(struct vm_map *map, unsigned n, const uint64_t frames[],
                    vm_address_t *addr)
{
    struct vm_enter req = {
        .size = n * PAGE_SIZE,
        .flags = VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN,
    };
    kern_return_t kr = vm_map_space(map, &req);
    struct vm_map_entry *e;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    e = map->vm_entry_count < VM_MAP_ENTRIES_MAX
            ? vm_entry_alloc(map->vm_ledger)
            : NULL;
    if (e == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (n == 1) {
        e->e_frame = frames[0];
        e->e_offset = req.addr;
    } else {
        kr = frames_object(map->vm_ledger, n, frames, &e->e_object);
        if (kr != KERN_SUCCESS) {
            vm_entry_free(e, map->vm_ledger);
            return kr;
        }
    }
    e->e_start = req.addr;
    e->e_end = req.addr + req.size;
    e->e_prot = VM_PROT_DEFAULT;
    e->e_max_prot = VM_PROT_ALL;
    e->e_inherit = VM_INHERIT_DEFAULT;
    vm_map_insert(map, e);
    frames_map(map, req.addr, n, frames);
    *addr = req.addr;
    return KERN_SUCCESS;
}

bool
vm_map_copy_across(struct vm_map *from, vm_address_t addr, vm_size_t size,
                   struct vm_map *to, vm_address_t *out)
{
    vm_offset_t skip = addr & PAGE_MASK;
    vm_address_t end = addr + size, at = addr;
    uint64_t frames[VM_COPY_FRAMES];
    unsigned n = 0;
    bool done;

    if (size == 0 || size > VM_COPY_FRAMES * PAGE_SIZE - skip ||
        addr >= VM_MAX_ADDRESS || end > VM_MAX_ADDRESS) {
        return false;
    }
    do {
        vm_address_t next = page_trunc(at) + PAGE_SIZE;
        uint64_t pa = vm_page_alloc(to->vm_ledger);
        char *p = phys_to_virt(pa);

        if (pa == 0) {
            break;
        }
        frames[n++] = pa;
        if (at != page_trunc(at) || next > end) {
            memset(p, 0, PAGE_SIZE);
        }
        next = next < end ? next : end;
        if (vm_map_peek(from, at, p + (at & PAGE_MASK), next - at) != 0) {
            break;
        }
        at = next;
    } while (at < end);
    done = at == end
           && vm_map_enter_frames(to, n, frames, out) == KERN_SUCCESS;
    if (done) {
        *out += skip;
        return true;
    }
    while (n > 0) {
        vm_page_free(frames[--n], to->vm_ledger);
    }
    return false;
}

/* Is the map charged for the copy's entries already, so that it can have them
 * as they are? */
static bool
copyout_moves(const struct vm_map *map, const struct vm_map_copy *c)
{
    return c->vc_ledger == map->vm_ledger;
}

/* Entries for the map, not linked in yet, on a list, unless it can have the
 * copy's; the objects' references still belong to the copy. */
static kern_return_t
copyout_prepare(struct vm_map *map, struct vm_map_copy *c, struct list *new)
{
    struct list *i;

    if (map->vm_entry_count + c->vc_count > VM_MAP_ENTRIES_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    list_for_each(i, &c->vc_entries) {
        struct vm_map_entry *e = list_entry(i, struct vm_map_entry, e_link);

        if (!copyout_moves(map, c)) {
            struct vm_map_entry *n = vm_entry_alloc(map->vm_ledger);

            if (n == NULL) {
                return KERN_RESOURCE_SHORTAGE;
            }
            list_push_back(new, &n->e_link);
        }
        if (e->e_object != NULL && e->e_object->vo_refs == 1 &&
            e->e_object->vo_kind == VO_ANON &&
            vm_object_set_ledger(e->e_object, map->vm_ledger) !=
                KERN_SUCCESS) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    return KERN_SUCCESS;
}

/* The copy's entry e becomes n, which belongs to the map. */
static void
copyout_move(struct vm_map_copy *c, struct vm_map_entry *e,
             struct vm_map_entry *n)
{
    n->e_start = e->e_start;
    n->e_end = e->e_end;
    n->e_offset = e->e_offset;
    n->e_needs_copy = e->e_needs_copy;
    n->e_object = e->e_object;
    e->e_object = NULL;
    vm_entry_free(e, c->vc_ledger);
}

/* Map first pages, so that the receiver needn't fault for them. */
static void
copyout_premap(struct vm_map_entry *e)
{
    vm_address_t next = (e->e_start | (VM_AROUND_PAGES * PAGE_SIZE - 1)) + 1;

    if (vm_entry_premap(e, e->e_start) == KERN_SUCCESS && next < e->e_end) {
        (void)vm_entry_premap(e, next);
    }
}

static kern_return_t
copyout_frames(struct vm_map *map, struct vm_map_copy *c, vm_address_t *addr)
{
    unsigned n = c->vc_frame_count;
    bool moves = copyout_moves(map, c);
    kern_return_t kr;

    if (!moves
        && ledger_charge(map->vm_ledger, LEDGER_PAGES, n) != KERN_SUCCESS) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kr = vm_map_enter_frames(map, n, c->vc_frames, addr);
    if (!moves) {
        ledger_uncharge(kr == KERN_SUCCESS ? c->vc_ledger : map->vm_ledger,
                        LEDGER_PAGES, n);
    }
    if (kr == KERN_SUCCESS) {
        *addr += c->vc_offset;
        c->vc_frame_count = 0;
        vm_map_copy_discard(c);
    }
    return kr;
}

kern_return_t
vm_map_copyout(struct vm_map *map, struct vm_map_copy *c, vm_address_t *addr)
{
    struct vm_enter req = {
        .size = page_round(c->vc_offset + c->vc_size),
        .flags = VM_FLAGS_ANYWHERE | VM_FLAGS_TOP_DOWN,
    };
    struct list new, *i, *j;
    kern_return_t kr;

    if (c->vc_size == 0) {
        *addr = 0;
        vm_map_copy_discard(c);
        return KERN_SUCCESS;
    }
    if (c->vc_frame_count != 0) {
        return copyout_frames(map, c, addr);
    }
    list_init(&new);
    kr = vm_map_space(map, &req);
    if (kr == KERN_SUCCESS) {
        kr = copyout_prepare(map, c, &new);
    }
    if (kr != KERN_SUCCESS) {
        while ((i = list_pop_front(&new)) != NULL) {
            vm_entry_free(list_entry(i, struct vm_map_entry, e_link),
                          map->vm_ledger);
        }
        return kr;
    }
    /* ---- point of no return ---- */
    while ((i = list_pop_front(&c->vc_entries)) != NULL) {
        struct vm_map_entry *n = list_entry(i, struct vm_map_entry, e_link);

        if ((j = list_pop_front(&new)) != NULL) {
            struct vm_map_entry *e = n;

            n = list_entry(j, struct vm_map_entry, e_link);
            copyout_move(c, e, n);
        }
        n->e_prot = VM_PROT_DEFAULT;
        n->e_max_prot = VM_PROT_ALL;
        n->e_inherit = VM_INHERIT_DEFAULT;
        n->e_start += req.addr;
        n->e_end += req.addr;
        if (n->e_object == NULL) {
            n->e_offset = n->e_start;
        }
        vm_map_insert(map, n);
        if (n->e_object != NULL && n->e_start == req.addr) {
            copyout_premap(n);
        }
    }
    *addr = req.addr + c->vc_offset;
    vm_map_copy_discard(c);
    return KERN_SUCCESS;
}
