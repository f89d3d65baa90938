/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files: their life, reading, writing, seeking. */
#include <stdlib.h>
#include <string.h>

#include <io/vfs_S_io_server.h>

#include "vfs/internal.h"

static void
file_destroy(struct server_object *o)
{
    struct vfs_file *f = (struct vfs_file *)o;

    flock_file_gone(f);
    node_release(f->vf_node);
    if (f->vf_up != NULL) {
        node_release(f->vf_up);
    }
    free(f->vf_name);
    free(f);
}

static const struct mig_subsystem *const file_interfaces[] = {
    &vfs_S_io_subsystem, NULL
};
const struct server_class vfs_file_class = {
    .sc_name = "vfs file",
    .sc_subsystems = file_interfaces,
    .sc_destroy = file_destroy,
};

struct vfs_file *
file_create(struct vfs_node *n, uint32_t flags, uint32_t kind,
            const struct lookup *lk)
{
    struct vfs_file *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return NULL;
    }
    server_object_init(&f->vf_object, &vfs_file_class);
    f->vf_node = node_reference(n);
    f->vf_flags = flags;
    f->vf_kind = kind;
    if (lk != NULL && lk->lk_up != NULL) {
        /* Without memory for its name the file only loses its path. */
        f->vf_name = strdup(lk->lk_name);
        f->vf_up = node_reference(lk->lk_up);
    }
    return f;
}

static bool
file_readable(const struct vfs_file *f)
{
    return (f->vf_flags & L_O_PATH) == 0 &&
           (f->vf_flags & L_O_ACCMODE) != L_O_WRONLY;
}

static bool
file_writable(const struct vfs_file *f)
{
    return (f->vf_flags & L_O_PATH) == 0 &&
           (f->vf_flags & L_O_ACCMODE) != L_O_RDONLY;
}

kern_return_t
vfs_S_io_read(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
              int64_t offset, uint32_t amount, uint32_t flags, uint8_t *data,
              mach_msg_type_number_t *dataCnt)
{
    struct vfs_file *f = (struct vfs_file *)object;
    struct vfs_node *n = f->vf_node;
    int64_t at = offset == IO_OFFSET_CURRENT ? f->vf_offset : offset;
    kern_return_t kr = KERN_SUCCESS;

    (void)reply;
    (void)cookie;
    (void)flags;
    if (!file_readable(f)) {
        return ERR(EBADF);
    }
    if (f->vf_kind == KIND_DIR) {
        return ERR(EISDIR);
    }
    if (at < 0) {
        return ERR(EINVAL);
    }
    if (amount > IO_INLINE_MAX) {
        amount = IO_INLINE_MAX;
    }
    if (f->vf_kind == KIND_DEVICE) {
        kr = device_read(n->vn_rdev, data, amount, dataCnt);
    } else {
        *dataCnt = (mach_msg_type_number_t)data_read(&n->vn_data,
                                                     (uint64_t)at, data,
                                                     amount);
        if (*dataCnt != 0 && (f->vf_flags & L_O_NOATIME) == 0) {
            node_accessed(n);
        }
        if (offset == IO_OFFSET_CURRENT) {
            f->vf_offset = at + *dataCnt;
        }
    }
    return kr;
}

kern_return_t
vfs_S_io_write(server_object_ref_t object, mach_port_t reply, cookie_t cookie,
               int64_t offset, uint32_t flags, const uint8_t *data,
               mach_msg_type_number_t dataCnt, uint32_t *written)
{
    struct vfs_file *f = (struct vfs_file *)object;
    struct vfs_node *n = f->vf_node;
    int64_t at = offset == IO_OFFSET_CURRENT ? f->vf_offset : offset;
    uint64_t done = 0;
    kern_return_t kr;

    (void)reply;
    (void)cookie;
    (void)flags;
    if (!file_writable(f)) {
        return ERR(EBADF);
    }
    if (f->vf_kind == KIND_DEVICE) {
        *written = dataCnt;
        return device_write(n->vn_rdev, dataCnt);
    }
    if (at < 0) {
        return ERR(EINVAL);
    }
    /* Linux appends with O_APPEND whatever the offset given. */
    if ((f->vf_flags & L_O_APPEND) != 0) {
        at = (int64_t)n->vn_data.vd_size;
    }
    kr = data_write(&n->vn_data, (uint64_t)at, data, dataCnt, &done);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (done != 0) {
        clear_set_ids(NULL, n);
        node_modified(n);
    }
    if (offset == IO_OFFSET_CURRENT) {
        f->vf_offset = at + (int64_t)done;
    }
    *written = (uint32_t)done;
    return KERN_SUCCESS;
}

/* Nothing here is ever late. */
kern_return_t
vfs_S_io_cancel(server_object_ref_t object, cookie_t cookie)
{
    (void)object;
    (void)cookie;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_stat(server_object_ref_t object, posix_stat_t *stat)
{
    node_stat(((struct vfs_file *)object)->vf_node, stat);
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_seek(server_object_ref_t object, int64_t offset, int whence,
              int64_t *position)
{
    struct vfs_file *f = (struct vfs_file *)object;
    int64_t size = L_S_ISREG(f->vf_node->vn_mode)
                       ? (int64_t)f->vf_node->vn_data.vd_size : 0;
    int64_t base = 0;

    if ((f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (f->vf_kind == KIND_DEVICE) {
        *position = 0; /* as Linux's memory devices */
        return KERN_SUCCESS;
    }
    switch (whence) {
    case L_SEEK_SET:
        break;
    case L_SEEK_CUR:
        base = f->vf_offset;
        break;
    case L_SEEK_END:
        base = size;
        break;
    case L_SEEK_DATA:
    case L_SEEK_HOLE:
        if (f->vf_kind != KIND_FILE) {
            return ERR(EINVAL);
        }
        if (offset < 0 || offset >= size) {
            return ERR(ENXIO);
        }
        offset = (int64_t)data_seek(&f->vf_node->vn_data, (uint64_t)offset,
                                    whence == L_SEEK_HOLE);
        if (whence == L_SEEK_DATA && offset == size) {
            return ERR(ENXIO);
        }
        break;
    default:
        return ERR(EINVAL);
    }
    if (__builtin_add_overflow(base, offset, &base)) {
        return ERR(EOVERFLOW);
    }
    if (base < 0) {
        return ERR(EINVAL);
    }
    f->vf_offset = base;
    *position = base;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_io_map(server_object_ref_t object, vm_prot_t protection,
             mach_port_t *entry, uint64_t *size)
{
    struct vfs_file *f = (struct vfs_file *)object;
    kern_return_t kr;

    if (f->vf_kind == KIND_DEVICE || f->vf_kind == KIND_DIR) {
        return ERR(ENODEV);
    }
    if (!file_readable(f)) {
        return (f->vf_flags & L_O_PATH) != 0 ? ERR(EBADF) : ERR(EACCES);
    }
    if ((protection & ~VM_PROT_ALL) != 0) {
        return ERR(EINVAL);
    }
    if ((protection & VM_PROT_WRITE) != 0 && !file_writable(f)) {
        return ERR(EACCES);
    }
    kr = data_map(&f->vf_node->vn_data, protection | VM_PROT_READ, entry);
    if (kr == KERN_SUCCESS) {
        *size = f->vf_node->vn_data.vd_size;
        if ((protection & VM_PROT_WRITE) != 0) {
            node_modified(f->vf_node);
        }
    }
    return kr;
}
