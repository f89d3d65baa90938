/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RPCs to the kernel by the short way and by the general one: the same random
 * calls in two worlds, in one with the fast path, and after each everything
 * that can be seen is compared.
 *
 * A world: a task with a ledger of its own and threads; names for its own
 * task port; a reply port that may be in a set, have messages, be waited for
 * by the other threads; and a routine that may wait, or pull the rug from
 * under its own reply.
 */
#include "fast.h"

#define CALLS 60000u
#define WORLDS 100u
#define LIMIT 400000u

struct kworld {
    struct ledger *ledger;
    struct task *task;
    struct host_thread *caller, *other[2];
    struct buffer *out, *in, *others;
    mach_port_name_t reply, second, set, self, dead;
    mach_port_name_t gone; /* was a kernel object's */
    struct ipc_port *held[2]; /* send-once rights to reply, or NULL */
};

enum rug {
    RUG_NONE, RUG_DESTROY, RUG_INSERT, RUG_PROTECT, RUG_POST, RUG_DROP,
    RUG_COMPLEX, RUG_CHARGE, RUG_MOVE, RUG_STATE, RUG_KINDS
};
enum end { END_WAKE, END_ABORT, END_KICK, END_DIE, END_KINDS };

static struct kworld kworlds[2];

/* What one call is to be, for both worlds. */
static struct {
    mach_msg_option_t option;
    mach_msg_size_t size, room;
    mach_msg_bits_t bits;
    unsigned dest, local, from;
    mach_msg_id_t id;
    uint32_t fill;
    unsigned blocks, full;
    enum rug rug;
    enum end end;
    bool nowhere; /* is where it receives to */
    bool bad_message, bad_buffer, two_buffers, waits_set, queued;
    bool in_set;
    unsigned waits;  /* other threads that do */
    unsigned makers; /* whose send-once rights are out: bit 0 the task's own,
                        bit 1 another's */
} plan;
static struct kworld *current;
static unsigned no_senders;

static void
count_no_senders(void *object)
{
    (void)object;
    no_senders++;
}

static mach_port_name_t
new_reply_port(struct kworld *w)
{
    mach_port_name_t name = new_port(w->task);
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_receive(w->task->space, name, &port),
             KERN_SUCCESS);
    port->ip_context = 0x1122334455667788ull;
    return name;
}

/* A send right to an object of the kernel's that has ended. */
static mach_port_name_t
name_of_gone(struct kworld *w)
{
    struct ipc_port *port = ipc_kobject_port(IKOT_TASK, NULL, &ledger_root);
    mach_port_name_t name;

    CHECK_EQ(ipc_object_copyout(w->task->space, ipc_port_make_send(port),
                                MACH_MSG_TYPE_PORT_SEND, &name),
             KERN_SUCCESS);
    ipc_kobject_destroy(port);
    return name;
}

static void
kworld_begin(struct kworld *w)
{
    uint64_t limit[LEDGER_ITEMS] = { LIMIT, LEDGER_UNLIMITED, 1000,
                                     LEDGER_UNLIMITED, LEDGER_UNLIMITED };

    CHECK_EQ(ledger_create(&ledger_root, limit, &w->ledger), KERN_SUCCESS);
    w->task = task_make(w->ledger);
    w->caller = thread_make(w->task);
    w->other[0] = thread_make(w->task);
    w->other[1] = thread_make(w->task);
    w->out = user_alloc(w->task, sizeof(*w->out));
    w->in = user_alloc(w->task, sizeof(*w->in));
    w->others = user_alloc(w->task, sizeof(*w->others));
    w->reply = new_reply_port(w);
    w->second = new_port(w->task);
    w->set = new_set(w->task);
    CHECK_EQ(ipc_object_copyout(w->task->space,
                                ipc_port_make_send(w->task->self),
                                MACH_MSG_TYPE_PORT_SEND, &w->self),
             KERN_SUCCESS);
    w->dead = give_send(w->task, new_port(w->task), w->task);
    CHECK_EQ(ipc_call_mod_refs(w->task->space, w->dead,
                               MACH_PORT_RIGHT_RECEIVE, -1),
             KERN_SUCCESS);
    w->gone = name_of_gone(w);
}

