/* SPDX-License-Identifier: BSD-2-Clause */
/* vfs_open: from a name and flags to an open file, or to who has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipe/pipe.h>

#include "vfs/internal.h"
#include <vfs/vfs_S_vfs_server.h>

#define STATUS_FLAGS                                                      \
    (L_O_ACCMODE | L_O_APPEND | L_O_NONBLOCK | L_O_ASYNC | L_O_DIRECT |   \
     L_O_DSYNC | L_O_PATH | L_O_DIRECTORY | L_O_NOATIME | L_O_LARGEFILE)

/* Rights that the flags ask for. */
static uint32_t
open_wanted(uint32_t flags)
{
    uint32_t wanted = 0;

    if ((flags & L_O_EXEC) != 0) {
        return PERM_X;
    }
    switch (flags & L_O_ACCMODE) {
    case L_O_RDONLY:
        wanted = PERM_R;
        break;
    case L_O_WRONLY:
        wanted = PERM_W;
        break;
    default:
        wanted = PERM_R | PERM_W;
        break;
    }
    return (flags & L_O_TRUNC) != 0 ? wanted | PERM_W : wanted;
}

/* A file that is there: is it what the flags want, and may we? */
static kern_return_t
open_check(vfs_session_ref_t s, const struct vfs_node *n, uint32_t flags)
{
    uint32_t type = n->vn_mode & L_S_IFMT;

    if ((flags & L_O_DIRECTORY) != 0 && type != L_S_IFDIR) {
        return ERR(ENOTDIR);
    }
    if ((flags & L_O_PATH) != 0) {
        return KERN_SUCCESS;
    }
    if (type == L_S_IFLNK) {
        return ERR(ELOOP);
    }
    if (type == L_S_IFDIR &&
        ((flags & L_O_ACCMODE) != L_O_RDONLY || (flags & L_O_TRUNC) != 0)) {
        return ERR(EISDIR);
    }
    if ((flags & L_O_EXEC) != 0 && type != L_S_IFREG) {
        return ERR(EACCES);
    }
    if (type == L_S_IFSOCK) {
        return ERR(ENXIO);
    }
    if ((flags & L_O_NOATIME) != 0 && !perm_owner(&s->vs_creds, n)) {
        return ERR(EPERM);
    }
    return perm_check(&s->vs_creds, n, open_wanted(flags));
}

/* The client goes on at pipe, with a right that allows what it may do. */
static kern_return_t
open_fifo(vfs_session_ref_t s, struct vfs_node *n, mach_port_t *object,
          mach_msg_type_name_t *disposition, uint32_t *kind)
{
    uint32_t access = 0;
    mig_handle_t restricted;
    kern_return_t kr;

    if (n->vn_fifo == MIG_HANDLE_NULL) {
        kr = pipe_fifo_create(component_handle("pipe"), &n->vn_fifo);
        if (kr != KERN_SUCCESS) {
            n->vn_fifo = MIG_HANDLE_NULL;
            return kr;
        }
    }
    if (perm_check(&s->vs_creds, n, PERM_R) == KERN_SUCCESS) {
        access |= 1;
    }
    if (perm_check(&s->vs_creds, n, PERM_W) == KERN_SUCCESS) {
        access |= 2;
    }
    kr = pipe_fifo_restrict(n->vn_fifo, access, &restricted);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    /* The right that goes out keeps the object. */
    *object = handle_to_port(restricted, disposition);
    if (*disposition == MACH_MSG_TYPE_COPY_SEND) {
        *disposition = MACH_MSG_TYPE_MOVE_SEND;
    } else {
        handle_release(restricted);
    }
    *kind = KIND_FIFO_NODE;
    return KERN_SUCCESS;
}

static kern_return_t
open_device(const struct vfs_node *n, uint32_t *kind, char *redirect)
{
    if (device_is_terminal(n->vn_rdev) && L_S_ISCHR(n->vn_mode)) {
        if (n->vn_rdev == L_MAKEDEV(5, 0)) {
            *kind = KIND_CLIENT;
            strcpy(redirect, "dev/tty");
        } else {
            *kind = KIND_TTY_NODE;
            snprintf(redirect, POSIX_PATH_MAX, "%lu",
                     (unsigned long)n->vn_rdev);
        }
        return KERN_SUCCESS;
    }
    if (!L_S_ISCHR(n->vn_mode) || !device_is_ours(n->vn_rdev)) {
        return ERR(ENXIO);
    }
    *kind = KIND_DEVICE;
    return KERN_SUCCESS;
}

