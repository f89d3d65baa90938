/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The specification: the traps, and what happens to threads and ports besides.
 */
#include "sync_test.h"

/* ---- names ---- */

static bool
is_grave(int task, mach_port_name_t name)
{
    for (int i = 0; i < GRAVES; i++) {
        if (name != 0 && s_grave[task][i] == name) {
            return true;
        }
    }
    return false;
}

static int
port_named(int task, mach_port_name_t name)
{
    for (int p = 0; p < PORTS; p++) {
        if (name != 0 && s_port[p].alive && s_port[p].name[task] == name) {
            return p;
        }
    }
    return -1;
}

static int
saved_named(int task, mach_port_name_t name)
{
    for (int i = 0; i < SAVED; i++) {
        if (s_saved[i].used && s_saved[i].task == task
            && s_saved[i].name == name) {
            return i;
        }
    }
    return -1;
}

/* saved: NULL: no saved right will do. */
kern_return_t
s_dest(int th, mach_port_name_t name, int *port, int *saved)
{
    int task = task_of(th), p = port_named(task, name);
    int i = saved_named(task, name);

    *port = p;
    if (saved != NULL) {
        *saved = i;
    }
    if (p >= 0) {
        return s_port[p].send[task] != 0 ? KERN_SUCCESS : KERN_INVALID_RIGHT;
    }
    if (is_grave(task, name) || (i >= 0 && s_saved[i].client < 0)) {
        return KERN_INVALID_CAPABILITY;
    }
    if (i >= 0) {
        return saved != NULL ? KERN_SUCCESS : KERN_INVALID_RIGHT;
    }
    return name == s_set[task].name ? KERN_INVALID_RIGHT : KERN_INVALID_NAME;
}

/* What th listens to: .object. */
int
s_object(int th)
{
    struct s_thread *t = &s_thread[th];
    int task = task_of(th), p = port_named(task, t->name);

    if (t->name == s_set[task].name) {
        t->object = PORTS + task;
        return KERN_SUCCESS;
    }
    if (p >= 0 && p % TASKS == task) {
        t->object = p;
        return KERN_SUCCESS;
    }
    return p >= 0 || is_grave(task, t->name) || saved_named(task, t->name) >= 0
               ? KERN_INVALID_RIGHT
               : KERN_INVALID_NAME;
}

/* ---- the sending side ---- */

static void
owe(int client, int holder)
{
    s_thread[client].holder = holder;
    s_thread[holder].client = client;
}

static void
came_to(int th, int port)
{
    s_thread[th].badge = 1000 + (unsigned)port;
    s_thread[th].port = s_port[port].name[port % TASKS];
}

bool
s_send_to(int th, int port, bool call)
{
    struct s_thread *t = &s_thread[th];
    int l = s_listener(port);

    t->code = s_tag(th);
    if (t->code != KERN_SUCCESS) {
        return false;
    }
    if (l < 0) {
        if ((t->m.tag & SYNC_NOWAIT) != 0) {
            t->code = KERN_OPERATION_TIMED_OUT;
            return false;
        }
        t->object = port;
        if (!s_wait(th, call ? CALLS : SENDS)) {
            return false;
        }
        s_changed(port);
        return true;
    }
    t->code = s_transfer(th, l, call ? SYNC_KIND_CALL : SYNC_KIND_SEND);
    if (t->code != KERN_SUCCESS) {
        return false;
    }
    came_to(l, port);
    s_finish(l, KERN_SUCCESS);
    if (!call) {
        return false;
    }
    owe(th, l);
    return s_await(th);
}

bool
s_call(int th)
{
    struct s_thread *t = &s_thread[th];
    int port;

    t->code = s_dest(th, t->name, &port, NULL);
    return t->code == KERN_SUCCESS && s_send_to(th, port, true);
}

static kern_return_t
answer(int th, int client)
{
    kern_return_t kr = s_transfer(th, client, SYNC_KIND_SEND);

    if (kr == KERN_SUCCESS) {
        s_settle(client);
        s_finish(client, KERN_SUCCESS);
    }
    return kr;
}

bool
s_send(int th)
{
    struct s_thread *t = &s_thread[th];
    int port, saved;

    if (t->name == MACH_PORT_NULL) {
        t->code = t->client < 0 ? KERN_INVALID_CAPABILITY
                                : answer(th, t->client);
        return false;
    }
    t->code = s_dest(th, t->name, &port, &saved);
    if (t->code != KERN_SUCCESS) {
        return false;
    }
    if (saved < 0) {
        return s_send_to(th, port, false);
    }
    t->code = answer(th, s_saved[saved].client);
    if (t->code == KERN_SUCCESS) {
        s_saved[saved].used = false;
    }
    return false;
}

