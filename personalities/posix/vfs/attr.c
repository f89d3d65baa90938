/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of files by name: stat, access, mode, owner, times, size. */
#include <stdio.h>
#include <string.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

#define TMPFS_MAGIC 0x01021994

static uint32_t
lookup_flags(uint32_t flags)
{
    return ((flags & L_AT_SYMLINK_NOFOLLOW) != 0 ? 0 : LOOKUP_FOLLOW) |
           ((flags & L_AT_EMPTY_PATH) != 0 ? LOOKUP_EMPTY : 0);
}

/* As for fchmod and friends: the empty path with an object is the object. */
static kern_return_t
attr_lookup(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
            uint32_t flags, struct vfs_node **n)
{
    uint32_t how = lookup_flags(flags);

    if (dir != NULL) {
        how |= LOOKUP_EMPTY;
    }
    return lookup_node(s, dir, path, how, n, NULL);
}

kern_return_t
vfs_S_vfs_stat(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
               uint32_t flags, posix_stat_t *stat, uint32_t *kind,
               char *redirect)
{
    struct vfs_node *n;
    kern_return_t kr = lookup_node(s, dir, path, lookup_flags(flags), &n,
                                   redirect);

    if (kr == LOOKUP_CLIENT) {
        memset(stat, 0, sizeof(*stat));
        *kind = KIND_CLIENT;
        return KERN_SUCCESS;
    }
    if (kr == KERN_SUCCESS) {
        node_stat(n, stat);
        *kind = node_kind(n);
        node_release(n);
    }
    return kr;
}

kern_return_t
vfs_S_vfs_access(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                 uint32_t mode, uint32_t flags, uint32_t *kind,
                 char *redirect)
{
    struct vfs_node *n;
    kern_return_t kr;

    if ((mode & ~7u) != 0) {
        return ERR(EINVAL);
    }
    kr = lookup_node(s, dir, path, lookup_flags(flags), &n, redirect);
    if (kr == LOOKUP_CLIENT) {
        *kind = KIND_CLIENT;
        return KERN_SUCCESS;
    }
    if (kr == KERN_SUCCESS) {
        *kind = node_kind(n);
        kr = perm_check(&s->vs_creds, n, mode);
        node_release(n);
    }
    return kr;
}

