/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/sync against a specification: random calls of a few tasks, with the
 * fast path and without, and after each everything that can be seen is
 * compared.
 *
 *   sync [-s SEED] [-n CALLS] [-v] [-w SHOWN]
 */
#include <unistd.h>
#include <mach/traps.h>
#include <machine/clock.h>
#include "sync_test.h"

#define WORLDS 30u

static unsigned calls = 60000, seed = 1, counter, step, shown;
static bool verbose, calm; /* calm: little happens besides RPCs */
static unsigned acts;

static bool
chance(unsigned of)
{
    return host_random() % of == 0;
}

static int
draw(int below)
{
    return (int)(host_random() % (unsigned)below);
}

/* ---- what is said ---- */

static void
draw_content(int th, struct message *m)
{
    int task = task_of(th);

    if (chance(5)) {
        m->tag |= SYNC_RIGHT;
        m->right = chance(12) ? 0x7f00u : s_port[draw(PORTS)].name[task];
        m->disposition = chance(3)   ? MACH_MSG_TYPE_MOVE_SEND
                         : chance(3) ? MACH_MSG_TYPE_MAKE_SEND
                                     : MACH_MSG_TYPE_COPY_SEND;
    }
    if (chance(8)) {
        m->tag |= chance(2) ? SYNC_MAP : SYNC_GRANT;
        m->tag |= chance(16) ? SYNC_MAP : 0;
        m->source = chance(6) ? BAD_SOURCE : 4096u * (host_random() % 64u + 1);
        m->size = chance(4) ? 16384 : 4096;
    }
}

static void
draw_message(int th, struct message *m)
{
    unsigned count = chance(5) ? host_random() % 74u : host_random() % 9u;

    memset(m, 0, sizeof(*m));
    m->tag = SYNC_TAG(host_random(), count);
    for (unsigned i = 0; i < SYNC_WORDS; i++) {
        m->words[i] = (uint64_t)++counter << 8 | i;
    }
    if (chance(3)) {
        draw_content(th, m);
    }
    m->tag |= chance(2) ? SYNC_TAKE_RIGHT : 0;
    m->tag |= chance(2) ? SYNC_TAKE_MAP : 0;
    m->tag |= chance(calm ? 40 : 6) ? SYNC_NOWAIT : 0;
    m->tag |= chance(3) ? SYNC_INTERRUPTIBLE : 0;
    m->tag |= chance(60) ? 0x80000u : 0;
    if (!s_thread[th].buffer && !chance(6)) {
        m->tag &= ~(uint64_t)(SYNC_TAKE_RIGHT | SYNC_TAKE_MAP);
    }
    if (chance(calm ? 40 : 6)) {
        m->tag |= SYNC_DEADLINE;
        m->deadline = chance(10) ? 1
                                 : (s_now / 16 + 1 + host_random() % 20) * 16
                                       + (unsigned)th;
    }
}

static mach_port_name_t
odd_name(int task)
{
    const struct s_saved *saved = &s_saved[draw(SAVED)];

    switch (draw(4)) {
    case 0:
        return s_set[task].name;
    case 1:
        return s_grave[task][draw(GRAVES)];
    case 2:
        return saved->used && saved->task == task ? saved->name : 0x7f00u;
    default:
        return 0x7f00u;
    }
}

static mach_port_name_t
dest_name(int th)
{
    int task = task_of(th), port = draw(PORTS);

    for (int i = 0; i < 8 && calm && s_listener(port) < 0; i++) {
        port = draw(PORTS);
    }
    return chance(15) ? odd_name(task) : s_port[port].name[task];
}

static mach_port_name_t
listen_name(int th)
{
    int task = task_of(th), port = task + TASKS * draw(2);

    if (chance(20)) {
        return dest_name(th);
    }
    return port >= PORTS || calm || chance(2) ? s_set[task].name
                                      : s_port[port].name[task];
}

static mach_port_name_t
reply_name(int th)
{
    for (int i = 0; i < SAVED; i++) {
        if (s_saved[i].used && s_saved[i].task == task_of(th) && chance(2)) {
            return s_saved[i].name;
        }
    }
    return MACH_PORT_NULL;
}

/* ---- what threads do ---- */

static void
trap(int th, unsigned number, mach_port_name_t name, bool (*spec)(int))
{
    struct s_thread *t = &s_thread[th];
    struct message m;

    draw_message(th, &m);
    if (verbose) {
        printf("# %u: thread %d trap %u name %x tag %lx\n", step, th, number,
               name, (unsigned long)m.tag);
    }
    k_trap(th, number, name, &m);
    t->m = m;
    t->name = name;
    t->got = false;
    if (!spec(th)) {
        t->waits = RUNS;
    }
}

static void
save_reply(int th)
{
    mach_port_name_t cancel =
        chance(3) ? MACH_PORT_NULL
                  : chance(10) ? dest_name(th)
                               : s_port[task_of(th)].name[task_of(th)];
    mach_port_name_t name;
    kern_return_t kr, want;
    int i = 0;

    while (i < SAVED && s_saved[i].used) {
        i++;
    }
    if (i == SAVED) {
        return;
    }
    kr = k_save_reply(th, cancel, ++counter, &name);
    want = s_save_reply(th, cancel, counter, i);
    CHECK_EQ(kr, want);
    if (kr == KERN_SUCCESS) {
        s_saved[i].name = name;
    }
}

