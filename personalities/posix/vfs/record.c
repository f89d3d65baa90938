/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Record locks (fcntl).  A session's locks on a node never overlap, and those
 * of one type that touch are one.
 */
#include <stdlib.h>

#include "vfs/lock.h"

const struct record_lock *
record_conflict(vfs_session_ref_t s, const struct vfs_node *n, int type,
                int64_t start, int64_t end)
{
    for (const struct record_lock *l = n->vn_locks; l != NULL;
         l = l->rl_next) {
        if (l->rl_session != s && l->rl_start < end && l->rl_end > start &&
            (type == L_F_WRLCK || l->rl_type == L_F_WRLCK)) {
            return l;
        }
    }
    return NULL;
}

static struct record_lock *
record_insert(vfs_session_ref_t s, struct vfs_node *n, int type,
              int64_t start, int64_t end, struct record_lock *l)
{
    struct record_lock **link = &n->vn_locks;

    while (*link != NULL && (*link)->rl_start <= start) {
        link = &(*link)->rl_next;
    }
    l->rl_next = *link;
    *link = l;
    l->rl_session = s;
    l->rl_session_next = s->vs_locks;
    s->vs_locks = l;
    l->rl_node = node_reference(n);
    l->rl_type = type;
    l->rl_start = start;
    l->rl_end = end;
    return l;
}

static void
record_delete(struct record_lock *l)
{
    struct record_lock **link = &l->rl_node->vn_locks;

    while (*link != l) {
        link = &(*link)->rl_next;
    }
    *link = l->rl_next;
    for (link = &l->rl_session->vs_locks; *link != l;
         link = &(*link)->rl_session_next) {
    }
    *link = l->rl_session_next;
    node_release(l->rl_node);
    free(l);
}

/* Takes [start, end) out of the session's locks.  spare: used when one is
 * split; returns what is left of it. */
static struct record_lock *
record_cut(vfs_session_ref_t s, struct vfs_node *n, int64_t start,
           int64_t end, struct record_lock *spare)
{
    struct record_lock *l, *next;

    for (l = n->vn_locks; l != NULL; l = next) {
        next = l->rl_next;
        if (l->rl_session != s || l->rl_start >= end || l->rl_end <= start) {
            continue;
        }
        if (l->rl_start < start && l->rl_end > end) {
            int64_t old_end = l->rl_end;

            l->rl_end = start;
            record_insert(s, n, l->rl_type, end, old_end, spare);
            return NULL;
        }
        if (l->rl_start < start) {
            l->rl_end = start;
        } else if (l->rl_end > end) {
            l->rl_start = end;
        } else {
            record_delete(l);
        }
    }
    return spare;
}

void
record_unlock(vfs_session_ref_t s, struct vfs_node *n, int64_t start,
              int64_t end)
{
    struct record_lock *spare = calloc(1, sizeof(*spare));
    struct record_lock *l;

    if (spare == NULL) {
        /* Only a split needs memory.  Then what follows is given up, too:
         * never is more locked than was asked for. */
        for (l = n->vn_locks; l != NULL; l = l->rl_next) {
            if (l->rl_session == s && l->rl_start < start &&
                l->rl_end > end) {
                l->rl_end = start;
                return;
            }
        }
    }
    node_reference(n);
    free(record_cut(s, n, start, end, spare));
    node_release(n);
}

kern_return_t
record_lock_try(vfs_session_ref_t s, struct vfs_file *f, int type,
                int64_t start, int64_t end)
{
    struct vfs_node *n = f->vf_node;
    struct record_lock *fresh, *spare, *l, *next;

    if (record_conflict(s, n, type, start, end) != NULL) {
        return ERR(EAGAIN);
    }
    fresh = calloc(1, sizeof(*fresh));
    spare = calloc(1, sizeof(*spare));
    if (fresh == NULL || spare == NULL) {
        free(fresh);
        free(spare);
        return ERR(ENOLCK);
    }
    free(record_cut(s, n, start, end, spare));
    for (l = n->vn_locks; l != NULL; l = next) {
        next = l->rl_next;
        if (l->rl_session == s && l->rl_type == type &&
            (l->rl_end == start || l->rl_start == end)) {
            start = l->rl_start < start ? l->rl_start : start;
            end = l->rl_end > end ? l->rl_end : end;
            record_delete(l);
        }
    }
    record_insert(s, n, type, start, end, fresh);
    return KERN_SUCCESS;
}

void
locks_session_gone(vfs_session_ref_t s)
{
    while (s->vs_locks != NULL) {
        struct vfs_node *n = node_reference(s->vs_locks->rl_node);

        record_delete(s->vs_locks);
        waiters_retry(n);
        node_release(n);
    }
}
