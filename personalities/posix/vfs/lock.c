/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests for locks: vfs_lock, vfs_flock, vfs_cancel, and who waits. */
#include <stdlib.h>

#include <mach/mach.h>
#include <vfs/vfs_S_vfs_server.h>
#include <vfs/vfs_replies.h>

#include "vfs/lock.h"

#define DEADLOCK_DEPTH 64

/* All who wait, in the order in which they came. */
static struct lock_waiter *waiters, **waiters_tail = &waiters;

static bool
waiter_add(vfs_session_ref_t s, struct vfs_file *f, mach_port_t reply,
           cookie_t cookie, bool flock, int type, int64_t start, int64_t end)
{
    struct lock_waiter *w = calloc(1, sizeof(*w));

    reply = w != NULL ? server_reply_later(reply, s, cookie) : MACH_PORT_NULL;
    if (reply == MACH_PORT_NULL) {
        free(w);
        return false;
    }
    server_object_reference(s);
    server_object_reference(f);
    w->lw_session = s;
    w->lw_file = f;
    w->lw_reply = reply;
    w->lw_cookie = cookie;
    w->lw_flock = flock;
    w->lw_type = type;
    w->lw_start = start;
    w->lw_end = end;
    *waiters_tail = w;
    waiters_tail = &w->lw_next;
    return true;
}

static void
waiter_remove(struct lock_waiter **link)
{
    struct lock_waiter *w = *link;

    *link = w->lw_next;
    if (*link == NULL) {
        waiters_tail = link;
    }
    w->lw_next = NULL;
}

/* Answers one that is on no list any more; its references stay. */
static kern_return_t
waiter_answer(struct lock_waiter *w, kern_return_t code)
{
    kern_return_t kr = w->lw_flock ? vfs_flock_reply(w->lw_reply, code)
                                   : vfs_lock_reply(w->lw_reply, code);

    if (kr != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(w->lw_reply);
    }
    return kr;
}

static void
waiter_free(struct lock_waiter *w)
{
    server_object_release(w->lw_session);
    server_object_release(w->lw_file);
    free(w);
}

static kern_return_t
waiter_try(const struct lock_waiter *w)
{
    return w->lw_flock ? flock_try(w->lw_file, w->lw_type)
                       : record_lock_try(w->lw_session, w->lw_file,
                                         w->lw_type, w->lw_start, w->lw_end);
}

/* Freeing a waiter may free its file and so come here again, hence the start
 * from the top each time, and the reference to the node. */
void
waiters_retry(struct vfs_node *n)
{
    struct lock_waiter **link;

    node_reference(n);
again:
    for (link = &waiters; *link != NULL; link = &(*link)->lw_next) {
        struct lock_waiter *w = *link;
        kern_return_t kr;

        if (w->lw_file->vf_node != n) {
            continue;
        }
        kr = waiter_try(w);
        if (kr == ERR(EAGAIN)) {
            continue;
        }
        waiter_remove(link);
        if (waiter_answer(w, kr) != KERN_SUCCESS && kr == KERN_SUCCESS) {
            /* Its taker can't be told: the lock is given back. */
            if (w->lw_flock) {
                flock_drop(w->lw_file);
            } else {
                record_unlock(w->lw_session, n, w->lw_start, w->lw_end);
            }
        }
        waiter_free(w);
        goto again;
    }
    node_release(n);
}

/* Does the holder wait, over any number of steps, for something s holds? */
static bool
waits_for(const struct record_lock *held, vfs_session_ref_t s, int depth)
{
    vfs_session_ref_t who = held->rl_session;

    if (who == s) {
        return true;
    }
    for (const struct lock_waiter *w = waiters; depth > 0 && w != NULL;
         w = w->lw_next) {
        const struct record_lock *next;

        if (w->lw_flock || w->lw_session != who) {
            continue;
        }
        next = record_conflict(who, w->lw_file->vf_node, w->lw_type,
                               w->lw_start, w->lw_end);
        if (next != NULL && waits_for(next, s, depth - 1)) {
            return true;
        }
    }
    return false;
}

