/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process table: chains by pid.
 */
#include <stdlib.h>
#include <string.h>

#include <proc/proc_S_proc_server.h>

#include "process.h"

#define BUCKETS 256u

static struct process *buckets[BUCKETS];
static unsigned count;

static void
process_destroy(struct server_object *o)
{
    struct process *p = (struct process *)o;

    if (p->pr_exit_notify != MACH_PORT_NULL) {
        (void)mach_port_deallocate_trap(p->pr_exit_notify);
    }
    free(p);
}

static const struct mig_subsystem *const process_subsystems[] = {
    &proc_S_proc_subsystem, NULL};

static kern_return_t
process_cancel(struct server_object *o, uint64_t cookie)
{
    return proc_S_proc_cancel((proc_ref_t)o, cookie);
}

const struct server_class process_class = {
    .sc_name = "process",
    .sc_subsystems = process_subsystems,
    .sc_destroy = process_destroy,
    .sc_cancel = process_cancel,
};

proc_ref_t
proc_from_port(mach_port_t name)
{
    return server_object_lookup(name, &process_class);
}

proc_ref_t
proc_from_payload(uint64_t payload)
{
    return server_object_of_payload(payload, &process_class);
}

static struct process **
bucket(int32_t pid)
{
    return &buckets[(uint32_t)pid % BUCKETS];
}

/* What a child has of its parent (NULL: the first process). */
static void
inherit(struct process *p, const struct process *parent)
{
    p->pr_ids = parent->pr_ids;
    p->pr_ids.ppid = parent->pr_ids.pid;
    memcpy(p->pr_groups, parent->pr_groups, sizeof(p->pr_groups));
    p->pr_group_count = parent->pr_group_count;
    memcpy(p->pr_rlimits, parent->pr_rlimits, sizeof(p->pr_rlimits));
    p->pr_sigchld = parent->pr_sigchld;
    p->pr_nice = parent->pr_nice;
    p->pr_ledger = parent->pr_ledger;
    if (p->pr_ledger != MACH_PORT_NULL) {
        (void)mach_port_mod_refs_trap(p->pr_ledger, MACH_PORT_RIGHT_SEND, 1);
    }
}

/* A new process in the table, RUNNING, without task and sessions; or NULL. */
struct process *
process_create(const struct process *parent)
{
    struct process *p = calloc(1, sizeof(*p));
    struct process **b;

    if (p == NULL) {
        return NULL;
    }
    server_object_init(&p->pr_object, &process_class);
    if (parent != NULL) {
        inherit(p, parent);
    } else {
        process_default_limits(p);
    }
    p->pr_ids.pid = proc_new_id();
    p->pr_exit_signal = L_SIGCHLD;
    p->pr_start = clock_uptime();
    b = bucket(p->pr_ids.pid);
    p->pr_next = *b;
    *b = p;
    count++;
    return p;
}

void
process_forget(struct process *p)
{
    struct process **at = bucket(p->pr_ids.pid);

    while (*at != p) {
        at = &(*at)->pr_next;
    }
    *at = p->pr_next;
    count--;
    p->pr_state = PROCESS_GONE;
    process_drop_signals(p);
    process_drop_waiters(p);
    process_drop_threads(p);
    process_drop_sessions(p);
    if (p->pr_ledger != MACH_PORT_NULL) {
        (void)mach_port_deallocate_trap(p->pr_ledger);
        p->pr_ledger = MACH_PORT_NULL;
    }
    server_object_release(p);
}

struct process *
process_find(int32_t pid)
{
    struct process *p = *bucket(pid);

    while (p != NULL && p->pr_ids.pid != pid) {
        p = p->pr_next;
    }
    return p;
}

static struct process *
first_from(unsigned b)
{
    for (; b < BUCKETS; b++) {
        if (buckets[b] != NULL) {
            return buckets[b];
        }
    }
    return NULL;
}

struct process *
process_first(void)
{
    return first_from(0);
}

struct process *
process_next(const struct process *p)
{
    if (p->pr_next != NULL) {
        return p->pr_next;
    }
    return first_from((uint32_t)p->pr_ids.pid % BUCKETS + 1);
}

unsigned
process_count(void)
{
    return count;
}

unsigned
process_count_of_user(uint32_t uid)
{
    unsigned n = 0;

    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.ruid == uid) {
            n++;
        }
    }
    return n;
}

bool
process_group_exists(int32_t pgid, int32_t sid)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.pgid == pgid && p->pr_ids.sid == sid) {
            return true;
        }
    }
    return false;
}
