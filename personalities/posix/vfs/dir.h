/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories: names to nodes.  An entry holds a link (vn_nlink), no
 * reference.
 */
#ifndef VFS_DIR_H
#define VFS_DIR_H

#include "vfs/node.h"

/* Cookies 0 and 1 are "." and "..". */
#define DIR_FIRST_COOKIE 2

struct dir_entry {
    struct dir_entry *de_next; /* same hash bucket */
    struct vfs_node *de_node;
    uint64_t de_cookie;
    uint32_t de_hash;
    uint32_t de_length;
    char de_name[];            /* NUL-terminated */
};

struct dir_slot {
    uint64_t ds_cookie;
    struct dir_entry *ds_entry; /* NULL: removed */
};

struct dir_entry *dir_find(const struct vfs_node *dir, const char *name,
                           uint32_t length);
/* A new name: links node to it.  Returns KERN_SUCCESS or ENOSPC. The name must not be there. */
kern_return_t dir_enter(struct vfs_node *dir, const char *name,
                        uint32_t length, struct vfs_node *node);
/* The entry goes; the node loses the link. */
void dir_remove(struct vfs_node *dir, struct dir_entry *entry);
/* The first entry at or behind cookie. */
struct dir_entry *dir_next(const struct vfs_node *dir, uint64_t cookie);
bool dir_is_empty(const struct vfs_node *dir);
void dir_free(struct vfs_dir *d);

/* Make dir the parent of the directory child (dir NULL: none), and count the link of "..". */
void dir_set_parent(struct vfs_node *child, struct vfs_node *dir);

#endif
