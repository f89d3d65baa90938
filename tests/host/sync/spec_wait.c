/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The specification: who waits where, what ends it, and what goes from one
 * thread to another.
 */
#include "sync_test.h"

struct s_thread s_thread[THREADS];
struct s_port s_port[PORTS];
struct s_set s_set[TASKS];
struct s_saved s_saved[SAVED];
struct numbers s_ready;
mach_port_name_t s_grave[TASKS][GRAVES];
unsigned s_grave_refs[TASKS][GRAVES];
uint64_t s_now;

void
put(struct numbers *l, int x)
{
    CHECK(l->n < THREADS + PORTS);
    l->at[l->n++] = x;
}

bool
in(const struct numbers *l, int x)
{
    for (int i = 0; i < l->n; i++) {
        if (l->at[i] == x) {
            return true;
        }
    }
    return false;
}

bool
take_out(struct numbers *l, int x)
{
    for (int i = 0; i < l->n; i++) {
        if (l->at[i] == x) {
            l->n--;
            memmove(l->at + i, l->at + i + 1,
                    (size_t)(l->n - i) * sizeof(l->at[0]));
            return true;
        }
    }
    return false;
}

int
first(const struct numbers *l)
{
    return l->n == 0 ? -1 : l->at[0];
}

/* ---- waiting ---- */

static struct numbers *
listeners(int object)
{
    return object < PORTS ? &s_port[object].listeners
                          : &s_set[object - PORTS].listeners;
}

/* Something latched ends a wait before it begins. */
static kern_return_t
latched(struct s_thread *t)
{
    if (t->ends) {
        return KERN_ABORTED;
    }
    if (t->abort) {
        t->abort = false;
        return KERN_ABORTED;
    }
    if (t->kick && (t->m.tag & SYNC_INTERRUPTIBLE) != 0) {
        t->kick = false;
        return KERN_INTERRUPTED;
    }
    if ((t->m.tag & SYNC_DEADLINE) != 0 && t->m.deadline <= s_now) {
        return KERN_OPERATION_TIMED_OUT;
    }
    return KERN_SUCCESS;
}

/* False: it does not wait, for the reason in .code. */
bool
s_wait(int th, enum waits what)
{
    struct s_thread *t = &s_thread[th];

    t->code = latched(t);
    if (t->code != KERN_SUCCESS) {
        return false;
    }
    t->waits = what;
    t->ready = t->done = false;
    if (what == LISTENS) {
        put(listeners(t->object), th);
    } else if (what != IS_OWED) {
        put(&s_port[t->object].callers, th);
    }
    return true;
}

/* Its wait, if it waits, is over. */
void
s_wake(int th, kern_return_t code)
{
    struct s_thread *t = &s_thread[th];

    if (t->waits == RUNS || t->ready) {
        return;
    }
    if (t->waits == LISTENS) {
        CHECK(take_out(listeners(t->object), th));
    } else if (t->waits != IS_OWED) {
        CHECK(take_out(&s_port[t->object].callers, th));
    }
    t->ready = true;
    t->code = code;
    put(&s_ready, th);
}

void
s_finish(int th, kern_return_t code)
{
    s_wake(th, code);
    s_thread[th].done = true;
    s_thread[th].code = code;
}

/* ---- what a port has for listeners ---- */

static bool
has_some(const struct s_port *p)
{
    return p->callers.n != 0 || p->cancels.n != 0 || p->signals != 0;
}

void
s_changed(int port)
{
    struct numbers *calls = &s_set[port % TASKS].calls;

    if (!s_port[port].in_set) {
        return;
    }
    if (!has_some(&s_port[port])) {
        take_out(calls, port);
    } else if (!in(calls, port)) {
        put(calls, port);
    }
}

int
s_listener(int port)
{
    int th = first(&s_port[port].listeners);

    return th < 0 && s_port[port].in_set
               ? first(&s_set[port % TASKS].listeners)
               : th;
}

/* ---- one message ---- */

kern_return_t
s_tag(int th)
{
    const struct s_thread *t = &s_thread[th];
    uint64_t tag = t->m.tag, known = ~0ull << 32 | 0x7ffffu;
    unsigned count = tag & SYNC_COUNT;
    uint64_t by_buffer = SYNC_RIGHT | SYNC_MAP | SYNC_GRANT | SYNC_TAKE_RIGHT
                         | SYNC_TAKE_MAP;

    if ((tag & ~known) != 0 || count > SYNC_WORDS
        || ((tag & SYNC_MAP) != 0 && (tag & SYNC_GRANT) != 0)
        || ((count > SYNC_REGISTERS || (tag & by_buffer) != 0)
            && !t->buffer)) {
        return KERN_INVALID_ARGUMENT;
    }
    return KERN_SUCCESS;
}

