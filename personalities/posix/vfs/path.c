/* SPDX-License-Identifier: BSD-2-Clause */
/* From nodes back to paths. */
#include <stdio.h>
#include <string.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

kern_return_t
path_of(const struct vfs_node *root, const struct vfs_node *dir, char *path)
{
    char *at = path + POSIX_PATH_MAX - 1;
    size_t length;

    *at = '\0';
    while (dir != root && dir != vfs_root) {
        const struct dir_entry *e = dir->vn_entry;

        if (e == NULL) {
            return ERR(ENOENT);
        }
        if ((size_t)(at - path) < e->de_length + 1u) {
            return ERR(ENAMETOOLONG);
        }
        at -= e->de_length;
        memcpy(at, e->de_name, e->de_length);
        *--at = '/';
        dir = dir->vn_up;
    }
    if (*at == '\0') {
        *--at = '/';
    }
    length = (size_t)(path + POSIX_PATH_MAX - at);
    memmove(path, at, length);
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_getcwd(vfs_session_ref_t s, char *path)
{
    return path_of(s->vs_root, s->vs_cwd, path);
}

kern_return_t
vfs_S_vfs_path(vfs_session_ref_t s, vfs_file_ref_t f, char *path)
{
    const struct dir_entry *e;
    kern_return_t kr;
    size_t used;

    if (f == NULL || f == &vfs_no_file) {
        return ERR(EBADF);
    }
    if (L_S_ISDIR(f->vf_node->vn_mode)) {
        return path_of(s->vs_root, f->vf_node, path);
    }
    if (f->vf_up == NULL || f->vf_name == NULL) {
        return ERR(ENOENT);
    }
    kr = path_of(s->vs_root, f->vf_up, path);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    used = strlen(path);
    if (used == 1) {
        used = 0;
    }
    e = dir_find(f->vf_up, f->vf_name, (uint32_t)strlen(f->vf_name));
    if ((size_t)snprintf(path + used, POSIX_PATH_MAX - used, "/%s%s",
                         f->vf_name,
                         e != NULL && e->de_node == f->vf_node
                             ? "" : " (deleted)") >= POSIX_PATH_MAX - used) {
        return ERR(ENAMETOOLONG);
    }
    return KERN_SUCCESS;
}