kern_return_t
s_notify(int th, mach_port_name_t name, uint64_t bits)
{
    int port;
    kern_return_t kr = s_dest(th, name, &port, NULL);

    if (kr == KERN_SUCCESS) {
        s_port[port].signals |= bits;
        if (s_port[port].signals != 0) {
            s_changed(port);
            if (s_listener(port) >= 0) {
                s_wake(s_listener(port), KERN_SUCCESS);
            }
        }
    }
    return kr;
}

/* ---- the listening side ---- */

static bool
tell(int th, int port, uint64_t kind, uint64_t word)
{
    s_thread[th].m.tag = kind | 1u;
    s_thread[th].m.words[0] = word;
    s_thread[th].got = true;
    came_to(th, port);
    return true;
}

/* From the first caller; false: not from that one. */
static bool
take_caller(int th, int port)
{
    int c = first(&s_port[port].callers), now;
    struct s_thread *caller = &s_thread[c];
    kern_return_t kr;

    if (s_dest(c, caller->name, &now, NULL) != KERN_SUCCESS || now != port) {
        s_wake(c, KERN_SUCCESS); /* it finds out for itself */
        return false;
    }
    kr = s_transfer(c, th,
                    caller->waits == CALLS ? SYNC_KIND_CALL : SYNC_KIND_SEND);
    if (kr != KERN_SUCCESS) {
        s_wake(c, kr);
        return false;
    }
    came_to(th, port);
    if (caller->waits == CALLS) {
        take_out(&s_port[port].callers, c);
        caller->waits = IS_OWED;
        owe(c, th);
    } else {
        s_finish(c, KERN_SUCCESS);
    }
    return true;
}

static bool
take_from(int th, int port)
{
    struct s_port *p = &s_port[port];
    bool took = false;

    if (p->signals != 0) {
        took = tell(th, port, SYNC_KIND_SIGNAL, p->signals);
        p->signals = 0;
    } else if (p->cancels.n != 0) {
        int client = first(&p->cancels);

        take_out(&p->cancels, client);
        took = tell(th, port, SYNC_KIND_CANCEL, s_thread[client].cookie);
    } else {
        while (!took && p->callers.n != 0) {
            took = take_caller(th, port);
        }
    }
    s_changed(port);
    return took;
}

/* A port that has something besides messages; of a set in turn. */
static int
next_port(int object)
{
    struct numbers *calls;

    if (object < PORTS) {
        const struct s_port *p = &s_port[object];

        return p->callers.n != 0 || p->cancels.n != 0 || p->signals != 0
                   ? object
                   : -1;
    }
    calls = &s_set[object - PORTS].calls;
    while (calls->n != 0) {
        int port = first(calls);
        const struct s_port *p = &s_port[port];

        take_out(calls, port);
        if (p->callers.n != 0 || p->cancels.n != 0 || p->signals != 0) {
            put(calls, port);
            return port;
        }
    }
    return -1;
}

/* Calls and messages take turns. */
static bool
take(int th, int object)
{
    unsigned *turn = object < PORTS ? &s_port[object].turn
                                    : &s_set[object - PORTS].turn;
    int message = object >= PORTS ? first(&s_set[object - PORTS].ready)
                  : s_port[object].messages != 0 ? object : -1;
    bool took = false;
    int port;

    if (message < 0 || (*turn ^= 1u) != 0) {
        while (!took && (port = next_port(object)) >= 0) {
            took = take_from(th, port);
        }
    }
    return took
           || (message >= 0 && tell(th, message, SYNC_KIND_MESSAGE, 0));
}

bool
s_listen(int th)
{
    struct s_thread *t = &s_thread[th];

    t->code = KERN_SUCCESS;
    if (take(th, t->object)) {
        return false;
    }
    if ((t->m.tag & SYNC_NOWAIT) != 0) {
        t->code = KERN_OPERATION_TIMED_OUT;
        return false;
    }
    return s_wait(th, LISTENS);
}

/* The right to reply is destroyed unused. */
static void
drop(int client)
{
    s_settle(client);
    if (s_thread[client].ready) {
        s_thread[client].code = KERN_TERMINATED;
    }
    s_wake(client, KERN_TERMINATED);
}

bool
s_receive(int th)
{
    struct s_thread *t = &s_thread[th];

    t->code = s_tag(th);
    if (t->code == KERN_SUCCESS) {
        t->code = s_object(th);
    }
    if (t->code != KERN_SUCCESS) {
        return false;
    }
    if (t->client >= 0) {
        drop(t->client);
    }
    return s_listen(th);
}

bool
s_reply_wait(int th)
{
    struct s_thread *t = &s_thread[th];

    t->code = s_tag(th);
    if (t->code == KERN_SUCCESS) {
        t->code = s_object(th);
    }
    if (t->code == KERN_SUCCESS && t->client < 0) {
        t->code = KERN_INVALID_CAPABILITY;
    }
    if (t->code == KERN_SUCCESS) {
        t->code = answer(th, t->client);
    }
    return t->code == KERN_SUCCESS && s_listen(th);
}

