/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User and group ids: the setuid family with Linux's rules.  Each change is
 * told to vfs, which checks permissions by it.
 */
#include <string.h>

#include <proc/proc_S_proc_server.h>
#include <vfs_control/vfs_control.h>

#include "process.h"

#define UNCHANGED (~0u)

enum { SET, SET_RE, SET_RES, SET_FS, SET_GROUP = 8 };

/* One family, user or group. */
struct id_set {
    uint32_t r, e, s, fs;
};

static bool
is_one_of(const struct id_set *i, uint32_t id)
{
    return id == i->r || id == i->e || id == i->s;
}

static kern_return_t
set_one(struct id_set *i, uint32_t id, bool root)
{
    if (id == UNCHANGED) {
        return ERR(EINVAL);
    }
    if (root) {
        i->r = i->s = id;
    } else if (id != i->r && id != i->s) {
        return ERR(EPERM);
    }
    i->e = i->fs = id;
    return KERN_SUCCESS;
}

static kern_return_t
set_re(struct id_set *i, uint32_t r, uint32_t e, bool root)
{
    struct id_set old = *i;

    if (!root && ((r != UNCHANGED && r != old.r && r != old.e) ||
                  (e != UNCHANGED && !is_one_of(&old, e)))) {
        return ERR(EPERM);
    }
    if (r != UNCHANGED) {
        i->r = r;
    }
    if (e != UNCHANGED) {
        i->e = e;
    }
    if (r != UNCHANGED || (e != UNCHANGED && e != old.r)) {
        i->s = i->e;
    }
    i->fs = i->e;
    return KERN_SUCCESS;
}

static kern_return_t
set_res(struct id_set *i, uint32_t r, uint32_t e, uint32_t s, bool root)
{
    const uint32_t wanted[3] = {r, e, s};
    uint32_t *const field[3] = {&i->r, &i->e, &i->s};
    struct id_set old = *i;

    for (unsigned k = 0; k < 3; k++) {
        if (!root && wanted[k] != UNCHANGED && !is_one_of(&old, wanted[k])) {
            return ERR(EPERM);
        }
    }
    for (unsigned k = 0; k < 3; k++) {
        if (wanted[k] != UNCHANGED) {
            *field[k] = wanted[k];
        }
    }
    i->fs = i->e;
    return KERN_SUCCESS;
}

/* setfsuid has no error: it just does nothing. */
static void
set_fs(struct id_set *i, uint32_t id, bool root)
{
    if (id != UNCHANGED && (root || is_one_of(i, id) || id == i->fs)) {
        i->fs = id;
    }
}

static kern_return_t
change(struct id_set *i, int which, const uint32_t arg[3], bool root)
{
    switch (which) {
    case SET:
        return set_one(i, arg[0], root);
    case SET_RE:
        return set_re(i, arg[0], arg[1], root);
    case SET_RES:
        return set_res(i, arg[0], arg[1], arg[2], root);
    case SET_FS:
        set_fs(i, arg[0], root);
        return KERN_SUCCESS;
    default:
        return ERR(EINVAL);
    }
}

static kern_return_t
tell_vfs(struct process *p)
{
    return vfs_session_set_creds(vfs_control, p->pr_vfs, process_creds(p));
}

kern_return_t
proc_S_proc_setids(proc_ref_t proc, int which, uint32_t a, uint32_t b,
                   uint32_t c, posix_ids_t *ids)
{
    const uint32_t arg[3] = {a, b, c};
    posix_ids_t old = proc->pr_ids;
    posix_ids_t *n = &proc->pr_ids;
    bool root = old.euid == 0;
    struct id_set set;
    kern_return_t kr;

    if (!process_alive(proc)) {
        return ERR(ESRCH);
    }
    if ((which & SET_GROUP) == 0) {
        set = (struct id_set){old.ruid, old.euid, old.suid, old.fsuid};
        kr = change(&set, which, arg, root);
        n->ruid = set.r, n->euid = set.e, n->suid = set.s, n->fsuid = set.fs;
    } else {
        set = (struct id_set){old.rgid, old.egid, old.sgid, old.fsgid};
        kr = change(&set, which & ~SET_GROUP, arg, root);
        n->rgid = set.r, n->egid = set.e, n->sgid = set.s, n->fsgid = set.fs;
    }
    if (kr == KERN_SUCCESS) {
        kr = tell_vfs(proc);
    }
    if (kr != KERN_SUCCESS) {
        proc->pr_ids = old;
        return kr;
    }
    *ids = proc->pr_ids;
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_get_ids(proc_ref_t proc, posix_ids_t *ids)
{
    *ids = proc->pr_ids;
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_get_groups(proc_ref_t proc, uint32_t *groups,
                       mach_msg_type_number_t *count)
{
    if (*count < proc->pr_group_count) {
        return ERR(EINVAL);
    }
    memcpy(groups, proc->pr_groups, proc->pr_group_count * sizeof(*groups));
    *count = proc->pr_group_count;
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_set_groups(proc_ref_t proc, const uint32_t *groups,
                       mach_msg_type_number_t count)
{
    if (!process_alive(proc)) {
        return ERR(ESRCH);
    }
    if (proc->pr_ids.euid != 0) {
        return ERR(EPERM);
    }
    if (count > PROC_GROUPS_MAX) {
        return ERR(EINVAL);
    }
    memcpy(proc->pr_groups, groups, count * sizeof(*groups));
    proc->pr_group_count = count;
    return tell_vfs(proc);
}
