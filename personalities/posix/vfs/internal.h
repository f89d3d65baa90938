/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfs's own objects and what its files call of each other.
 *
 * A component is a monitor: one call at a time, so nothing here is locked.
 */
#ifndef VFS_INTERNAL_H
#define VFS_INTERNAL_H

#include <server/object.h>

#include "vfs/dir.h"
#include "vfs/node.h"
#include "vfs/objects.h"

#define NAME_MAX_LENGTH 255u
#define SYMLINKS_MAX 40

/* A process's identity.  Its record locks end with it. */
struct vfs_session {
    struct server_object vs_object;
    int vs_pid;
    posix_creds_t vs_creds;
    struct vfs_node *vs_cwd, *vs_root; /* +1 each */
    struct record_lock *vs_locks;      /* by rl_session_next */
};

/* An open file description. */
struct vfs_file {
    struct server_object vf_object;
    struct vfs_node *vf_node; /* +1 */
    struct vfs_node *vf_up;   /* +1: directory it was opened in, or NULL */
    char *vf_name;            /* its name there, or NULL */
    uint32_t vf_flags;        /* L_O_*: access and status */
    uint32_t vf_kind;
    int64_t vf_offset;        /* bytes; in directories a cookie */
    int vf_flock;             /* L_LOCK_SH, L_LOCK_EX or 0 */
    struct vfs_file *vf_flock_next;
};

struct vfs_control {
    struct server_object vc_object;
};

extern const struct server_class vfs_session_class, vfs_file_class;
extern const struct server_class vfs_control_class;

/* perm.c */
#define PERM_X 1u
#define PERM_W 2u
#define PERM_R 4u
bool perm_member(const posix_creds_t *c, uint32_t gid);
/* KERN_SUCCESS or EACCES */
kern_return_t perm_check(const posix_creds_t *c, const struct vfs_node *n,
                         uint32_t wanted);
/* May this entry be removed from dir (write access, sticky bit)? */
kern_return_t perm_remove(const posix_creds_t *c, const struct vfs_node *dir,
                          const struct vfs_node *victim);
static inline bool
perm_owner(const posix_creds_t *c, const struct vfs_node *n)
{
    return c->uid == 0 || c->uid == n->vn_uid;
}

/* lookup.c */
enum last_kind {
    LAST_NAME,   /* lk_up and lk_name are set */
    LAST_DOT,    /* "." */
    LAST_DOTDOT, /* ".." */
    LAST_ROOT    /* "/" or nothing */
};
#define LOOKUP_FOLLOW 1u /* a symbolic link at the end, too */
#define LOOKUP_EMPTY 2u  /* the empty path is where it starts */

struct lookup {
    struct vfs_node *lk_up;   /* +1 or NULL */
    struct vfs_node *lk_node; /* +1; NULL: there is no such name in lk_up */
    enum last_kind lk_last;
    uint32_t lk_length;
    bool lk_slash;            /* the path ended in one */
    char lk_name[NAME_MAX_LENGTH + 1];
};

/*
 * Resolves path from dir (NULL: the current directory).  KERN_SUCCESS: found, or only the
 * last name is missing.  When the name is the client's: LOOKUP_CLIENT, and redirect (if not NULL,
 * POSIX_PATH_MAX bytes) has it; nothing is to be released then, nor on errors.
 */
#define LOOKUP_CLIENT 0x60001
kern_return_t lookup(vfs_session_ref_t s, vfs_file_ref_t dir,
                     const char *path, uint32_t flags, struct lookup *lk,
                     char *redirect);
/* The same for something that must exist: *node has +1. ENOENT for a client's
 * name when redirect is NULL. */
kern_return_t lookup_node(vfs_session_ref_t s, vfs_file_ref_t dir,
                          const char *path, uint32_t flags,
                          struct vfs_node **node, char *redirect);
void lookup_done(struct lookup *lk);
/* For routines that can't redirect. */
kern_return_t lookup_plain(kern_return_t kr);

/* path.c: the absolute path of a directory as seen from root. */
kern_return_t path_of(const struct vfs_node *root,
                      const struct vfs_node *dir, char *path);

/* names.c */
kern_return_t node_make(vfs_session_ref_t s, struct lookup *lk,
                        uint32_t mode, struct vfs_node **out);

/* file.c */
struct vfs_file *file_create(struct vfs_node *n, uint32_t flags,
                             uint32_t kind, const struct lookup *lk);

/* device.c */
bool device_is_ours(uint64_t rdev);
bool device_is_terminal(uint64_t rdev);
kern_return_t device_read(uint64_t rdev, void *buffer, uint32_t amount,
                          uint32_t *count);
kern_return_t device_write(uint64_t rdev, uint32_t amount);
void random_fill(void *buffer, uint32_t size);

/* attr.c: what writing, truncating and changing the owner take away. */
void clear_set_ids(vfs_session_ref_t s, struct vfs_node *n);

/* lock.c, flock.c */
void locks_session_gone(vfs_session_ref_t s);
void flock_file_gone(struct vfs_file *f);

/* fill.c */
void root_fill(const uint8_t *archive, uint64_t size);
void root_defaults(void);

#endif