static void
notify(int th)
{
    mach_port_name_t name = dest_name(th);
    uint64_t bits = chance(8) ? 0 : 1ull << draw(64);
    kern_return_t kr;

    thread_enter(k_thread[th]);
    k_thread[th]->th.th_regs.sync_name = name;
    kr = sync_notify_trap(name, bits);
    CHECK_EQ(kr, s_notify(th, name, bits));
}

static void
act(int th)
{
    bool serves = th >= THREADS / 3;
    const struct s_thread *t = &s_thread[th];

    switch (draw(serves ? 16 : 10)) {
    case 0:
        trap(th, TRAP_sync_send, chance(2) ? MACH_PORT_NULL : reply_name(th),
             s_send);
        break;
    case 1:
        trap(th, TRAP_sync_send, dest_name(th), s_send);
        break;
    case 2:
        notify(th);
        break;
    case 3:
        save_reply(th);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        trap(th, TRAP_sync_call, dest_name(th), s_call);
        break;
    case 8:
        trap(th, TRAP_sync_reply_wait, listen_name(th), s_reply_wait);
        break;
    default:
        if (t->client >= 0 && !chance(6)) {
            trap(th, TRAP_sync_reply_wait, listen_name(th), s_reply_wait);
        } else {
            trap(th, TRAP_sync_receive, listen_name(th), s_receive);
        }
        break;
    }
}

/* ---- what else happens ---- */

static void
rights(int task)
{
    int p = draw(PORTS);
    struct s_port *port = &s_port[p];
    struct ipc_space *s = k_task[task]->space;

    if (!port->alive) {
        return;
    }
    if (port->send[task] == 0 || chance(3)) {
        mach_port_name_t name = give_send(k_task[p % TASKS],
                                          port->name[p % TASKS],
                                          k_task[task]);

        CHECK(port->name[task] == 0 || port->name[task] == name);
        port->name[task] = name;
        port->send[task]++;
    } else {
        CHECK_EQ(ipc_call_mod_refs(s, port->name[task], MACH_PORT_RIGHT_SEND,
                                   -1),
                 KERN_SUCCESS);
        if (--port->send[task] == 0 && p % TASKS != task) {
            port->name[task] = 0;
        }
    }
}

static void
port_ends(int p)
{
    int owner = p % TASKS;

    CHECK_EQ(ipc_call_mod_refs(k_task[owner]->space, s_port[p].name[owner],
                               MACH_PORT_RIGHT_RECEIVE, -1),
             KERN_SUCCESS);
    s_port_dies(p);
    run_ready();
    s_run();
    reap_all();
    k_compare();
    for (int t = 0; t < TASKS; t++) {
        for (int i = 0; i < GRAVES; i++) {
            if (s_grave[t][i] != 0 && chance(2)) {
                CHECK_EQ(ipc_call_destroy(k_task[t]->space, s_grave[t][i]),
                         KERN_SUCCESS);
                s_grave[t][i] = 0;
            }
        }
    }
    k_port_make(p);
}

static void
saved(int i)
{
    struct s_saved *r = &s_saved[i];
    struct ipc_port *port;
    uint64_t word[20];
    unsigned n = host_random() % 20;
    int to = draw(TASKS);

    if (!r->used) {
        return;
    }
    if (r->client < 0 || chance(4)) {
        CHECK_EQ(ipc_call_deallocate(k_task[r->task]->space, r->name),
                 KERN_SUCCESS);
        s_saved_dropped(i);
    } else if (chance(3)) {
        for (unsigned w = 0; w < n; w++) {
            word[w] = ++counter;
        }
        k_saved_message(i, n, word, counter);
        s_saved_message(i, n, word, counter);
    } else {
        CHECK_EQ(ipc_object_copyin(k_task[r->task]->space, r->name,
                                   MACH_MSG_TYPE_MOVE_SEND_ONCE, &port),
                 KERN_SUCCESS);
        CHECK_EQ(ipc_object_copyout(k_task[to]->space, port,
                                    MACH_MSG_TYPE_PORT_SEND_ONCE, &r->name),
                 KERN_SUCCESS);
        r->task = to;
    }
}

static void
join(int p)
{
    int t = p % TASKS;
    struct ipc_pset *set;
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_pset(k_task[t]->space, s_set[t].name, &set),
             KERN_SUCCESS);
    CHECK_EQ(ipc_right_lookup_receive(k_task[t]->space, s_port[p].name[t],
                                      &port),
             KERN_SUCCESS);
    if (s_port[p].in_set) {
        CHECK_EQ(ipc_pset_remove(set, port), KERN_SUCCESS);
        s_join(p, false);
    } else {
        CHECK_EQ(ipc_pset_insert(set, port), KERN_SUCCESS);
        s_join(p, true);
    }
}

