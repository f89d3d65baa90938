/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The threads of a process: whom to kick.  Process and thread ids come from
 * one range, as on Linux; 1 is init, which is this component itself.
 */
#include <stdlib.h>

#include <proc/proc_S_proc_server.h>
#include <thread/thread.h>

#include "process.h"

#define ID_FIRST 2
#define ID_MAX 4194304

static int32_t last_id = ID_FIRST - 1;

static bool
id_used(int32_t id)
{
    for (struct process *p = process_first(); p != NULL;
         p = process_next(p)) {
        if (p->pr_ids.pid == id || p->pr_ids.pgid == id ||
            p->pr_ids.sid == id) {
            return true;
        }
        for (struct proc_thread *t = p->pr_threads; t != NULL; t = t->next) {
            if (t->tid == id) {
                return true;
            }
        }
    }
    return false;
}

int32_t
proc_new_id(void)
{
    static bool wrapped;

    do {
        if (last_id == ID_MAX) {
            last_id = ID_FIRST - 1;
            wrapped = true;
        }
        last_id++;
    } while (wrapped && id_used(last_id));
    return last_id;
}

kern_return_t
process_add_thread(struct process *p, int32_t tid, mach_port_t port)
{
    struct proc_thread **at = &p->pr_threads;
    struct proc_thread *t = calloc(1, sizeof(*t));

    if (t == NULL) {
        return ERR(ENOMEM);
    }
    t->tid = tid;
    t->port = port;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = t;
    return KERN_SUCCESS;
}

static void
drop_thread(struct proc_thread **at)
{
    struct proc_thread *t = *at;

    *at = t->next;
    (void)mach_port_deallocate_trap(t->port);
    free(t);
}

void
process_drop_threads(struct process *p)
{
    while (p->pr_threads != NULL) {
        drop_thread(&p->pr_threads);
    }
}

/* tid 0: any thread, the oldest by preference. */
void
process_kick(struct process *p, int32_t tid)
{
    struct process *owner = p->pr_vfork_parent != NULL ? p->pr_vfork_parent
                                                       : p;

    for (struct proc_thread *t = owner->pr_threads; t != NULL; t = t->next) {
        if (tid == 0 || t->tid == tid || owner != p) {
            (void)thread_kick(t->port);
            return;
        }
    }
}

kern_return_t
proc_S_proc_thread_create(proc_ref_t proc, mach_port_t thread, int *tid)
{
    kern_return_t kr;

    if (!process_alive(proc)) {
        return ERR(ESRCH);
    }
    if (!MACH_PORT_VALID(thread)) {
        return ERR(EINVAL);
    }
    kr = mach_port_mod_refs_trap(thread, MACH_PORT_RIGHT_SEND, 1);
    if (kr != KERN_SUCCESS) {
        return ERR(EINVAL);
    }
    *tid = proc_new_id();
    kr = process_add_thread(proc, *tid, thread);
    if (kr != KERN_SUCCESS) {
        (void)mach_port_deallocate_trap(thread);
    }
    return kr;
}

kern_return_t
proc_S_proc_thread_exit(proc_ref_t proc, int tid)
{
    for (struct proc_thread **at = &proc->pr_threads; *at != NULL;
         at = &(*at)->next) {
        if ((*at)->tid == tid) {
            drop_thread(at);
            return KERN_SUCCESS;
        }
    }
    return ERR(ESRCH);
}
