/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rename(2).  First everything is checked, then the new name is entered (the
 * only step that can fail), then the old one goes; a name that exists changes its node in place.
 */
#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

static bool
is_inside(const struct vfs_node *n, const struct vfs_node *dir)
{
    for (; n != NULL; n = n->vn_up) {
        if (n == dir) {
            return true;
        }
    }
    return false;
}

/* May the node of `from` stand where `to` is? */
static kern_return_t
rename_check_target(vfs_session_ref_t s, const struct lookup *from,
                    const struct lookup *to, uint32_t flags)
{
    const struct vfs_node *n = to->lk_node;
    bool is_dir = L_S_ISDIR(from->lk_node->vn_mode);
    kern_return_t kr;

    if (n == NULL) {
        if ((flags & L_RENAME_EXCHANGE) != 0) {
            return ERR(ENOENT);
        }
        if (to->lk_slash && !is_dir) {
            return ERR(ENOTDIR);
        }
        return to->lk_up->vn_nlink == 0 ? ERR(ENOENT) :
               perm_check(&s->vs_creds, to->lk_up, PERM_W | PERM_X);
    }
    if ((flags & L_RENAME_NOREPLACE) != 0) {
        return ERR(EEXIST);
    }
    kr = perm_remove(&s->vs_creds, to->lk_up, n);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (n == s->vs_root || n->vn_client) {
        return ERR(EBUSY);
    }
    if ((flags & L_RENAME_EXCHANGE) != 0) {
        return is_inside(from->lk_up, n) ? ERR(EINVAL) : KERN_SUCCESS;
    }
    if (is_dir && !L_S_ISDIR(n->vn_mode)) {
        return ERR(ENOTDIR);
    }
    if (!is_dir && L_S_ISDIR(n->vn_mode)) {
        return ERR(EISDIR);
    }
    if (is_dir && !dir_is_empty(n)) {
        return ERR(ENOTEMPTY);
    }
    return KERN_SUCCESS;
}

static kern_return_t
rename_check(vfs_session_ref_t s, const struct lookup *from,
             const struct lookup *to, uint32_t flags)
{
    kern_return_t kr;

    if (from->lk_last != LAST_NAME || to->lk_last != LAST_NAME) {
        return ERR(EBUSY);
    }
    if (from->lk_node == NULL) {
        return ERR(ENOENT);
    }
    kr = perm_remove(&s->vs_creds, from->lk_up, from->lk_node);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (from->lk_node == s->vs_root || from->lk_node->vn_client) {
        return ERR(EBUSY);
    }
    if (L_S_ISDIR(from->lk_node->vn_mode) &&
        is_inside(to->lk_up, from->lk_node)) {
        return ERR(EINVAL);
    }
    /* A target above the source isn't empty, unless it is exchanged. */
    if (to->lk_node != NULL && (flags & L_RENAME_EXCHANGE) == 0 &&
        is_inside(from->lk_up, to->lk_node)) {
        return ERR(ENOTEMPTY);
    }
    /* Moving a directory changes its "..". */
    if (L_S_ISDIR(from->lk_node->vn_mode) && from->lk_up != to->lk_up) {
        kr = perm_check(&s->vs_creds, from->lk_node, PERM_W);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    }
    return rename_check_target(s, from, to, flags);
}

/* The entry e of directory dir gets another node, whose own link there was
 * is dropped by the caller. */
static void
entry_take(struct vfs_node *dir, struct dir_entry *e, struct vfs_node *n)
{
    e->de_node = n;
    if (L_S_ISDIR(n->vn_mode)) {
        n->vn_entry = e;
        dir_set_parent(n, dir);
    }
    node_modified(dir);
}

static void
rename_exchange(const struct lookup *from, const struct lookup *to)
{
    struct dir_entry *a = dir_find(from->lk_up, from->lk_name,
                                   from->lk_length);
    struct dir_entry *b = dir_find(to->lk_up, to->lk_name, to->lk_length);

    if (L_S_ISDIR(from->lk_node->vn_mode)) {
        from->lk_up->vn_nlink--;
    }
    if (L_S_ISDIR(to->lk_node->vn_mode)) {
        to->lk_up->vn_nlink--;
    }
    entry_take(from->lk_up, a, to->lk_node);
    entry_take(to->lk_up, b, from->lk_node);
    node_changed(to->lk_node);
}

static kern_return_t
rename_replace(const struct lookup *from, const struct lookup *to)
{
    struct dir_entry *old, *target;
    struct vfs_node *victim = to->lk_node;
    kern_return_t kr;

    if (victim == NULL) {
        kr = dir_enter(to->lk_up, to->lk_name, to->lk_length, from->lk_node);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
    } else {
        target = dir_find(to->lk_up, to->lk_name, to->lk_length);
        if (L_S_ISDIR(victim->vn_mode)) {
            to->lk_up->vn_nlink--;
            victim->vn_entry = NULL;
            victim->vn_nlink--;
            from->lk_node->vn_nlink++;
        }
        from->lk_node->vn_nlink++;
        entry_take(to->lk_up, target, from->lk_node);
        node_unlink(victim); /* lk_node still has it */
    }
    old = dir_find(from->lk_up, from->lk_name, from->lk_length);
    dir_remove(from->lk_up, old);
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_rename(vfs_session_ref_t s, vfs_file_ref_t old_dir,
                 const char *old_path, vfs_file_ref_t new_dir,
                 const char *new_path, uint32_t flags)
{
    struct lookup from, to;
    kern_return_t kr;

    if ((flags & ~(L_RENAME_NOREPLACE | L_RENAME_EXCHANGE)) != 0 ||
        flags == (L_RENAME_NOREPLACE | L_RENAME_EXCHANGE)) {
        return ERR(EINVAL);
    }
    kr = lookup_plain(lookup(s, old_dir, old_path, 0, &from, NULL));
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = lookup(s, new_dir, new_path, 0, &to, NULL);
    if (kr != KERN_SUCCESS) {
        lookup_done(&from);
        return kr == LOOKUP_CLIENT ? ERR(EXDEV) : kr;
    }
    kr = rename_check(s, &from, &to, flags);
    if (kr == KERN_SUCCESS && from.lk_node != to.lk_node) {
        if ((flags & L_RENAME_EXCHANGE) != 0) {
            rename_exchange(&from, &to);
        } else {
            kr = rename_replace(&from, &to);
        }
        if (kr == KERN_SUCCESS) {
            node_changed(from.lk_node);
        }
    }
    lookup_done(&to);
    lookup_done(&from);
    return kr;
}