static void
thread_ends(int th)
{
    s_end(th);
    s_run();
    k_thread_end(th);
    s_ended(th);
    s_run();
    k_thread_make(th);
}

/* A debugger gives a thread that waits another name. */
static void
other_name(int th)
{
    struct s_thread *t = &s_thread[th];

    if (t->waits != RUNS && !t->ready) {
        t->name = chance(2) ? listen_name(th) : dest_name(th);
        k_thread[th]->th.th_regs.sync_name = t->name;
    }
}

/* Whoever owes an answer gives it, or drops it, when the caller has just been
 * woken by something else. */
static void
too_late(int th)
{
    int client = s_thread[th].client;

    if (client < 0 || s_thread[th].waits != RUNS || s_thread[th].got) {
        return;
    }
    abort_thread(k_thread[client]);
    s_abort(client);
    switch (draw(3)) {
    case 0:
        trap(th, TRAP_sync_send, MACH_PORT_NULL, s_send);
        break;
    case 1:
        trap(th, TRAP_sync_receive, listen_name(th), s_receive);
        break;
    default:
        trap(th, TRAP_sync_reply_wait, listen_name(th), s_reply_wait);
        break;
    }
}

static void
event(void)
{
    int th = draw(THREADS), p = draw(PORTS), t = draw(TASKS), what = draw(16);

    if (verbose) {
        printf("# %u: event %d thread %d port %d task %d\n", step, what, th, p,
               t);
    }
    switch (what) {
    case 0:
    case 1:
        /* One that is latched keeps the thread off the fast path. */
        if (s_thread[th].waits != RUNS || chance(20)) {
            abort_thread(k_thread[th]);
            s_abort(th);
        }
        break;
    case 2:
        if ((s_thread[th].waits != RUNS
             && (s_thread[th].m.tag & SYNC_INTERRUPTIBLE) != 0)
            || (!calm && chance(40))) {
            kick_thread(k_thread[th]);
            s_kick(th);
        }
        break;
    case 3:
    case 4:
        host_clock_advance(64);
        s_clock(s_now + 64);
        break;
    case 5:
    case 6:
        rights(t);
        break;
    case 7:
        if (chance(3)) {
            port_ends(p);
        }
        break;
    case 8:
        saved(draw(SAVED));
        break;
    case 9:
        join(p);
        break;
    case 10:
        if (chance(3)) {
            thread_ends(th);
        }
        break;
    case 11:
        if (s_port[p].send[t] != 0 && (!calm || chance(4))) {
            k_message(t, p);
            s_message(p);
        }
        break;
    case 12:
        other_name(th);
        break;
    case 13:
        too_late(th);
        break;
    default:
        if (s_port[p].messages != 0) {
            k_message_taken(p);
            s_message_taken(p);
        }
        break;
    }
}

static void
settle(void)
{
    run_ready();
    s_run();
    if (step >= shown && shown != 0) {
        k_show();
        shown = 0;
    }
    k_compare();
}

static void
one(void)
{
    int th = draw(THREADS);

    if (s_thread[th].got) {
        settle(); /* before its registers are others */
    }
    step++;
    if (s_thread[th].waits == RUNS && !chance(calm ? 50 : 4)) {
        acts++;
        act(th);
    } else if (!calm || chance(8)) {
        event();
    }
    if (chance(2)) {
        return; /* more happens before those who were woken run */
    }
    settle();
}

static void
world(bool fast)
{
    calm = host_random() % 2 != 0;
    k_begin(fast);
    s_now = clock_uptime();
    for (int p = 0; p < PORTS && calm; p++) {
        join(p);
    }
    for (unsigned i = 0; i < calls / WORLDS; i++) {
        one();
    }
    for (int th = 0; th < THREADS; th++) {
        settle();
        thread_ends(th);
    }
    settle();
    for (int th = 0; th < THREADS; th++) {
        thread_end(k_thread[th]);
    }
    k_end();
}

static void
run(bool fast)
{
    unsigned taken = 0;

    step = 0;
    for (unsigned w = 0; w < WORLDS; w++) {
        host_random_seed(seed * 1000 + w);
        world(fast);
        taken += host_fast_taken;
    }
    printf("# %u of %u calls on the fast path\n", taken, acts);
    CHECK(fast ? taken > acts / 40 : taken == 0);
    acts = 0;
}

int
main(int argc, char **argv)
{
    int c;

    while ((c = getopt(argc, argv, "s:n:w:v")) != -1) {
        if (c == 's') {
            seed = (unsigned)atoi(optarg);
        } else if (c == 'n') {
            calls = (unsigned)atoi(optarg);
        } else if (c == 'w') {
            shown = (unsigned)atoi(optarg);
        } else if (c == 'v') {
            verbose = true;
        } else {
            return 2;
        }
    }
    ipc_setup();
    run(false);
    printf("ok 1 - the general paths do what is specified\n");
    run(true);
    printf("ok 2 - so do the fast ones\n");
    test_windows();
    printf("ok 3 - an interrupt may come where they let it\n1..3\n");
    return 0;
}