/* The port whose right a task would send; RIGHT_*. */
static int
right_sent(int task, const struct message *m, kern_return_t *code)
{
    *code = KERN_SUCCESS;
    if (m->right == MACH_PORT_NULL) {
        return RIGHT_NONE;
    }
    for (int p = 0; p < PORTS; p++) {
        const struct s_port *port = &s_port[p];

        if (port->alive && m->right != 0 && port->name[task] == m->right) {
            bool can = m->disposition == MACH_MSG_TYPE_MAKE_SEND
                           ? p % TASKS == task
                           : port->send[task] != 0;

            *code = can ? KERN_SUCCESS : KERN_INVALID_RIGHT;
            return p;
        }
    }
    for (int i = 0; i < GRAVES; i++) {
        if (s_grave[task][i] == m->right) {
            *code = m->disposition == MACH_MSG_TYPE_MAKE_SEND
                        ? KERN_INVALID_RIGHT
                        : KERN_SUCCESS;
            return RIGHT_DEAD;
        }
    }
    *code = KERN_INVALID_NAME;
    return RIGHT_NONE;
}

static void
dead_goes(int task, mach_port_name_t name)
{
    for (int i = 0; i < GRAVES; i++) {
        if (s_grave[task][i] == name && --s_grave_refs[task][i] == 0) {
            s_grave[task][i] = 0;
        }
    }
}

static void
right_goes(int port, int from, int to, const struct message *m)
{
    struct s_port *p;
    uint32_t disposition = m->disposition;

    if (port < 0) {
        if (port == RIGHT_DEAD && disposition == MACH_MSG_TYPE_MOVE_SEND) {
            dead_goes(from, m->right);
        }
        return;
    }
    p = &s_port[port];
    if (disposition == MACH_MSG_TYPE_MOVE_SEND && --p->send[from] == 0
        && port % TASKS != from) {
        p->name[from] = 0;
    }
    p->send[to]++; /* a new name is learnt when it is seen */
}

kern_return_t
s_transfer(int from, int to, uint64_t kind)
{
    struct s_thread *a = &s_thread[from], *b = &s_thread[to];
    uint64_t tag = a->m.tag, memory = tag & (SYNC_MAP | SYNC_GRANT);
    unsigned count = tag & SYNC_COUNT;
    int right = RIGHT_NONE;
    kern_return_t kr = s_tag(from);

    if (kr != KERN_SUCCESS) {
        return kr;
    }
    if (((count > SYNC_REGISTERS || (tag & SYNC_RIGHT) != 0 || memory != 0)
         && !b->buffer)
        || ((tag & SYNC_RIGHT) != 0 && (b->m.tag & SYNC_TAKE_RIGHT) == 0)
        || (memory != 0 && (b->m.tag & SYNC_TAKE_MAP) == 0)) {
        return KERN_NO_ACCESS;
    }
    if ((tag & SYNC_RIGHT) != 0) {
        right = right_sent(task_of(from), &a->m, &kr);
    }
    if (kr == KERN_SUCCESS && memory != 0) {
        kr = a->m.size > b->window         ? KERN_NO_ACCESS
             : a->m.source == BAD_SOURCE ? KERN_INVALID_ADDRESS
                                         : KERN_SUCCESS;
    }
    if (kr != KERN_SUCCESS) {
        return kr;
    }
    b->m.tag = (tag & (~0ull << 32 | SYNC_COUNT | SYNC_RIGHT | memory)) | kind;
    memcpy(b->m.words, a->m.words, count * sizeof(uint64_t));
    b->right_port = right;
    b->got = true;
    b->port = 0;
    if ((tag & SYNC_RIGHT) != 0) {
        right_goes(right, task_of(from), task_of(to), &a->m);
    }
    b->shown = a->m.source;
    b->shown_size = a->m.size;
    return KERN_SUCCESS;
}

/* ---- answers that are owed ---- */

/* Nobody owes client one any more. */
void
s_settle(int client)
{
    struct s_thread *c = &s_thread[client];

    if (c->holder >= 0) {
        s_thread[c->holder].client = -1;
        c->holder = -1;
    }
    c->cancelled = false;
    if (c->cancel_port >= 0) {
        take_out(&s_port[c->cancel_port].cancels, client);
        s_changed(c->cancel_port);
        c->cancel_port = -1;
    }
    if (c->saved >= 0) {
        s_saved[c->saved].client = -1; /* a dead name */
        c->saved = -1;
    }
}