static void
kworld_end(struct kworld *w)
{
    thread_end(w->caller);
    thread_end(w->other[0]);
    thread_end(w->other[1]);
    task_end(w->task);
    CHECK_EQ(w->ledger->le_refs, 1);
    ledger_release(w->ledger);
}

static bool
seldom(unsigned n)
{
    return host_random() % n == 0;
}

static void
draw(void)
{
    static const mach_msg_bits_t others[] = {
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND),
        MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
            | MACH_MSGH_BITS_COMPLEX,
    };

    static const mach_msg_id_t ids[] = { 7000, 7001, 7001, 7003 };

    memset(&plan, 0, sizeof(plan));
    plan.option = MACH_SEND_MSG | MACH_RCV_MSG
                  | MACH_RCV_TRAILER_ELEMENTS(
                      seldom(2) ? host_random() % 6u : 0u)
                  | (seldom(6) ? MACH_RCV_LARGE : 0)
                  | (seldom(4) ? MACH_RCV_INTERRUPT : 0)
                  | (seldom(8) ? MACH_SEND_INTERRUPT : 0)
                  | (seldom(16) ? MACH_RCV_TIMEOUT : 0)
                  | (seldom(16) ? MACH_SEND_TIMEOUT : 0);
    plan.size = 28u + 4u * (host_random() % (seldom(8) ? 120u : 20u));
    plan.size += seldom(64) ? 2u : 0u;
    plan.room = seldom(8) ? host_random() % 120u : 400u;
    plan.bits = seldom(16)
                    ? others[host_random() % 4u]
                    : MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                     MACH_MSG_TYPE_MAKE_SEND_ONCE);
    plan.dest = seldom(3) ? host_random() % 6u : 0;
    plan.local = seldom(16) ? host_random() % 5u : 0;
    plan.from = seldom(16) ? host_random() % 5u : plan.local;
    plan.id = seldom(4) ? 7109 + (mach_msg_id_t)(host_random() % 110u)
                        : ids[host_random() % 4u];
    plan.fill = host_random();
    plan.blocks = seldom(6) ? 1u + host_random() % 2u : 0;
    plan.full = seldom(16) ? host_random() % 3u : 0;
    plan.rug = seldom(4) ? host_random() % RUG_KINDS : RUG_NONE;
    plan.end = host_random() % END_KINDS;
    plan.nowhere = seldom(32);
    plan.bad_message = seldom(40);
    plan.bad_buffer = seldom(24);
    plan.two_buffers = seldom(2);
    plan.waits = seldom(8) ? 1 + host_random() % 2u : 0;
    plan.waits_set = seldom(2);
    plan.queued = seldom(12);
    plan.in_set = seldom(8);
    plan.makers = seldom(8) ? host_random() % 4u : 0;
}

/* A name of the world by its number in the plan. */
static mach_port_name_t
port_name(const struct kworld *w, unsigned i)
{
    const mach_port_name_t names[] = { w->reply, w->second, w->set, w->dead,
                                       MACH_PORT_NULL };

    return names[i];
}

static mach_port_name_t
dest_name(const struct kworld *w, unsigned i)
{
    const mach_port_name_t names[] = { MACH_PORT_TASK_SELF, w->self, w->dead,
                                       w->reply, MACH_PORT_THREAD_SELF,
                                       w->gone };

    return names[i];
}

static struct buffer *
receive_buffer(const struct kworld *w)
{
    return plan.two_buffers ? w->in : w->out;
}

static void
post(struct kworld *w, mach_port_name_t to)
{
    struct ipc_port *port;
    mach_msg_header_t m = { .msgh_size = sizeof(m), .msgh_id = 99 };

    if (ipc_object_copyin(w->task->space, to, MACH_MSG_TYPE_MAKE_SEND, &port)
        == KERN_SUCCESS) {
        CHECK_EQ(ipc_kernel_send(&m, port, NULL, NULL, 0, &ledger_root),
                 KERN_SUCCESS);
        ipc_port_release_send(port);
    }
}

