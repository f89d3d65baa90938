/* SPDX-License-Identifier: BSD-2-Clause */
/* Who may do what with a node. */
#include "vfs/internal.h"

bool
perm_member(const posix_creds_t *c, uint32_t gid)
{
    if (c->gid == gid) {
        return true;
    }
    for (uint32_t i = 0; i < c->ngroups && i < 32; i++) {
        if (c->groups[i] == gid) {
            return true;
        }
    }
    return false;
}

kern_return_t
perm_check(const posix_creds_t *c, const struct vfs_node *n, uint32_t wanted)
{
    uint32_t mode = n->vn_mode;

    if (c->uid == 0) {
        bool can_execute = (mode & 0111) != 0 || L_S_ISDIR(mode);

        return (wanted & PERM_X) == 0 || can_execute ? KERN_SUCCESS
                                                     : ERR(EACCES);
    }
    if (c->uid == n->vn_uid) {
        mode >>= 6;
    } else if (perm_member(c, n->vn_gid)) {
        mode >>= 3;
    }
    return (wanted & ~mode & 7) == 0 ? KERN_SUCCESS : ERR(EACCES);
}

kern_return_t
perm_remove(const posix_creds_t *c, const struct vfs_node *dir,
            const struct vfs_node *victim)
{
    kern_return_t kr = perm_check(c, dir, PERM_W | PERM_X);

    if (kr == KERN_SUCCESS && (dir->vn_mode & L_S_ISVTX) != 0 &&
        !perm_owner(c, dir) && !perm_owner(c, victim)) {
        return ERR(EPERM);
    }
    return kr;
}
