/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From paths to nodes.  The rest of the path stands at the end of a buffer, so
 * that a symbolic link's target can be put in front of it.
 */
#include <stdio.h>
#include <string.h>

#include "vfs/internal.h"

#define WALK_MAX (2 * POSIX_PATH_MAX)

struct walk {
    vfs_session_ref_t session;
    uint32_t flags;
    unsigned links;
    char *rest; /* in buffer, NUL-terminated */
    char buffer[WALK_MAX];
};

/* One lookup at a time: a component is a monitor. */
static struct walk walk;

static kern_return_t
walk_client(const struct vfs_node *dir, const char *name, uint32_t length,
            const char *rest, char *redirect)
{
    kern_return_t kr;
    size_t used;

    if (redirect == NULL) {
        return LOOKUP_CLIENT;
    }
    kr = path_of(vfs_root, dir, redirect);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    used = strlen(redirect);
    memmove(redirect, redirect + 1, used); /* no leading slash */
    used--;
    if (used + length + strlen(rest) + 3 > POSIX_PATH_MAX) {
        return ERR(ENAMETOOLONG);
    }
    snprintf(redirect + used, POSIX_PATH_MAX - used, "/%.*s%s%s",
             (int)length, name, *rest != '\0' ? "/" : "", rest);
    return LOOKUP_CLIENT;
}

/* Puts a link's target in front of the rest; the walk goes on at *dir. */
static kern_return_t
walk_symlink(struct vfs_node *link, struct vfs_node **dir)
{
    size_t length = strlen(link->vn_target);

    if (++walk.links > SYMLINKS_MAX) {
        return ERR(ELOOP);
    }
    if (walk.rest[0] != '\0') {
        *--walk.rest = '/';
    }
    if (length == 0) {
        return ERR(ENOENT);
    }
    if (length >= POSIX_PATH_MAX ||
        length > (size_t)(walk.rest - walk.buffer)) {
        return ERR(ENAMETOOLONG);
    }
    walk.rest -= length;
    memcpy(walk.rest, link->vn_target, length);
    node_accessed(link);
    if (walk.rest[0] == '/') {
        node_release(*dir);
        *dir = node_reference(walk.session->vs_root);
    }
    return KERN_SUCCESS;
}

static struct vfs_node *
walk_up(const struct vfs_node *dir)
{
    if (dir == walk.session->vs_root || dir->vn_up == NULL) {
        return node_reference(walk.session->vs_root);
    }
    return node_reference(dir->vn_up);
}

/* The name has been looked up: remember it in case it is the last. */
static void
walk_last(struct lookup *lk, enum last_kind last, struct vfs_node *up,
          const char *name, uint32_t length)
{
    if (lk->lk_up != NULL) {
        node_release(lk->lk_up);
        lk->lk_up = NULL;
    }
    lk->lk_last = last;
    if (last == LAST_NAME) {
        lk->lk_up = node_reference(up);
        memcpy(lk->lk_name, name, length);
        lk->lk_name[length] = '\0';
        lk->lk_length = length;
    }
}

/*
 * One name of the path.  *dir (+1) is replaced by what it names; NULL when
 * that is missing and it was the last.  name is in the buffer.
 */
static kern_return_t
walk_step(struct vfs_node **dir, const char *name, uint32_t length,
          struct lookup *lk, char *redirect)
{
    struct vfs_node *up = *dir;
    struct dir_entry *e;
    kern_return_t kr;
    bool last = walk.rest[0] == '\0';

    if (!L_S_ISDIR(up->vn_mode)) {
        return ERR(ENOTDIR);
    }
    kr = perm_check(&walk.session->vs_creds, up, PERM_X);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (length > NAME_MAX_LENGTH) {
        return ERR(ENAMETOOLONG);
    }
    if (length == 1 && name[0] == '.') {
        walk_last(lk, LAST_DOT, up, name, length);
        return KERN_SUCCESS;
    }
    if (length == 2 && name[0] == '.' && name[1] == '.') {
        walk_last(lk, LAST_DOTDOT, up, name, length);
        *dir = walk_up(up);
        node_release(up);
        return KERN_SUCCESS;
    }
    if (up->vn_client) {
        return walk_client(up, name, length, walk.rest, redirect);
    }
    walk_last(lk, LAST_NAME, up, name, length);
    e = dir_find(up, name, length);
    if (e == NULL) {
        if (!last) {
            return ERR(ENOENT);
        }
        node_release(up);
        *dir = NULL;
        return KERN_SUCCESS;
    }
    if (L_S_ISLNK(e->de_node->vn_mode) &&
        (!last || lk->lk_slash || (walk.flags & LOOKUP_FOLLOW) != 0)) {
        return walk_symlink(e->de_node, dir);
    }
    *dir = node_reference(e->de_node);
    node_release(up);
    return KERN_SUCCESS;
}