static void
insert(struct kworld *w)
{
    struct ipc_port *port;
    struct ipc_pset *set;

    if (ipc_right_lookup_receive(w->task->space, w->reply, &port)
            == KERN_SUCCESS
        && ipc_right_lookup_pset(w->task->space, w->set, &set)
               == KERN_SUCCESS) {
        (void)ipc_pset_insert(set, port);
    }
}

/* The reply has a port: one descriptor. */
static void
carry_port(mach_msg_header_t *out)
{
    struct ipc_kmsg *k = ipc_kmsg_of(out);
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } *m = (void *)out;

    out->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    out->msgh_size = sizeof(*m);
    m->body.msgh_descriptor_count = 1;
    memset(&m->port, 0, sizeof(m->port));
    m->port.type = MACH_MSG_PORT_DESCRIPTOR;
    m->port.disposition = MACH_MSG_TYPE_PORT_SEND & 0xffu;
    ipc_desc_set(ipc_kmsg_first_descriptor(k),
                 ipc_port_make_send(current->task->self));
}

/* What the routine does to what its reply needs; what it sees of the rights
 * that its request holds is part of the answer. */
static void
pull(mach_msg_header_t *in, mach_msg_header_t *out)
{
    struct ipc_kmsg *k = ipc_kmsg_of(in);
    struct ipc_space *s = current->task->space;

    CHECK(k->ikm_remote == current->task->self);
    if (ip_valid(k->ikm_local)
        && MACH_MSGH_BITS_LOCAL(in->msgh_bits)
               == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        served_word += k->ikm_local->ip_sorights * 16u
                       + ipc_sonce_unused(k->ikm_local)
                       + k->ikm_remote->ip_srights * 256u;
    }
    switch (plan.rug) {
    case RUG_DESTROY:
        (void)ipc_call_destroy(s, current->reply);
        break;
    case RUG_INSERT:
        insert(current);
        break;
    case RUG_PROTECT:
        user_protect(current->task, receive_buffer(current), false);
        break;
    case RUG_POST:
        post(current, current->reply);
        break;
    case RUG_DROP:
        (void)ipc_call_destroy(s, current->self);
        break;
    case RUG_COMPLEX:
        if (plan.id != 7003) {
            carry_port(out);
        }
        break;
    case RUG_CHARGE:
        (void)ledger_charge(current->ledger, LEDGER_KMEM, 1000);
        break;
    case RUG_STATE: /* other registers */
        memset(current->caller->th.th_regs.args, 0,
               sizeof(current->caller->th.th_regs.args));
        break;
    case RUG_MOVE: {
        struct ipc_port *port;

        if (ipc_object_copyin(s, current->reply, MACH_MSG_TYPE_MOVE_RECEIVE,
                              &port)
            == KERN_SUCCESS) {
            CHECK_EQ(ipc_object_copyout(s, port, MACH_MSG_TYPE_PORT_RECEIVE,
                                        &current->reply),
                     KERN_SUCCESS);
        }
        break;
    }
    default:
        break;
    }
}

static void
make_rights(struct kworld *w)
{
    struct ledger *makers[] = { w->ledger, &ledger_root };
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_receive(w->task->space, w->reply, &port),
             KERN_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        w->held[i] = NULL;
        if ((plan.makers & 1u << i) != 0) {
            CHECK_EQ(ipc_sonce_prepare(port, makers[i]), KERN_SUCCESS);
            w->held[i] = ipc_sonce_make(port);
        }
    }
}

static void
prepare(struct kworld *w)
{
    memset(w->in, 0, sizeof(*w->in));
    memset(w->out, (int)(plan.fill & 0xffu), sizeof(*w->out));
    w->out->head = (mach_msg_header_t){
        .msgh_bits = plan.bits,
        .msgh_remote_port = dest_name(w, plan.dest),
        .msgh_local_port = port_name(w, plan.local),
        .msgh_voucher_port = plan.fill,
        .msgh_id = plan.id,
    };
    make_rights(w);
    if (plan.in_set) {
        insert(w);
    }
    if (plan.queued) {
        post(w, w->reply);
    }
    for (unsigned i = 0; i < plan.waits; i++) {
        struct msg_args a = { .message = w->others,
                              .option = MACH_RCV_MSG,
                              .rcv_size = sizeof(*w->others),
                              .rcv_name = plan.waits_set ? w->set
                                                         : w->reply };

        (void)host_msg(w->other[i], &a);
    }
    if (plan.bad_message) {
        user_protect(w->task, w->out, false);
    }
    if (plan.bad_buffer) {
        user_protect(w->task, receive_buffer(w), false);
    }
}