/* The open file, and a right to it for the reply. */
static kern_return_t
open_node(vfs_session_ref_t s, struct vfs_node *n, uint32_t flags,
          const struct lookup *lk, mach_port_t *object,
          mach_msg_type_name_t *disposition, uint32_t *kind, char *redirect)
{
    struct vfs_file *f;
    kern_return_t kr;

    *kind = L_S_ISDIR(n->vn_mode) ? KIND_DIR : KIND_FILE;
    if ((flags & L_O_PATH) == 0) {
        if (L_S_ISFIFO(n->vn_mode)) {
            return open_fifo(s, n, object, disposition, kind);
        }
        if (node_kind(n) == KIND_DEVICE) {
            kr = open_device(n, kind, redirect);
            if (kr != KERN_SUCCESS || *kind != KIND_DEVICE) {
                return kr;
            }
        }
        if ((flags & L_O_TRUNC) != 0 && L_S_ISREG(n->vn_mode)) {
            kr = data_truncate(&n->vn_data, 0);
            if (kr != KERN_SUCCESS) {
                return kr;
            }
            clear_set_ids(s, n);
            node_modified(n);
        }
    }
    f = file_create(n, flags & STATUS_FLAGS, *kind, lk);
    if (f == NULL) {
        return ERR(ENOMEM);
    }
    *object = server_object_give_port(f);
    *disposition = MACH_MSG_TYPE_MAKE_SEND;
    return *object != MACH_PORT_NULL ? KERN_SUCCESS : ERR(ENFILE);
}

/* O_CREAT of a name that isn't there. */
static kern_return_t
open_create(vfs_session_ref_t s, struct lookup *lk, uint32_t mode)
{
    if (lk->lk_slash) {
        return ERR(EISDIR);
    }
    return node_make(s, lk, L_S_IFREG | (mode & 07777), &lk->lk_node);
}

kern_return_t
vfs_S_vfs_open(vfs_session_ref_t s, vfs_file_ref_t dir, const char *path,
               uint32_t flags, uint32_t mode, mach_port_t *object,
               mach_msg_type_name_t *objectPoly, uint32_t *kind,
               char *redirect)
{
    struct lookup lk;
    uint32_t how = LOOKUP_FOLLOW;
    bool created = false;
    kern_return_t kr;

    *object = MACH_PORT_NULL;
    *objectPoly = MACH_MSG_TYPE_COPY_SEND;
    if ((flags & L_O_TMPFILE) == L_O_TMPFILE) {
        return ERR(EOPNOTSUPP);
    }
    if ((flags & L_O_PATH) != 0) {
        flags &= L_O_PATH | L_O_DIRECTORY | L_O_NOFOLLOW;
    }
    if ((flags & (L_O_CREAT | L_O_DIRECTORY)) ==
        (L_O_CREAT | L_O_DIRECTORY)) {
        return ERR(EINVAL);
    }
    if ((flags & L_O_NOFOLLOW) != 0 ||
        (flags & (L_O_CREAT | L_O_EXCL)) == (L_O_CREAT | L_O_EXCL)) {
        how = 0;
    }
    kr = lookup(s, dir, path, how, &lk, redirect);
    if (kr == LOOKUP_CLIENT) {
        *kind = KIND_CLIENT;
        return KERN_SUCCESS;
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (lk.lk_node == NULL) {
        kr = (flags & L_O_CREAT) != 0 ? open_create(s, &lk, mode)
                                      : ERR(ENOENT);
        created = true;
    } else if ((flags & L_O_CREAT) != 0) {
        kr = (flags & L_O_EXCL) != 0 ? ERR(EEXIST) :
             L_S_ISDIR(lk.lk_node->vn_mode) ? ERR(EISDIR) : KERN_SUCCESS;
    }
    if (kr == KERN_SUCCESS && !created) {
        kr = open_check(s, lk.lk_node, flags);
    }
    if (kr == KERN_SUCCESS) {
        kr = open_node(s, lk.lk_node, flags & ~(created ? L_O_TRUNC : 0), &lk,
                       object, objectPoly, kind, redirect);
    }
    lookup_done(&lk);
    return kr;
}
