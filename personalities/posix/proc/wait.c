/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wait4 and waitid.
 *
 * A wait that finds nothing stays with the parent and is looked at again
 * whenever a child changes.  What a wait consumes (a zombie, news of a stop)
 * is given back when its answer can't be delivered.
 */
#include <stdlib.h>
#include <string.h>

#include <proc/proc_S_proc_server.h>
#include <proc/proc_replies.h>

#include "process.h"

struct wait_result {
    int32_t pid, status;
    posix_rusage_t rusage;
};

static bool
wanted(const struct process *parent, const struct process *c, int32_t pid)
{
    if (c->pr_ids.ppid != parent->pr_ids.pid) {
        return false;
    }
    if (pid > 0) {
        return c->pr_ids.pid == pid;
    }
    if (pid == 0) {
        return c->pr_ids.pgid == parent->pr_ids.pgid;
    }
    return pid == -1 || c->pr_ids.pgid == -pid;
}

/* Has c news that these options ask for?  status: the news. */
static bool
has_news(const struct process *c, uint32_t options, int32_t *status)
{
    if (c->pr_state == PROCESS_ZOMBIE && (options & L_WEXITED) != 0) {
        *status = c->pr_status;
        return true;
    }
    if (c->pr_stop_untold && (options & L_WUNTRACED) != 0) {
        *status = c->pr_status;
        return true;
    }
    if (c->pr_continued_untold && (options & L_WCONTINUED) != 0) {
        *status = 0xffff;
        return true;
    }
    return false;
}

/* The child with news, or NULL; candidates: is there any child to wait for? */
static struct process *
find_news(const struct process *parent, int32_t pid, uint32_t options,
          int32_t *status, bool *candidates)
{
    *candidates = false;
    for (struct process *c = process_first(); c != NULL;
         c = process_next(c)) {
        if (!wanted(parent, c, pid)) {
            continue;
        }
        *candidates = true;
        if (has_news(c, options, status)) {
            return c;
        }
    }
    return NULL;
}

/* The news are told. */
static void
consume(struct process *parent, struct process *c, uint32_t options)
{
    if ((options & L_WNOWAIT) != 0) {
        return;
    }
    if (c->pr_state == PROCESS_ZOMBIE) {
        rusage_add(&parent->pr_child_usage, &c->pr_usage);
        rusage_add(&parent->pr_child_usage, &c->pr_child_usage);
        process_forget(c);
        return;
    }
    c->pr_stop_untold = false;
    c->pr_continued_untold = false;
}

/* Nothing, or ECHILD; or the result. */
static kern_return_t
look(struct process *parent, int32_t pid, uint32_t options,
     struct process **found, struct wait_result *r)
{
    bool candidates;

    *found = find_news(parent, pid, options, &r->status, &candidates);
    if (*found == NULL) {
        return candidates ? KERN_SUCCESS : ERR(ECHILD);
    }
    r->pid = (*found)->pr_ids.pid;
    r->rusage = (*found)->pr_usage;
    return KERN_SUCCESS;
}

kern_return_t
proc_S_proc_wait(proc_ref_t proc, mach_port_t reply, cookie_t cookie, int pid,
                 uint32_t options, int *found, int *status,
                 posix_rusage_t *rusage)
{
    struct wait_result r = {0};
    struct proc_waiter *w;
    struct process *c;
    kern_return_t kr;

    if ((options & (L_WEXITED | L_WUNTRACED | L_WCONTINUED)) == 0) {
        return ERR(EINVAL);
    }
    kr = look(proc, pid, options, &c, &r);
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (c != NULL || (options & L_WNOHANG) != 0) {
        *found = r.pid;
        *status = r.status;
        *rusage = r.rusage;
        if (c != NULL) {
            consume(proc, c, options);
        }
        return KERN_SUCCESS;
    }
    w = calloc(1, sizeof(*w));
    reply = w != NULL ? server_reply_later(reply, proc, cookie)
                      : MACH_PORT_NULL;
    if (reply == MACH_PORT_NULL) {
        free(w);
        return ERR(ENOMEM);
    }
    *w = (struct proc_waiter){.next = proc->pr_waiters, .cookie = cookie,
                              .reply = reply, .pid = pid, .options = options};
    proc->pr_waiters = w;
    return MIG_NO_REPLY;
}

/* Answer w, which is out of the list already. */
static void
answer(struct proc_waiter *w, kern_return_t code, const struct wait_result *r,
       bool *delivered)
{
    *delivered = proc_wait_reply(w->reply, code, r->pid, r->status,
                                 r->rusage) == KERN_SUCCESS;
    if (!*delivered) {
        (void)mach_port_deallocate_trap(w->reply);
    }
    free(w);
}

/* Look again at every wait of this parent. */
static void
retry(struct process *parent)
{
    struct proc_waiter **at = &parent->pr_waiters;

    while (*at != NULL) {
        struct proc_waiter *w = *at;
        uint32_t options = w->options;
        struct wait_result r = {0};
        struct process *c;
        kern_return_t kr = look(parent, w->pid, options, &c, &r);
        bool delivered;

        if (kr == KERN_SUCCESS && c == NULL) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        answer(w, kr, &r, &delivered);
        if (delivered && c != NULL) {
            consume(parent, c, options);
        }
    }
}

/* A child of pid's has news, or is gone: look at the waits again. */
void
process_children_changed(int32_t pid)
{
    struct process *parent = process_find(pid);

    if (parent != NULL) {
        retry(parent);
    }
}

kern_return_t
proc_S_proc_cancel(proc_ref_t proc, cookie_t cookie)
{
    static const struct wait_result nothing;
    bool delivered;

    for (struct proc_waiter **at = &proc->pr_waiters; *at != NULL;
         at = &(*at)->next) {
        if ((*at)->cookie == cookie) {
            struct proc_waiter *w = *at;

            *at = w->next;
            answer(w, ERR(EINTR), &nothing, &delivered);
            return KERN_SUCCESS;
        }
    }
    return KERN_SUCCESS; /* answered already */
}

void
process_drop_waiters(struct process *p)
{
    while (p->pr_waiters != NULL) {
        struct proc_waiter *w = p->pr_waiters;

        p->pr_waiters = w->next;
        (void)mach_port_deallocate_trap(w->reply);
        free(w);
    }
}