/* The caller wants its answer now: whoever has saved the right is told. */
void
s_cancel(int client)
{
    struct s_thread *c = &s_thread[client];
    int port = c->cancel_port;

    c->cancelled = true;
    if (port >= 0 && !in(&s_port[port].cancels, client)) {
        put(&s_port[port].cancels, client);
        s_changed(port);
        if (s_listener(port) >= 0) {
            s_wake(s_listener(port), KERN_SUCCESS);
        }
    }
}

static bool
owed_ended(int th)
{
    struct s_thread *t = &s_thread[th];

    if (t->holder < 0 && t->saved < 0) {
        return true;
    }
    if (t->code == KERN_OPERATION_TIMED_OUT || t->ends) {
        s_settle(th);
        return true;
    }
    s_cancel(th);
    return false; /* it waits on */
}

bool
s_await(int th)
{
    while (!s_wait(th, IS_OWED)) {
        if (owed_ended(th)) {
            return false;
        }
    }
    return true;
}

/* ---- those whose wait has ended ---- */

static void
wake_for_message(int port)
{
    int th = s_listener(port);

    if (th >= 0) {
        s_thread[th].woken_for = port;
        s_wake(th, KERN_SUCCESS);
    }
}

/* It was to see to a message of that port: did it? */
static void
pass_on(int port, const struct s_thread *t, bool waits)
{
    bool told = !waits && t->code == KERN_SUCCESS
                && (t->m.tag & SYNC_KIND) == SYNC_KIND_MESSAGE
                && t->port == s_port[port].name[port % TASKS];

    if (!told && s_port[port].alive && s_port[port].messages != 0) {
        wake_for_message(port);
    }
}

static bool
looks_again(int th)
{
    struct s_thread *t = &s_thread[th];
    enum waits what = t->waits;
    int port, object = t->object, woken_for = t->woken_for;
    bool waits = false;

    t->waits = RUNS;
    t->woken_for = -1;
    switch (what) {
    case CALLS:
    case SENDS:
        s_changed(t->object);
        if (t->code == KERN_SUCCESS) {
            t->code = s_dest(th, t->name, &port, NULL);
            waits = t->code == KERN_SUCCESS
                    && s_send_to(th, port, what == CALLS);
        }
        return waits;
    case LISTENS:
        if (t->code == KERN_SUCCESS) {
            t->code = s_object(th);
            if (t->code == KERN_SUCCESS && t->object != object) {
                t->code = KERN_INVALID_NAME;
            }
            waits = t->code == KERN_SUCCESS && s_listen(th);
        }
        if (woken_for >= 0) {
            pass_on(woken_for, t, waits);
        }
        return waits;
    case IS_OWED:
        return !owed_ended(th) && s_await(th);
    default:
        return false;
    }
}

void
s_look(int th)
{
    struct s_thread *t = &s_thread[th];

    t->ready = false;
    if (t->done || !looks_again(th)) {
        t->waits = RUNS;
        t->done = true;
    }
}

void
s_run(void)
{
    int th;

    while ((th = first(&s_ready)) >= 0) {
        take_out(&s_ready, th);
        s_look(th);
    }
}

void
s_message(int port)
{
    struct s_port *p = &s_port[port];
    struct numbers *ready = &s_set[port % TASKS].ready;

    if (p->messages == QLIMIT) {
        return;
    }
    p->messages++;
    if (p->in_set && !in(ready, port)) {
        put(ready, port);
    }
    wake_for_message(port);
}

void
s_message_taken(int port)
{
    struct s_port *p = &s_port[port];
    struct numbers *ready = &s_set[port % TASKS].ready;

    p->messages--;
    if (p->in_set) {
        take_out(ready, port);
        if (p->messages != 0) {
            put(ready, port);
        }
    }
}

void
s_join(int port, bool is_in)
{
    struct s_port *p = &s_port[port];
    struct s_set *set = &s_set[port % TASKS];
    int th;

    p->in_set = is_in;
    take_out(&set->calls, port);
    take_out(&set->ready, port);
    if (!is_in) {
        return;
    }
    if (p->messages != 0) {
        put(&set->ready, port);
    }
    for (unsigned i = 0; i < p->messages; i++) {
        th = first(&set->listeners);
        if (th >= 0) {
            s_thread[th].woken_for = port;
            s_wake(th, KERN_SUCCESS);
        }
    }
    s_changed(port);
    if (has_some(p)) {
        while ((th = first(&set->listeners)) >= 0) {
            s_wake(th, KERN_SUCCESS);
        }
    }
}
