/* SPDX-License-Identifier: BSD-2-Clause */
/* Making and removing names. */
#include <stdlib.h>
#include <string.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

/* A new node at the place that lk found missing; *out has +1. */
kern_return_t
node_make(vfs_session_ref_t s, struct lookup *lk, uint32_t mode,
          struct vfs_node **out)
{
    struct vfs_node *up = lk->lk_up, *n;
    uint32_t gid = s->vs_creds.gid;
    kern_return_t kr;

    if (up->vn_nlink == 0) {
        return ERR(ENOENT);
    }
    kr = perm_check(&s->vs_creds, up, PERM_W | PERM_X);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if ((up->vn_mode & L_S_ISGID) != 0) {
        gid = up->vn_gid;
        if (L_S_ISDIR(mode)) {
            mode |= L_S_ISGID;
        } else if ((mode & (L_S_ISGID | 0010)) == (L_S_ISGID | 0010) &&
                   s->vs_creds.uid != 0 && !perm_member(&s->vs_creds, gid)) {
            mode &= ~L_S_ISGID;
        }
    }
    n = node_create(mode, s->vs_creds.uid, gid);
    if (n == NULL) {
        return ERR(ENOSPC);
    }
    kr = dir_enter(up, lk->lk_name, lk->lk_length, n);
    if (kr != KERN_SUCCESS) {
        node_release(n);
        return kr;
    }
    *out = n;
    return KERN_SUCCESS;
}

/* Where a name is to be made: EEXIST when there is something. */
static kern_return_t
lookup_new(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
           struct lookup *lk)
{
    kern_return_t kr = lookup_plain(lookup(s, dir, path, 0, lk, NULL));

    if (kr == KERN_SUCCESS && lk->lk_node != NULL) {
        lookup_done(lk);
        return ERR(EEXIST);
    }
    return kr;
}

kern_return_t
vfs_S_vfs_mkdir(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                uint32_t mode)
{
    struct lookup lk;
    struct vfs_node *n;
    kern_return_t kr = lookup_new(s, dir, path, &lk);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = node_make(s, &lk, L_S_IFDIR | (mode & 01777), &n);
    if (kr == KERN_SUCCESS) {
        node_release(n);
    }
    lookup_done(&lk);
    return kr;
}

kern_return_t
vfs_S_vfs_mknod(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                uint32_t mode, uint64_t device)
{
    struct lookup lk;
    struct vfs_node *n;
    uint32_t type = mode & L_S_IFMT;
    kern_return_t kr;

    if (type == 0) {
        type = L_S_IFREG;
    }
    if (type == L_S_IFDIR) {
        return ERR(EPERM);
    }
    if (type != L_S_IFREG && type != L_S_IFIFO && type != L_S_IFSOCK &&
        type != L_S_IFCHR && type != L_S_IFBLK) {
        return ERR(EINVAL);
    }
    if ((type == L_S_IFCHR || type == L_S_IFBLK) && s->vs_creds.uid != 0) {
        return ERR(EPERM);
    }
    kr = lookup_new(s, dir, path, &lk);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (lk.lk_slash) {
        lookup_done(&lk);
        return ERR(ENOENT);
    }
    kr = node_make(s, &lk, type | (mode & 07777), &n);
    if (kr == KERN_SUCCESS) {
        if (type == L_S_IFCHR || type == L_S_IFBLK) {
            n->vn_rdev = device;
        }
        node_release(n);
    }
    lookup_done(&lk);
    return kr;
}

kern_return_t
vfs_S_vfs_symlink(vfs_session_ref_t s, const char *target, vfs_file_ref_t dir,
                  const char *path)
{
    struct lookup lk;
    struct vfs_node *n;
    char *copy;
    kern_return_t kr;

    if (target[0] == '\0') {
        return ERR(ENOENT);
    }
    if (strnlen(target, POSIX_PATH_MAX) >= POSIX_PATH_MAX) {
        return ERR(ENAMETOOLONG);
    }
    kr = lookup_new(s, dir, path, &lk);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    copy = strdup(target);
    if (copy == NULL || lk.lk_slash) {
        kr = copy == NULL ? ERR(ENOSPC) : ERR(ENOENT);
        goto out_copy;
    }
    kr = node_make(s, &lk, L_S_IFLNK | 0777, &n);
    if (kr != KERN_SUCCESS) {
        goto out_copy;
    }
    n->vn_target = copy;
    copy = NULL;
    node_release(n);
out_copy:
    free(copy);
    lookup_done(&lk);
    return kr;
}