/* Only so much is left of the budget, while the call is made. */
static uint64_t
fill_up(struct kworld *w)
{
    static const uint64_t left[] = { 0, 100, 2600 };
    uint64_t n = LIMIT - w->ledger->le_used[LEDGER_KMEM] - left[plan.full];

    CHECK_EQ(ledger_charge(w->ledger, LEDGER_KMEM, n), KERN_SUCCESS);
    return n;
}

static void
end_wait(struct kworld *w)
{
    for (unsigned i = 0;
         i < 3 && w->caller->th.th_state == TH_WAITING; i++) {
        switch (plan.end) {
        case END_ABORT:
            abort_thread(w->caller);
            break;
        case END_KICK:
            kick_thread(w->caller);
            break;
        case END_DIE:
            thread_end(w->caller);
            w->caller = thread_make(w->task);
            break;
        default:
            (void)wait_queue_wake_all(&served_wait, KERN_SUCCESS);
            break;
        }
        (void)run_ready();
    }
}

static void
call(struct kworld *w, bool fast)
{
    struct msg_args a = { .message = w->out,
                          .option = plan.option,
                          .send_size = plan.size,
                          .rcv_size = plan.room,
                          .rcv_name = port_name(w, plan.from) };
    uint64_t full;

    current = w;
    prepare(w);
    if (plan.two_buffers) {
        a.option |= MACH_RCV_OVERWRITE;
        a.rcv_message = w->in;
    }
    if (plan.nowhere) {
        a.option |= MACH_RCV_OVERWRITE;
        a.rcv_message = (void *)(uintptr_t)(plan.fill % 2 == 0
                                                ? VM_MAX_ADDRESS + 8
                                                : VM_MAX_ADDRESS - 8);
    }
    full = plan.full != 0 ? fill_up(w) : 0;
    served_word = 0;
    served_block = plan.blocks;
    served_do = pull;
    host_fast = fast;
    (void)host_msg(w->caller, &a);
    host_fast = false;
    (void)run_ready();
    end_wait(w);
    served_do = NULL;
    served_block = 0;
    ledger_uncharge(w->ledger, LEDGER_KMEM, full);
}

/* Everything is as it was, for the next call. */
static void
settle(struct kworld *w)
{
    struct host_thread *all[] = { w->caller, w->other[0], w->other[1] };

    for (unsigned i = 0; i < 3; i++) {
        if (all[i]->th.th_state == TH_WAITING) {
            abort_thread(all[i]);
        }
        (void)run_ready();
        all[i]->th.th_ast = 0;
    }
    user_protect(w->task, w->in, true);
    user_protect(w->task, w->out, true);
    ipc_port_release_sonce(w->held[0]);
    ipc_port_release_sonce(w->held[1]);
    (void)ipc_call_destroy(w->task->space, w->reply);
    w->reply = new_reply_port(w);
    (void)ipc_call_destroy(w->task->space, w->second);
    w->second = new_port(w->task);
    (void)ipc_call_destroy(w->task->space, w->gone);
    w->gone = name_of_gone(w);
    if (type_of(w->task, w->self) == 0) {
        CHECK_EQ(ipc_object_copyout(w->task->space,
                                    ipc_port_make_send(w->task->self),
                                    MACH_MSG_TYPE_PORT_SEND, &w->self),
                 KERN_SUCCESS);
    }
    reap_all();
}