kern_return_t
s_save_reply(int th, mach_port_name_t cancel, uint64_t cookie, int saved)
{
    int task = task_of(th), client = s_thread[th].client;
    int port = port_named(task, cancel);
    struct s_thread *c;

    if (cancel != MACH_PORT_NULL && (port < 0 || port % TASKS != task)) {
        return port >= 0 || is_grave(task, cancel)
                       || saved_named(task, cancel) >= 0
                       || cancel == s_set[task].name
                   ? KERN_INVALID_RIGHT
                   : KERN_INVALID_NAME;
    }
    if (client < 0) {
        return KERN_INVALID_CAPABILITY;
    }
    c = &s_thread[client];
    s_thread[th].client = -1;
    c->holder = -1;
    c->saved = saved;
    c->cookie = cookie;
    c->cancel_port = port;
    s_saved[saved] = (struct s_saved){ true, task, client, 0 };
    if (c->cancelled) {
        s_cancel(client);
    }
    return KERN_SUCCESS;
}

/* ---- what else happens ---- */

static bool
waits(const struct s_thread *t)
{
    return t->waits != RUNS && !t->ready;
}

void
s_abort(int th)
{
    if (waits(&s_thread[th])) {
        s_wake(th, KERN_ABORTED);
    } else {
        s_thread[th].abort = true;
    }
}

void
s_kick(int th)
{
    struct s_thread *t = &s_thread[th];

    if (waits(t) && (t->m.tag & SYNC_INTERRUPTIBLE) != 0) {
        s_wake(th, KERN_INTERRUPTED);
    } else {
        t->kick = true;
    }
}

void
s_end(int th)
{
    s_thread[th].ends = true;
    s_wake(th, KERN_ABORTED);
}

void
s_fresh(int th)
{
    s_thread[th] = (struct s_thread){
        .client = -1, .holder = -1, .saved = -1, .cancel_port = -1,
        .woken_for = -1, .buffer = th % 4 != 3,
        .window = th % 3 != 0 ? 8192 : 0,
    };
}

void
s_ended(int th)
{
    struct s_thread *t = &s_thread[th];

    if (t->client >= 0) {
        drop(t->client);
    }
    CHECK(t->holder < 0 && t->saved < 0);
    s_fresh(th);
}

void
s_clock(uint64_t now)
{
    s_now = now;
    for (;;) {
        int due = -1;

        for (int th = 0; th < THREADS; th++) {
            const struct s_thread *t = &s_thread[th];

            if (waits(t) && (t->m.tag & SYNC_DEADLINE) != 0
                && t->m.deadline <= now
                && (due < 0 || t->m.deadline < s_thread[due].m.deadline)) {
                due = th;
            }
        }
        if (due < 0) {
            return;
        }
        s_wake(due, KERN_OPERATION_TIMED_OUT);
    }
}

static void
bury(int task, mach_port_name_t name, unsigned refs)
{
    for (int i = 0; i < GRAVES; i++) {
        if (s_grave[task][i] == 0) {
            s_grave[task][i] = name;
            s_grave_refs[task][i] = refs;
            return;
        }
    }
    CHECK(!"a task has so many dead names");
}

void
s_port_dies(int port)
{
    struct s_port *p = &s_port[port];
    int th;

    s_join(port, false);
    p->alive = false;
    p->signals = 0;
    p->messages = 0;
    p->cancels.n = 0;
    for (th = 0; th < THREADS; th++) {
        if (s_thread[th].cancel_port == port) {
            s_thread[th].cancel_port = -1;
        }
    }
    while ((th = first(&p->listeners)) >= 0) {
        s_wake(th, KERN_SUCCESS);
    }
    while ((th = first(&p->callers)) >= 0) {
        s_wake(th, KERN_SUCCESS);
    }
    for (int task = 0; task < TASKS; task++) {
        if (p->send[task] != 0) {
            bury(task, p->name[task], p->send[task]);
        }
        p->name[task] = 0;
        p->send[task] = 0;
    }
}

void
s_saved_dropped(int saved)
{
    int client = s_saved[saved].client;

    if (client >= 0) {
        drop(client);
    }
    s_saved[saved].used = false;
}

void
s_saved_message(int saved, unsigned words, const uint64_t *word, uint32_t id)
{
    int client = s_saved[saved].client;
    struct s_thread *c = &s_thread[client];

    if (words > SYNC_REGISTERS && !c->buffer) {
        s_saved_dropped(saved);
        return;
    }
    c->m.tag = SYNC_TAG(id, words);
    memcpy(c->m.words, word, words * sizeof(*word));
    c->got = true;
    c->port = 0;
    s_settle(client);
    s_finish(client, KERN_SUCCESS);
    s_saved[saved].used = false;
}