kern_return_t
vfs_S_vfs_link(vfs_session_ref_t s, vfs_file_ref_t old_dir,
               const char *old_path, vfs_file_ref_t new_dir,
               const char *new_path, uint32_t flags)
{
    struct lookup lk;
    struct vfs_node *n;
    uint32_t how = 0;
    kern_return_t kr;

    if ((flags & ~(L_AT_SYMLINK_FOLLOW | L_AT_EMPTY_PATH)) != 0) {
        return ERR(EINVAL);
    }
    if ((flags & L_AT_SYMLINK_FOLLOW) != 0) {
        how |= LOOKUP_FOLLOW;
    }
    if ((flags & L_AT_EMPTY_PATH) != 0) {
        how |= LOOKUP_EMPTY;
    }
    kr = lookup_node(s, old_dir, old_path, how, &n, NULL);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    kr = lookup_new(s, new_dir, new_path, &lk);
    if (kr != KERN_SUCCESS) {
        node_release(n);
        return kr;
    }
    if (L_S_ISDIR(n->vn_mode)) {
        kr = ERR(EPERM);
    } else if (lk.lk_slash || n->vn_nlink == 0 || lk.lk_up->vn_nlink == 0) {
        kr = ERR(ENOENT);
    } else {
        kr = perm_check(&s->vs_creds, lk.lk_up, PERM_W | PERM_X);
    }
    if (kr == KERN_SUCCESS) {
        kr = dir_enter(lk.lk_up, lk.lk_name, lk.lk_length, n);
    }
    if (kr == KERN_SUCCESS) {
        node_changed(n);
    }
    lookup_done(&lk);
    node_release(n);
    return kr;
}

static kern_return_t
remove_directory(vfs_session_ref_t s, const struct lookup *lk)
{
    kern_return_t kr;

    switch (lk->lk_last) {
    case LAST_DOT:
        return ERR(EINVAL);
    case LAST_DOTDOT:
        return ERR(ENOTEMPTY);
    case LAST_ROOT:
        return ERR(EBUSY);
    default:
        break;
    }
    kr = perm_remove(&s->vs_creds, lk->lk_up, lk->lk_node);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (!L_S_ISDIR(lk->lk_node->vn_mode)) {
        return ERR(ENOTDIR);
    }
    if (lk->lk_node == s->vs_root || lk->lk_node->vn_client) {
        return ERR(EBUSY);
    }
    return dir_is_empty(lk->lk_node) ? KERN_SUCCESS : ERR(ENOTEMPTY);
}

kern_return_t
vfs_S_vfs_unlink(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                 uint32_t flags)
{
    struct lookup lk;
    kern_return_t kr;

    if ((flags & ~L_AT_REMOVEDIR) != 0) {
        return ERR(EINVAL);
    }
    kr = lookup_plain(lookup(s, dir, path, 0, &lk, NULL));
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (lk.lk_node == NULL) {
        kr = ERR(ENOENT);
    } else if ((flags & L_AT_REMOVEDIR) != 0) {
        kr = remove_directory(s, &lk);
    } else if (lk.lk_last != LAST_NAME) {
        kr = ERR(EISDIR);
    } else {
        kr = perm_remove(&s->vs_creds, lk.lk_up, lk.lk_node);
        if (kr == KERN_SUCCESS && L_S_ISDIR(lk.lk_node->vn_mode)) {
            kr = ERR(EISDIR);
        }
    }
    if (kr == KERN_SUCCESS) {
        dir_remove(lk.lk_up, dir_find(lk.lk_up, lk.lk_name, lk.lk_length));
    }
    lookup_done(&lk);
    return kr;
}
