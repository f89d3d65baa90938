/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors of the current process: the table under its lock, and the
 * rights that the entries own.
 */
#include "emulator.h"

static bool
has_right(struct fd entry)
{
    return entry.kind != KIND_FREE && entry.kind != KIND_FD_DIR;
}

static int
hold(struct fd entry)
{
    if (!has_right(entry)) {
        return 0;
    }
    if (mach_port_mod_refs_trap(entry.port, MACH_PORT_RIGHT_SEND, 1) !=
        KERN_SUCCESS) {
        /* Its server is gone: a dead name, which nothing can be done with. */
        return -EIO;
    }
    return 0;
}

void
fd_drop(struct fd entry)
{
    if (has_right(entry)) {
        mach_port_deallocate_trap(entry.port);
    }
}

int
fd_install(mach_port_t port, unsigned kind, unsigned flags)
{
    struct fd_table *t = &this_process()->fds;
    struct fd entry = {
        .port = port,
        .kind = (uint16_t)kind,
        .cloexec = (flags & O_CLOEXEC) != 0,
        .path = (flags & O_PATH) != 0,
    };
    int fd;

    lock_acquire(&t->lock);
    fd = fd_table_lowest(t, 0);
    if (fd >= 0) {
        fd_table_set(t, fd, entry);
    }
    lock_release(&t->lock);
    if (fd < 0) {
        fd_drop(entry);
        return -EMFILE;
    }
    return fd;
}

int
fd_get(uint64_t number, struct fd *out)
{
    uint32_t fd = (uint32_t)number;

    if (fd >= FD_MAX) {
        return -EBADF;
    }
    *out = this_process()->fds.entries[fd];
    return out->kind == KIND_FREE ? -EBADF : 0;
}

int
fd_get_io(uint64_t number, struct fd *out)
{
    int error = fd_get(number, out);

    return error == 0 && out->path ? -EBADF : error;
}

int
fd_close(uint64_t number)
{
    struct fd_table *t = &this_process()->fds;
    uint32_t fd = (uint32_t)number;
    struct fd old;

    if (fd >= FD_MAX) {
        return -EBADF;
    }
    lock_acquire(&t->lock);
    old = fd_table_clear(t, (int)fd);
    lock_release(&t->lock);
    if (old.kind == KIND_FREE) {
        return -EBADF;
    }
    fd_drop(old);
    return 0;
}

int
fd_dup(uint64_t number, uint32_t from, bool cloexec)
{
    struct fd_table *t = &this_process()->fds;
    struct fd entry;
    int fd = fd_get(number, &entry);

    if (fd < 0) {
        return fd;
    }
    if (from >= t->limit) {
        return -EINVAL;
    }
    fd = hold(entry);
    if (fd < 0) {
        return fd;
    }
    entry.cloexec = cloexec;
    lock_acquire(&t->lock);
    fd = fd_table_lowest(t, from);
    if (fd >= 0) {
        fd_table_set(t, fd, entry);
    }
    lock_release(&t->lock);
    if (fd < 0) {
        fd_drop(entry);
        return -EMFILE;
    }
    return fd;
}

int
fd_dup_to(uint64_t number, uint64_t to, bool cloexec, bool same_ok)
{
    struct fd_table *t = &this_process()->fds;
    struct fd entry, old;
    int error = fd_get(number, &entry);

    if ((uint32_t)number == (uint32_t)to) {
        return same_ok ? (error < 0 ? error : (int)to) : -EINVAL;
    }
    if ((uint32_t)to >= t->limit || (uint32_t)to >= FD_MAX) {
        return -EBADF;
    }
    if (error < 0) {
        return error;
    }
    error = hold(entry);
    if (error < 0) {
        return error;
    }
    entry.cloexec = cloexec;
    lock_acquire(&t->lock);
    old = fd_table_clear(t, (int)to);
    fd_table_set(t, (int)to, entry);
    lock_release(&t->lock);
    fd_drop(old);
    return (int)to;
}

void
fd_close_range(uint32_t first, uint32_t last)
{
    struct fd_table *t = &this_process()->fds;

    for (uint32_t fd = first; fd <= last && fd < t->high; fd++) {
        if (t->entries[fd].kind != KIND_FREE) {
            fd_close(fd);
        }
    }
}

void
fd_table_copy(struct fd_table *to, struct fd_table *from)
{
    lock_acquire(&from->lock);
    memcpy(to->entries, from->entries, from->high * sizeof(from->entries[0]));
    to->lock = 0;
    to->limit = from->limit;
    to->high = from->high;
    to->lowest = from->lowest;
    for (uint32_t fd = 0; fd < to->high; fd++) {
        if (hold(to->entries[fd]) < 0) {
            fd_table_clear(to, (int)fd);
        }
    }
    lock_release(&from->lock);
}