static kern_return_t
lock_range(int64_t start, int64_t length, int64_t *end)
{
    if (length < 0) {
        return ERR(EINVAL);
    }
    if (start < 0) {
        return ERR(EINVAL);
    }
    if (length == 0) {
        *end = INT64_MAX;
    } else if (__builtin_add_overflow(start, length, end)) {
        return ERR(EOVERFLOW);
    }
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_lock(vfs_session_ref_t s, mach_port_t reply, cookie_t cookie,
               vfs_file_ref_t f, int type, int64_t start, int64_t length,
               boolean_t wait)
{
    const struct record_lock *holder;
    int64_t end = 0;
    kern_return_t kr = lock_range(start, length, &end);

    if (f == NULL || f == &vfs_no_file || (f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (type == L_F_UNLCK) {
        record_unlock(s, f->vf_node, start, end);
        waiters_retry(f->vf_node);
        return KERN_SUCCESS;
    }
    if (type != L_F_RDLCK && type != L_F_WRLCK) {
        return ERR(EINVAL);
    }
    if ((f->vf_flags & L_O_ACCMODE) ==
        (type == L_F_RDLCK ? L_O_WRONLY : L_O_RDONLY)) {
        return ERR(EBADF);
    }
    kr = record_lock_try(s, f, type, start, end);
    if (kr == KERN_SUCCESS) {
        waiters_retry(f->vf_node); /* a write lock may have become a read lock */
        return kr;
    }
    if (kr != ERR(EAGAIN) || !wait) {
        return kr;
    }
    holder = record_conflict(s, f->vf_node, type, start, end);
    if (holder != NULL && waits_for(holder, s, DEADLOCK_DEPTH)) {
        return ERR(EDEADLK);
    }
    return waiter_add(s, f, reply, cookie, false, type, start, end)
               ? MIG_NO_REPLY : ERR(ENOLCK);
}

kern_return_t
vfs_S_vfs_lock_get(vfs_session_ref_t s, vfs_file_ref_t f, int *type,
                   int64_t *start, int64_t *length, int *pid)
{
    const struct record_lock *l;
    int64_t end = 0;
    kern_return_t kr = lock_range(*start, *length, &end);

    *pid = 0;
    if (f == NULL || f == &vfs_no_file || (f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (kr != KERN_SUCCESS || (*type != L_F_RDLCK && *type != L_F_WRLCK)) {
        return ERR(EINVAL);
    }
    l = record_conflict(s, f->vf_node, *type, *start, end);
    if (l == NULL) {
        *type = L_F_UNLCK;
        return KERN_SUCCESS;
    }
    *type = l->rl_type;
    *start = l->rl_start;
    *length = l->rl_end == INT64_MAX ? 0 : l->rl_end - l->rl_start;
    *pid = l->rl_session->vs_pid;
    return KERN_SUCCESS;
}

kern_return_t
vfs_S_vfs_flock(vfs_session_ref_t s, mach_port_t reply, cookie_t cookie,
                vfs_file_ref_t f, int operation)
{
    int type = operation & ~L_LOCK_NB;
    kern_return_t kr;

    if (f == NULL || f == &vfs_no_file || (f->vf_flags & L_O_PATH) != 0) {
        return ERR(EBADF);
    }
    if (type == L_LOCK_UN) {
        flock_drop(f);
        waiters_retry(f->vf_node);
        return KERN_SUCCESS;
    }
    if (type != L_LOCK_SH && type != L_LOCK_EX) {
        return ERR(EINVAL);
    }
    kr = flock_try(f, type);
    if (kr == KERN_SUCCESS) {
        waiters_retry(f->vf_node);
        return kr;
    }
    if ((operation & L_LOCK_NB) != 0) {
        return kr;
    }
    return waiter_add(s, f, reply, cookie, true, type, 0, 0) ? MIG_NO_REPLY
                                                              : ERR(ENOLCK);
}

kern_return_t
vfs_S_vfs_cancel(vfs_session_ref_t s, cookie_t cookie)
{
    for (struct lock_waiter **link = &waiters; *link != NULL;
         link = &(*link)->lw_next) {
        struct lock_waiter *w = *link;

        if (w->lw_session == s && w->lw_cookie == cookie) {
            waiter_remove(link);
            (void)waiter_answer(w, ERR(EINTR));
            waiter_free(w);
            break;
        }
    }
    return KERN_SUCCESS;
}