static kern_return_t
walk_path(struct vfs_node **dir, struct lookup *lk, char *redirect)
{
    kern_return_t kr;

    for (;;) {
        const char *name;
        uint32_t length = 0;

        while (*walk.rest == '/') {
            walk.rest++;
        }
        if (*walk.rest == '\0') {
            return KERN_SUCCESS;
        }
        name = walk.rest;
        while (*walk.rest != '\0' && *walk.rest != '/') {
            walk.rest++;
            length++;
        }
        if (*walk.rest == '/') {
            while (*walk.rest == '/') {
                walk.rest++;
            }
            if (*walk.rest == '\0') {
                lk->lk_slash = true;
            }
        }
        kr = walk_step(dir, name, length, lk, redirect);
        if (kr != KERN_SUCCESS || *dir == NULL) {
            return kr;
        }
    }
}

static kern_return_t
walk_start(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
           uint32_t flags, struct vfs_node **start)
{
    size_t length = strnlen(path, POSIX_PATH_MAX);

    if (length >= POSIX_PATH_MAX) {
        return ERR(ENAMETOOLONG);
    }
    if (length == 0 && (flags & LOOKUP_EMPTY) == 0) {
        return ERR(ENOENT);
    }
    if (path[0] == '/') {
        *start = s->vs_root;
    } else if (dir == NULL) {
        *start = s->vs_cwd;
    } else if (dir == &vfs_no_file) {
        return ERR(EBADF);
    } else if (length != 0 && !L_S_ISDIR(dir->vf_node->vn_mode)) {
        return ERR(ENOTDIR);
    } else {
        *start = dir->vf_node;
    }
    walk.session = s;
    walk.flags = flags;
    walk.links = 0;
    walk.rest = walk.buffer + WALK_MAX - length - 1;
    memcpy(walk.rest, path, length);
    walk.rest[length] = '\0';
    return KERN_SUCCESS;
}

kern_return_t
lookup(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
       uint32_t flags, struct lookup *lk, char *redirect)
{
    struct vfs_node *node = NULL;
    kern_return_t kr = walk_start(s, dir, path, flags, &node);

    lk->lk_up = lk->lk_node = NULL;
    lk->lk_last = LAST_ROOT;
    lk->lk_length = 0;
    lk->lk_name[0] = '\0';
    lk->lk_slash = false;
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    node_reference(node);
    kr = walk_path(&node, lk, redirect);
    if (kr == KERN_SUCCESS && node != NULL && lk->lk_slash &&
        !L_S_ISDIR(node->vn_mode)) {
        kr = ERR(ENOTDIR);
    }
    lk->lk_node = node;
    if (kr != KERN_SUCCESS) {
        lookup_done(lk);
    }
    return kr;
}

void
lookup_done(struct lookup *lk)
{
    if (lk->lk_up != NULL) {
        node_release(lk->lk_up);
    }
    if (lk->lk_node != NULL) {
        node_release(lk->lk_node);
    }
    lk->lk_up = lk->lk_node = NULL;
}

kern_return_t
lookup_plain(kern_return_t kr)
{
    return kr == LOOKUP_CLIENT ? ERR(ENOENT) : kr;
}

kern_return_t
lookup_node(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
            uint32_t flags, struct vfs_node **node, char *redirect)
{
    struct lookup lk;
    kern_return_t kr = lookup(s, dir, path, flags, &lk, redirect);

    if (kr != KERN_SUCCESS) {
        return redirect == NULL ? lookup_plain(kr) : kr;
    }
    if (lk.lk_node == NULL) {
        lookup_done(&lk);
        return ERR(ENOENT);
    }
    *node = node_reference(lk.lk_node);
    lookup_done(&lk);
    return KERN_SUCCESS;
}