kern_return_t
vfs_S_vfs_readlink(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                   char *target, uint32_t *kind, char *redirect)
{
    struct vfs_node *n;
    kern_return_t kr = lookup_node(s, dir, path,
                                   dir != NULL ? LOOKUP_EMPTY : 0, &n,
                                   redirect);

    if (kr == LOOKUP_CLIENT) {
        *kind = KIND_CLIENT;
        return KERN_SUCCESS;
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    *kind = node_kind(n);
    if (L_S_ISLNK(n->vn_mode)) {
        snprintf(target, POSIX_PATH_MAX, "%s", n->vn_target);
        node_accessed(n);
    } else {
        kr = path[0] == '\0' ? ERR(ENOENT) : ERR(EINVAL);
    }
    node_release(n);
    return kr;
}

kern_return_t
vfs_S_vfs_chmod(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                uint32_t mode, uint32_t flags)
{
    struct vfs_node *n;
    kern_return_t kr = attr_lookup(s, dir, path, flags, &n);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (L_S_ISLNK(n->vn_mode)) {
        kr = ERR(EOPNOTSUPP);
    } else if (!perm_owner(&s->vs_creds, n)) {
        kr = ERR(EPERM);
    } else {
        if (s->vs_creds.uid != 0 && !perm_member(&s->vs_creds, n->vn_gid)) {
            mode &= ~L_S_ISGID;
        }
        n->vn_mode = (n->vn_mode & L_S_IFMT) | (mode & 07777);
        node_changed(n);
    }
    node_release(n);
    return kr;
}

void
clear_set_ids(vfs_session_ref_t s, struct vfs_node *n)
{
    if (s != NULL && s->vs_creds.uid == 0) {
        return;
    }
    n->vn_mode &= ~L_S_ISUID;
    if ((n->vn_mode & 0010) != 0) {
        n->vn_mode &= ~L_S_ISGID;
    }
}

kern_return_t
vfs_S_vfs_chown(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                uint32_t uid, uint32_t gid, uint32_t flags)
{
    struct vfs_node *n;
    kern_return_t kr = attr_lookup(s, dir, path, flags, &n);
    const posix_creds_t *c = &s->vs_creds;

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (c->uid != 0 &&
        (c->uid != n->vn_uid || (uid != ~0u && uid != n->vn_uid) ||
         (gid != ~0u && gid != n->vn_gid && !perm_member(c, gid)))) {
        node_release(n);
        return ERR(EPERM);
    }
    if (uid != ~0u) {
        n->vn_uid = uid;
    }
    if (gid != ~0u) {
        n->vn_gid = gid;
    }
    if ((uid != ~0u || gid != ~0u) && L_S_ISREG(n->vn_mode)) {
        clear_set_ids(NULL, n);
    }
    node_changed(n);
    node_release(n);
    return kr;
}

static bool
time_valid(int64_t nsec)
{
    return nsec == L_UTIME_NOW || nsec == L_UTIME_OMIT ||
           (nsec >= 0 && nsec < 1000000000);
}

static void
time_set(int64_t *t, int64_t sec, int64_t nsec, int64_t now)
{
    if (nsec == L_UTIME_NOW) {
        *t = now;
    } else if (nsec != L_UTIME_OMIT) {
        /* What doesn't fit in 64 bits of nanoseconds is the nearest. */
        if (sec > INT64_MAX / 1000000000 - 1) {
            sec = INT64_MAX / 1000000000 - 1;
        } else if (sec < INT64_MIN / 1000000000 + 1) {
            sec = INT64_MIN / 1000000000 + 1;
        }
        *t = sec * 1000000000 + nsec;
    }
}

kern_return_t
vfs_S_vfs_utimens(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                  int64_t asec, int64_t ansec, int64_t msec, int64_t mnsec,
                  uint32_t flags)
{
    struct vfs_node *n;
    kern_return_t kr;
    int64_t now = vfs_now();

    if (!time_valid(ansec) || !time_valid(mnsec)) {
        return ERR(EINVAL);
    }
    kr = attr_lookup(s, dir, path, flags, &n);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (ansec == L_UTIME_OMIT && mnsec == L_UTIME_OMIT) {
        node_release(n);
        return KERN_SUCCESS;
    }
    if (!perm_owner(&s->vs_creds, n)) {
        kr = ansec == L_UTIME_NOW && mnsec == L_UTIME_NOW
                 ? perm_check(&s->vs_creds, n, PERM_W) : ERR(EPERM);
    }
    if (kr == KERN_SUCCESS) {
        time_set(&n->vn_atime, asec, ansec, now);
        time_set(&n->vn_mtime, msec, mnsec, now);
        n->vn_ctime = now;
    }
    node_release(n);
    return kr;
}

kern_return_t
vfs_S_vfs_truncate(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                   int64_t size)
{
    struct vfs_node *n;
    kern_return_t kr;

    if (size < 0) {
        return ERR(EINVAL);
    }
    kr = lookup_node(s, dir, path, LOOKUP_FOLLOW, &n, NULL);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (L_S_ISDIR(n->vn_mode)) {
        kr = ERR(EISDIR);
    } else if (!L_S_ISREG(n->vn_mode)) {
        kr = ERR(EINVAL);
    } else {
        kr = perm_check(&s->vs_creds, n, PERM_W);
    }
    if (kr == KERN_SUCCESS) {
        kr = data_truncate(&n->vn_data, (uint64_t)size);
    }
    if (kr == KERN_SUCCESS) {
        clear_set_ids(s, n);
        node_modified(n);
    }
    node_release(n);
    return kr;
}

kern_return_t
vfs_S_vfs_statfs(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
                 posix_statfs_t *stat)
{
    struct vfs_node *n;
    kern_return_t kr = attr_lookup(s, dir, path, 0, &n);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    node_release(n);
    memset(stat, 0, sizeof(*stat));
    stat->f_type = TMPFS_MAGIC;
    stat->f_bsize = stat->f_frsize = DATA_PAGE;
    stat->f_blocks = data_limit;
    stat->f_bfree = stat->f_bavail = data_limit - data_used;
    stat->f_files = vfs_node_count + stat->f_bfree * 8;
    stat->f_ffree = stat->f_bfree * 8;
    stat->f_namelen = NAME_MAX_LENGTH;
    return KERN_SUCCESS;
}
