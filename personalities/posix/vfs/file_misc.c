/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files: flags, directories, truncation, events. */
#include <string.h>

#include <io/vfs_S_io_server.h>

#include "vfs/internal.h"

#define SETTABLE (L_O_APPEND | L_O_NONBLOCK | L_O_ASYNC | L_O_DIRECT | L_O_NOATIME)

kern_return_t
vfs_S_io_get_flags(server_object_ref_t object, uint32_t *flags)
{
    *flags = ((struct vfs_file *)object)->vf_flags;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_set_flags(server_object_ref_t object, uint32_t flags)
{
    struct vfs_file *f = (struct vfs_file *)object;

    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    f->vf_flags = (f->vf_flags & ~SETTABLE) | (flags & SETTABLE);
    return KERN_SUCCESS;
}

struct linux_dirent {
    uint64_t d_ino;
    int64_t d_off;
    uint16_t d_reclen;
    uint8_t d_type;
    char d_name[];
};
#define DIRENT_HEADER 19u

/* false: it doesn't fit */
static bool
dirent_put(uint8_t *data, uint32_t room, uint32_t *used,
           const struct vfs_node *n, const char *name, uint32_t length,
           uint64_t next)
{
    uint32_t size = (DIRENT_HEADER + length + 1 + 7) & ~7u;
    struct linux_dirent *d = (struct linux_dirent *)(void *)(data + *used);

    if (size > room - *used) {
        return false;
    }
    memset(data + *used, 0, size);
    memcpy(&d->d_ino, &n->vn_ino, sizeof(d->d_ino));
    memcpy(&d->d_off, &next, sizeof(d->d_off));
    d->d_reclen = (uint16_t)size;
    d->d_type = (uint8_t)(n->vn_mode >> 12);
    memcpy(data + *used + DIRENT_HEADER, name, length);
    *used += size;
    return true;
}

kern_return_t
vfs_S_io_readdir(server_object_ref_t object, uint32_t amount, uint8_t *data,
                 mach_msg_type_number_t *dataCnt)
{
    struct vfs_file *f = (struct vfs_file *)object;
    struct vfs_node *dir = f->vf_node;
    uint64_t cookie = (uint64_t)f->vf_offset;
    uint32_t used = 0;
    bool more = true;

    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (f->vf_kind != KIND_DIR) {
        return ERR(ENOTDIR);
    }
    if (amount > IO_INLINE_MAX) {
        amount = IO_INLINE_MAX;
    }
    if (dir->vn_nlink == 0) {
        *dataCnt = 0;
        return ERR(ENOENT);
    }
    if (cookie == 0) {
        more = dirent_put(data, amount, &used, dir, ".", 1, 1);
        cookie += more;
    }
    if (more && cookie == 1) {
        more = dirent_put(data, amount, &used,
                          dir->vn_up != NULL ? dir->vn_up : dir, "..", 2,
                          DIR_FIRST_COOKIE);
        cookie += more;
    }
    while (more) {
        const struct dir_entry *e = dir_next(dir, cookie);

        if (e == NULL) {
            break;
        }
        more = dirent_put(data, amount, &used, e->de_node, e->de_name,
                          e->de_length, e->de_cookie + 1);
        if (more) {
            cookie = e->de_cookie + 1;
        }
    }
    if (!more && used == 0) {
        return ERR(EINVAL);
    }
    f->vf_offset = (int64_t)cookie;
    node_accessed(dir);
    *dataCnt = used;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_control(server_object_ref_t object, uint32_t command,
                 const uint8_t *in_data, mach_msg_type_number_t in_dataCnt,
                 uint8_t *out_data, mach_msg_type_number_t *out_dataCnt,
                 int *result)
{
    struct vfs_file *f = (struct vfs_file *)object;
    int32_t left = 0;

    (void)in_data;
    (void)in_dataCnt;
    *out_dataCnt = 0;
    *result = 0;
    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (command == L_FIONREAD && f->vf_kind == KIND_FILE) {
        int64_t n = (int64_t)f->vf_node->vn_data.vd_size - f->vf_offset;

        left = n > INT32_MAX ? INT32_MAX : (int32_t)n;
        memcpy(out_data, &left, sizeof(left));
        *out_dataCnt = sizeof(left);
        return KERN_SUCCESS;
    }
    return ERR(ENOTTY);
}

kern_return_t
vfs_S_io_truncate(server_object_ref_t object, int64_t size)
{
    struct vfs_file *f = (struct vfs_file *)object;
    kern_return_t kr;

    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (f->vf_kind != KIND_FILE || size < 0 ||
        (f->vf_flags & L_O_ACCMODE) == L_O_RDONLY) {
        return ERR(EINVAL);
    }
    kr = data_truncate(&f->vf_node->vn_data, (uint64_t)size);
    if (kr == KERN_SUCCESS) {
        clear_set_ids(NULL, f->vf_node);
        node_modified(f->vf_node);
    }
    return kr;
}

kern_return_t
vfs_S_io_sync(server_object_ref_t object)
{
    struct vfs_file *f = (struct vfs_file *)object;

    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    return f->vf_kind == KIND_DEVICE ? ERR(EINVAL) : KERN_SUCCESS;
}

/* Files are always ready. */
kern_return_t
vfs_S_io_watch(server_object_ref_t object, uint32_t events, mach_port_t port,
               cookie_t cookie, uint32_t *ready)
{
    struct vfs_file *f = (struct vfs_file *)object;

    (void)port;
    (void)cookie;
    if ((f->vf_flags & L_O_PATH) != 0) {
        *ready = L_POLLNVAL;
        return KERN_SUCCESS;
    }
    *ready = events &
             (L_POLLIN | L_POLLOUT | L_POLLRDNORM | L_POLLWRNORM);
    if (*ready == 0 && events != 0) {
        /* Asked for what never comes: no registration, as for Linux's
         * files, which just never fire. */
        return KERN_SUCCESS;
    }
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_unwatch(server_object_ref_t object, cookie_t cookie)
{
    (void)object;
    (void)cookie;
    return KERN_SUCCESS;
}
