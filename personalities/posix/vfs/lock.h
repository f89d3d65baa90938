/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks: record locks, which a session holds, and flock's, which an open
 * file holds.  Those who wait for either are answered in the order in which they came.
 */
#ifndef VFS_LOCK_H
#define VFS_LOCK_H

#include "vfs/internal.h"

/* A record lock that a session holds: [rl_start, rl_end). */
struct record_lock {
    struct record_lock *rl_next;         /* of the node, by start */
    struct record_lock *rl_session_next; /* of the session */
    vfs_session_ref_t rl_session;
    struct vfs_node *rl_node;            /* +1 */
    int64_t rl_start, rl_end;
    int rl_type;                         /* L_F_RDLCK, L_F_WRLCK */
};

struct lock_waiter {
    struct lock_waiter *lw_next;
    vfs_session_ref_t lw_session; /* +1 */
    struct vfs_file *lw_file;     /* +1 */
    mach_port_t lw_reply;
    cookie_t lw_cookie;
    bool lw_flock;
    int lw_type;                  /* L_F_* or L_LOCK_* */
    int64_t lw_start, lw_end;
};

/* Locks of this node have gone: serve those who wait, in order. */
void waiters_retry(struct vfs_node *n);

/* record.c and flock.c: take the lock if it's free; EAGAIN otherwise. */
kern_return_t record_lock_try(vfs_session_ref_t s, struct vfs_file *f,
                              int type, int64_t start, int64_t end);
void record_unlock(vfs_session_ref_t s, struct vfs_node *n, int64_t start,
                   int64_t end);
kern_return_t flock_try(struct vfs_file *f, int type);
void flock_drop(struct vfs_file *f);
/* Some lock of another session that is in the way, or NULL. */
const struct record_lock *record_conflict(vfs_session_ref_t s,
                                          const struct vfs_node *n, int type,
                                          int64_t start, int64_t end);

#endif
