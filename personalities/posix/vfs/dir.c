/* SPDX-License-Identifier: BSD-2-Clause */
/* Directory entries, see dir.h. */
#include <stdlib.h>
#include <string.h>

#include "vfs/dir.h"

static uint32_t
name_hash(const char *name, uint32_t length)
{
    uint32_t h = 2166136261u;

    for (uint32_t i = 0; i < length; i++) {
        h = (h ^ (uint8_t)name[i]) * 16777619u;
    }
    return h ^ h >> 15;
}

struct dir_entry *
dir_find(const struct vfs_node *dir, const char *name, uint32_t length)
{
    const struct vfs_dir *d = &dir->vn_dir;
    uint32_t hash = name_hash(name, length);
    struct dir_entry *e;

    if (d->vd_hash_size == 0) {
        return NULL;
    }
    for (e = d->vd_hash[hash & (d->vd_hash_size - 1)]; e != NULL;
         e = e->de_next) {
        if (e->de_hash == hash && e->de_length == length &&
            memcmp(e->de_name, name, length) == 0) {
            return e;
        }
    }
    return NULL;
}

static bool
hash_grow(struct vfs_dir *d)
{
    uint32_t size = d->vd_hash_size == 0 ? 8 : d->vd_hash_size * 2;
    struct dir_entry **table;

    if (d->vd_count < d->vd_hash_size) {
        return true;
    }
    table = calloc(size, sizeof(struct dir_entry *));
    if (table == NULL) {
        return d->vd_hash_size != 0; /* longer chains will do */
    }
    for (uint32_t i = 0; i < d->vd_hash_size; i++) {
        struct dir_entry *e, *next;

        for (e = d->vd_hash[i]; e != NULL; e = next) {
            next = e->de_next;
            e->de_next = table[e->de_hash & (size - 1)];
            table[e->de_hash & (size - 1)] = e;
        }
    }
    free(d->vd_hash);
    d->vd_hash = table;
    d->vd_hash_size = size;
    return true;
}

/* Room for one more slot: squeezes removed ones out when they are many. */
static bool
slots_make_room(struct vfs_dir *d)
{
    struct dir_slot *slots;
    uint32_t room;

    if (d->vd_slot_count < d->vd_slot_room) {
        return true;
    }
    if (d->vd_count < d->vd_slot_count / 2) {
        uint32_t to = 0;

        for (uint32_t i = 0; i < d->vd_slot_count; i++) {
            if (d->vd_slots[i].ds_entry != NULL) {
                d->vd_slots[to++] = d->vd_slots[i];
            }
        }
        d->vd_slot_count = to;
        return true;
    }
    room = d->vd_slot_room == 0 ? 8 : d->vd_slot_room * 2;
    slots = realloc(d->vd_slots, room * sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    d->vd_slots = slots;
    d->vd_slot_room = room;
    return true;
}

/* Index of the first slot at or behind cookie. */
static uint32_t
slot_search(const struct vfs_dir *d, uint64_t cookie)
{
    uint32_t low = 0, high = d->vd_slot_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (d->vd_slots[middle].ds_cookie >= cookie) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

kern_return_t
dir_enter(struct vfs_node *dir, const char *name, uint32_t length,
          struct vfs_node *node)
{
    struct vfs_dir *d = &dir->vn_dir;
    struct dir_entry *e, **bucket;

    if (!hash_grow(d) || !slots_make_room(d)) {
        return ERR(ENOSPC);
    }
    e = malloc(sizeof(*e) + length + 1);
    if (e == NULL) {
        return ERR(ENOSPC);
    }
    memcpy(e->de_name, name, length);
    e->de_name[length] = '\0';
    e->de_length = length;
    e->de_hash = name_hash(name, length);
    e->de_node = node;
    e->de_cookie = d->vd_next_cookie++;
    bucket = &d->vd_hash[e->de_hash & (d->vd_hash_size - 1)];
    e->de_next = *bucket;
    *bucket = e;
    d->vd_slots[d->vd_slot_count].ds_cookie = e->de_cookie;
    d->vd_slots[d->vd_slot_count].ds_entry = e;
    d->vd_slot_count++;
    d->vd_count++;
    if (L_S_ISDIR(node->vn_mode)) {
        node->vn_nlink += 2;
        node->vn_entry = e;
        dir_set_parent(node, dir);
    } else {
        node->vn_nlink++;
    }
    node_modified(dir);
    return KERN_SUCCESS;
}

void
dir_set_parent(struct vfs_node *child, struct vfs_node *dir)
{
    struct vfs_node *old = child->vn_up;

    node_reference(dir)->vn_nlink++;
    child->vn_up = dir;
    if (old != NULL) {
        node_release(old);
    }
}

void
dir_remove(struct vfs_node *dir, struct dir_entry *entry)
{
    struct vfs_dir *d = &dir->vn_dir;
    struct vfs_node *node = entry->de_node;
    struct dir_entry **link = &d->vd_hash[entry->de_hash &
                                          (d->vd_hash_size - 1)];
    uint32_t slot = slot_search(d, entry->de_cookie);

    while (*link != entry) {
        link = &(*link)->de_next;
    }
    *link = entry->de_next;
    d->vd_slots[slot].ds_entry = NULL;
    if (slot + 1 == d->vd_slot_count) {
        d->vd_slot_count--;
    }
    d->vd_count--;
    node_modified(dir);
    if (L_S_ISDIR(node->vn_mode)) {
        dir->vn_nlink--;
        if (node->vn_entry == entry) {
            node->vn_entry = NULL;
        }
        node->vn_nlink--;
    }
    free(entry);
    node_unlink(node);
}

struct dir_entry *
dir_next(const struct vfs_node *dir, uint64_t cookie)
{
    const struct vfs_dir *d = &dir->vn_dir;

    for (uint32_t i = slot_search(d, cookie); i < d->vd_slot_count; i++) {
        if (d->vd_slots[i].ds_entry != NULL) {
            return d->vd_slots[i].ds_entry;
        }
    }
    return NULL;
}

bool
dir_is_empty(const struct vfs_node *dir)
{
    return dir->vn_dir.vd_count == 0;
}

void
dir_free(struct vfs_dir *d)
{
    free(d->vd_hash);
    free(d->vd_slots);
}
