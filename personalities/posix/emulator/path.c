/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names: opening, with what vfs leaves to the client (FIFOs, terminals,
 * /proc/self, /dev/fd, /dev/tty).
 */
#include <io/io.h>
#include <pipe/pipe.h>
#include <tty/tty.h>
#include <vfs/vfs.h>
#include "emulator.h"

int
path_dir(uint64_t dirfd, const char *path, mach_port_t *dir)
{
    struct fd fd;
    int error;

    *dir = MACH_PORT_NULL;
    if (path[0] == '/' || (int32_t)dirfd == AT_FDCWD) {
        return 0;
    }
    error = fd_get(dirfd, &fd);
    if (error < 0) {
        return error;
    }
    if (fd.kind != KIND_DIR && path[0] != '\0') {
        return -ENOTDIR;
    }
    *dir = fd.port;
    return 0;
}

static bool
take_prefix(const char **at, const char *prefix)
{
    size_t n = strlen(prefix);

    if (strncmp(*at, prefix, n) != 0) {
        return false;
    }
    *at += n;
    return true;
}

static uint64_t
decimal(const char **at)
{
    uint64_t n = 0;

    for (; **at >= '0' && **at <= '9' && n < UINT32_MAX; ++*at) {
        n = n * 10 + (uint64_t)(**at - '0');
    }
    return n;
}

/* What follows "proc/self" (or the own number); NULL for anything else. */
static const char *
own_proc_name(const char *s)
{
    if (!take_prefix(&s, "proc/")) {
        return NULL;
    }
    if (take_prefix(&s, "self") || take_prefix(&s, "thread-self")) {
        return *s == '/' || *s == '\0' ? s : NULL;
    }
    if (*s < '1' || *s > '9' ||
        decimal(&s) != (uint64_t)this_process()->ids.pid) {
        return NULL;
    }
    return *s == '/' || *s == '\0' ? s : NULL;
}

enum client_name
client_name_parse(const char *redirect, uint32_t *fd)
{
    const char *s = redirect;

    *fd = 0;
    while (*s == '/') {
        s++;
    }
    if (strcmp(s, "dev/tty") == 0) {
        return CLIENT_TTY;
    }
    s = own_proc_name(s);
    if (s == NULL) {
        return CLIENT_NONE;
    }
    if (*s == '\0' || strcmp(s, "/") == 0) {
        return CLIENT_SELF;
    }
    if (strcmp(s, "/exe") == 0) {
        return CLIENT_EXE;
    }
    if (strcmp(s, "/fd") == 0 || strcmp(s, "/fd/") == 0) {
        return CLIENT_FD_DIR;
    }
    if (!take_prefix(&s, "/fd/") || *s < '0' || *s > '9') {
        return CLIENT_NONE;
    }
    *fd = (uint32_t)decimal(&s);
    return *s == '\0' ? CLIENT_FD : CLIENT_NONE;
}

/* A further right to what a descriptor has open. */
static int64_t
open_descriptor(uint32_t number, uint32_t flags, struct opened *out)
{
    struct fd fd;
    char path[POSIX_PATH_MAX];
    int error = fd_get(number, &fd);

    if (error < 0) {
        return -ENOENT;
    }
    if ((fd.kind == KIND_FILE || fd.kind == KIND_DIR) &&
        vfs_path(process_port(PORT_VFS), fd.port, path) == KERN_SUCCESS) {
        return path_open(MACH_PORT_NULL, path, flags, 0, out);
    }
    if (fd.kind == KIND_FD_DIR ||
        mach_port_mod_refs_trap(fd.port, MACH_PORT_RIGHT_SEND, 1) !=
            KERN_SUCCESS) {
        return -ENXIO;
    }
    *out = (struct opened){fd.port, fd.kind};
    return 0;
}

static int64_t
open_terminal(uint64_t device, uint32_t flags, struct opened *out)
{
    out->kind = KIND_TTY;
    return error_of(tty_open(process_port(PORT_TTY), device, flags,
                             &out->port));
}

static int64_t
open_client(const char *redirect, uint32_t flags, struct opened *out)
{
    uint32_t fd;

    switch (client_name_parse(redirect, &fd)) {
    case CLIENT_EXE:
        return path_open(MACH_PORT_NULL, this_process()->exe, flags, 0, out);
    case CLIENT_FD:
        return open_descriptor(fd, flags, out);
    case CLIENT_FD_DIR:
        *out = (struct opened){0, KIND_FD_DIR};
        return 0;
    case CLIENT_TTY:
        return open_terminal(0, flags, out);
    default:
        return -ENOENT;
    }
}

static int64_t
open_fifo(mach_port_t node, uint32_t flags, struct opened *out)
{
    struct thread *t = this_thread();
    uint64_t cookie = rpc_interruptible(t, CANCEL_FIFO, node);
    int64_t error = error_of(pipe_fifo_open(node, cookie, flags, &out->port));

    mach_port_deallocate_trap(node);
    out->kind = KIND_PIPE;
    return interrupted(error);
}

int64_t
path_open(mach_port_t dir, const char *path, uint32_t flags, uint32_t mode,
          struct opened *out)
{
    char redirect[POSIX_PATH_MAX];
    mach_msg_type_name_t disposition;
    kern_return_t kr;

    kr = vfs_open(process_port(PORT_VFS), dir, path, flags, mode, &out->port,
                  &disposition, &out->kind, redirect);
    if (kr != KERN_SUCCESS) {
        return error_of(kr);
    }
    switch (out->kind) {
    case KIND_CLIENT:
        return open_client(redirect, flags, out);
    case KIND_FIFO_NODE:
        return open_fifo(out->port, flags, out);
    case KIND_TTY_NODE:
        return open_terminal(decimal(&(const char *){redirect}), flags, out);
    default:
        return 0;
    }
}
