/* SPDX-License-Identifier: BSD-2-Clause */
/* flock(2): locks of whole files that belong to the open file. */
#include "vfs/lock.h"

kern_return_t
flock_try(struct vfs_file *f, int type)
{
    const struct vfs_file *other;

    for (other = f->vf_node->vn_flocks; other != NULL;
         other = other->vf_flock_next) {
        if (other != f &&
            (type == L_LOCK_EX || other->vf_flock == L_LOCK_EX)) {
            return ERR(EAGAIN);
        }
    }
    if (f->vf_flock == 0) {
        f->vf_flock_next = f->vf_node->vn_flocks;
        f->vf_node->vn_flocks = f;
    }
    f->vf_flock = type;
    return KERN_SUCCESS;
}

void
flock_drop(struct vfs_file *f)
{
    struct vfs_file **link = &f->vf_node->vn_flocks;

    if (f->vf_flock == 0) {
        return;
    }
    while (*link != f) {
        link = &(*link)->vf_flock_next;
    }
    *link = f->vf_flock_next;
    f->vf_flock = 0;
}

void
flock_file_gone(struct vfs_file *f)
{
    if (f->vf_flock != 0) {
        flock_drop(f);
        waiters_retry(f->vf_node);
    }
}