static void
same(struct kworld *a, struct kworld *b)
{
    struct thread *v = &a->caller->th, *w = &b->caller->th;

    CHECK_EQ(a->caller->result, b->caller->result);
    CHECK_EQ(v->th_state, w->th_state);
    CHECK_EQ(v->th_ipc_wait, w->th_ipc_wait);
    CHECK_EQ(v->th_ast, w->th_ast);
    CHECK_EQ(v->th_trap_deadline, w->th_trap_deadline);
    CHECK_EQ(v->th_regs.args[1], w->th_regs.args[1]);
    for (unsigned i = 0; i < 2; i++) {
        CHECK_EQ(a->other[i]->result, b->other[i]->result);
        CHECK_EQ(a->other[i]->th.th_state, b->other[i]->th.th_state);
        /* Who waits, and in which order? */
        CHECK_EQ(a->other[i]->th.th_wait_link.next
                     == &a->other[1 - i]->th.th_wait_link,
                 b->other[i]->th.th_wait_link.next
                     == &b->other[1 - i]->th.th_wait_link);
    }
    CHECK_EQ(memcmp(a->in, b->in, sizeof(*a->in)), 0);
    CHECK_EQ(memcmp(a->out, b->out, sizeof(*a->out)), 0);
    CHECK_EQ(memcmp(a->others, b->others, sizeof(*a->others)), 0);
    CHECK_EQ(a->task->self->ip_srights, b->task->self->ip_srights);
    CHECK_EQ(a->task->self->ip_object.io_refs,
             b->task->self->ip_object.io_refs);
    for (unsigned i = 0; i < LEDGER_ITEMS; i++) {
        CHECK_EQ(a->ledger->le_used[i], b->ledger->le_used[i]);
    }
    CHECK_EQ(a->ledger->le_refs, b->ledger->le_refs);
    same_spaces(a->task->space, b->task->space);
}

static void
kernel_fast_is_general(void)
{
    unsigned taken = host_kernel_taken, gone = 0;

    ipc_kobject_set_no_senders(IKOT_TASK, count_no_senders);
    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        census_begin();
        host_random_seed(seed);
        kworld_begin(&kworlds[0]);
        kworld_begin(&kworlds[1]);
        for (unsigned n = 0; n < CALLS / WORLDS; n++) {
            uint32_t word[2];
            unsigned count[2], unsent[2];

            draw();
            for (unsigned i = 0; i < 2; i++) {
                served = no_senders = 0;
                call(&kworlds[i], i == 0);
                word[i] = served_word;
                count[i] = served;
                unsent[i] = no_senders;
            }
            CHECK_EQ(count[0], count[1]);
            CHECK_EQ(unsent[0], unsent[1]);
            gone += unsent[0];
            CHECK_EQ(word[0], word[1]);
            same(&kworlds[0], &kworlds[1]);
            for (unsigned i = 0; i < 2; i++) {
                settle(&kworlds[i]);
                if (plan.rug == RUG_CHARGE && count[i] != 0) {
                    ledger_uncharge(kworlds[i].ledger, LEDGER_KMEM,
                                    1000u * count[i]);
                }
            }
        }
        kworld_end(&kworlds[0]);
        kworld_end(&kworlds[1]);
        census_end();
    }
    /* It must have been there to be compared. */
    CHECK(host_kernel_taken - taken > CALLS / 3);
    CHECK(gone > 0);
    ipc_kobject_set_no_senders(IKOT_TASK, NULL);
}

/* By a borrowed name and by one of the task's own. */
static void
kernel_fast_is_taken(void)
{
    struct kworld *w = &kworlds[0];

    census_begin();
    kworld_begin(w);
    for (unsigned i = 0; i < 2; i++) {
        unsigned taken = host_kernel_taken;

        memset(&plan, 0, sizeof(plan));
        plan.option = MACH_SEND_MSG | MACH_RCV_MSG;
        plan.bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE);
        plan.size = 32;
        plan.room = 400;
        plan.id = 7001;
        plan.dest = i;
        call(w, true);
        CHECK_EQ(host_kernel_taken - taken, 1);
        CHECK_EQ(w->caller->result, MACH_MSG_SUCCESS);
        settle(w);
    }
    kworld_end(w);
    census_end();
}

const struct test fast_kernel_tests[] = {
    { "an RPC to the kernel by the short way is one", kernel_fast_is_general },
    { "an RPC to the kernel goes the short way", kernel_fast_is_taken },
    { NULL, NULL },
};
