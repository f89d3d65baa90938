/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path against the general one: the same random calls of mach_msg in
 * two worlds, in one with the fast path, and after each call everything that
 * can be seen is compared: results, buffers, tables of names, counts.
 *
 * The world is that of fast.h.
 */
#include "fast.h"

#define CALLS 40000u
#define WORLDS 400u

static struct twin twins[2];

/* Rights that a call may have moved away: receive and send-once right, a dead
 * name, and a right whose port's end somebody waits for. */
static void
lend(struct twin *t)
{
    struct task *c = t->client.task, *s = t->server.task;

    if ((type_of(c, t->rights[0]) & MACH_PORT_TYPE_RECEIVE) == 0) {
        t->rights[0] = new_port(c);
    }
    if (type_of(c, t->rights[5]) != MACH_PORT_TYPE_SEND_ONCE) {
        t->rights[5] = make_sonce(s, t->spare, c);
    }
    if (type_of(c, t->rights[6]) != MACH_PORT_TYPE_DEAD_NAME) {
        mach_port_name_t gone = new_port(s);

        t->rights[6] = give_send(s, gone, c);
        CHECK_EQ(ipc_call_destroy(s->space, gone), KERN_SUCCESS);
    }
    if (type_of(c, t->rights[7]) == 0) {
        t->rights[7] = give_send(s, t->spare, c);
        CHECK_EQ(request(c, t->rights[7], MACH_NOTIFY_DEAD_NAME, 0,
                         t->rights[0]),
                 KERN_SUCCESS);
    }
}

static void
side_begin(struct side *s)
{
    s->task = task_make(&ledger_root);
    s->task->token.val[0] = 7;
    s->task->audit.val[3] = 9;
    s->thread = thread_make(s->task);
    s->out = user_alloc(s->task, sizeof(*s->out));
    s->in = user_alloc(s->task, sizeof(*s->in));
    s->memory = user_alloc(s->task, MEMORY);
}

static void
side_end(struct side *s)
{
    thread_end(s->thread);
    task_end(s->task);
}

void
twin_begin(struct twin *t, bool fast)
{
    struct ipc_port *port;
    struct ipc_pset *set;

    t->fast = fast;
    side_begin(&t->client);
    side_begin(&t->server);
    t->port = new_port(t->server.task);
    t->set = new_set(t->server.task);
    t->reply = new_port(t->client.task);
    t->send = give_send(t->server.task, t->port, t->client.task);
    t->rights[0] = new_port(t->client.task);
    t->rights[1] = give_send(t->server.task, new_port(t->server.task),
                             t->client.task);
    t->rights[2] = t->reply;
    t->rights[3] = MACH_PORT_NULL;
    t->rights[4] = MACH_PORT_TASK_SELF;
    t->spare = new_port(t->server.task);
    t->back = give_send(t->client.task, t->reply, t->server.task);
    lend(t);
    CHECK_EQ(ipc_right_lookup_receive(t->server.task->space, t->port, &port),
             KERN_SUCCESS);
    port->ip_context = 0x1122334455667788ull;
    CHECK_EQ(ipc_right_lookup_pset(t->server.task->space, t->set, &set),
             KERN_SUCCESS);
    t->in_set = host_random() % 2 != 0;
    if (t->in_set) {
        CHECK_EQ(ipc_pset_insert(set, port), KERN_SUCCESS);
    }
}

void
twin_end(struct twin *t)
{
    side_end(&t->client);
    side_end(&t->server);
}

void
twin_case_begin(struct twin *t)
{
    census_begin();
    host_random_seed(1);
    twin_begin(t, true);
}

void
twin_case_end(struct twin *t)
{
    twin_settle(t);
    twin_end(t);
    census_end();
}

static mach_msg_option_t
random_option(void)
{
    mach_msg_option_t option =
        MACH_RCV_TRAILER_ELEMENTS(host_random() % 5u);

    if (host_random() % 8 == 0) {
        option |= MACH_RCV_LARGE;
    }
    if (host_random() % 4 == 0) {
        option |= MACH_RCV_INTERRUPT;
    }
    return option;
}

static void
draw(struct plan *p)
{
    static const unsigned dispositions[] = {
        MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND,
        MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE,
        MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_MSG_TYPE_MOVE_RECEIVE,
    };

    memset(p, 0, sizeof(*p));
    p->option = random_option();
    p->size = sizeof(mach_msg_header_t) + 4u * (host_random() % 300u);
    if (host_random() % 4 == 0) {
        p->size += 4u * (host_random() % 1000u);
    }
    p->carries = host_random() % 4 == 0;
    if (p->carries && p->size < 40u) {
        p->size = 40u;
    }
    p->disposition =
        dispositions[host_random() % 40 == 0 ? 5u : host_random() % 5u];
    p->right = host_random() % RIGHTS;
    p->memory = p->carries && host_random() % 3 == 0;
    p->memory_at = host_random() % 64;
    p->memory_size = host_random() % 8 == 0
                         ? host_random() % (MEMORY + 8)
                         : host_random() % (HOST_ACROSS_MAX + 8);
    p->memory_copy = host_random() % 16 == 0 ? 2 : host_random() % 2;
    p->memory_gone = host_random() % 16 == 0 ? 2 : 0; /* no such thing */
    p->room = sizeof(struct buffer);
    if (host_random() % 16 == 0) {
        p->room = host_random() % 400u;
    }
    p->wrong = host_random() % 8 == 0 ? 1 + host_random() % 9u : 0;
    p->from_set = host_random() % 2 != 0;
    p->other_buffer = host_random() % 2 != 0;
    p->nowhere = host_random() % 32 == 0;
    p->fill = host_random();
}

/* What the server receives from: seldom what has no message for it. */
static mach_port_name_t
source(const struct twin *t, const struct plan *p)
{
    return (p->from_set && t->in_set) || p->fill % 32u == 0 ? t->set
                                                            : t->port;
}

static char
memory_byte(const struct plan *p, unsigned i)
{
    return (char)(p->fill + i * 5u);
}

static void
fill_memory(struct side *s, const struct plan *p)
{
    mach_msg_ool_descriptor_t *d = &s->out->memory;

    for (unsigned i = 0; i < MEMORY; i++) {
        s->memory[i] = memory_byte(p, i);
    }
    d->address = (vm_address_t)(uintptr_t)s->memory + p->memory_at;
    d->size = p->memory_size;
    d->copy = p->memory_copy & 0xffu;
    d->deallocate = p->memory_gone & 0xffu;
    d->type = MACH_MSG_OOL_DESCRIPTOR;
}

/* The message of the plan in the sender's buffer, sent bits and ports given. */
void
twin_fill(struct side *s, const struct plan *p, mach_msg_bits_t bits,
          mach_port_name_t remote, mach_port_name_t local,
          const mach_port_name_t *rights)
{
    struct buffer *b = s->out;

    memset(b, (int)(p->fill & 0xffu), sizeof(*b));
    b->head.msgh_bits = bits | (p->carries ? MACH_MSGH_BITS_COMPLEX : 0);
    b->head.msgh_remote_port = remote;
    b->head.msgh_local_port = local;
    b->head.msgh_voucher_port = 0;
    b->head.msgh_id = (mach_msg_id_t)(p->fill & 0xffffu);
    if (p->memory) {
        b->body.msgh_descriptor_count = 1;
        fill_memory(s, p);
    } else if (p->carries) {
        b->body.msgh_descriptor_count = 1;
        b->port.name = rights[p->right];
        b->port.disposition = p->disposition & 0xffu;
        b->port.type = MACH_MSG_PORT_DESCRIPTOR;
    }
    switch (p->wrong) {
    case 1:
        b->head.msgh_remote_port += 1;
        break;
    case 2:
        b->head.msgh_local_port += 256;
        break;
    case 3:
        b->head.msgh_bits ^= 1u;
        break;
    case 4:
        b->head.msgh_bits |= 0x20u;
        break;
    case 5:
        b->body.msgh_descriptor_count = 2;
        break;
    case 6:
        if (!p->memory) {
            b->port.name = b->head.msgh_remote_port;
        }
        break;
    default:
        break;
    }
}

kern_return_t
twin_call(struct twin *t, struct side *s, const struct plan *p,
     mach_msg_option_t option, mach_port_name_t from)
{
    struct msg_args a = {
        .message = s->out,
        .option = option | p->option,
        .send_size = p->size,
        .rcv_size = p->room,
        .rcv_name = from,
    };
    kern_return_t kr;

    if (p->wrong == 8) { /* nothing that can be received from */
        a.rcv_name = s == &t->client ? t->rights[1] : t->back;
    }
    if (p->other_buffer) {
        a.option |= MACH_RCV_OVERWRITE;
        a.rcv_message = s->in;
    }
    if (p->nowhere) {
        a.option |= MACH_RCV_OVERWRITE;
        a.rcv_message = (void *)(uintptr_t)4096;
    }
    if (p->wrong == 7) {
        user_protect(s->task, p->other_buffer ? s->in : s->out, false);
    }
    host_fast = t->fast;
    kr = host_msg(s->thread, &a);
    host_fast = false;
    return kr;
}

void
same_spaces(struct ipc_space *a, struct ipc_space *b)
{
    CHECK_EQ(ipc_space_used(a), ipc_space_used(b));
    check_floor(a);
    check_floor(b);
    CHECK_EQ(a->is_filled, b->is_filled);
    CHECK_EQ(ipc_space_free_names(a), ipc_space_free_names(b));
    for (const struct ipc_entry *x = a->is_free, *y = b->is_free; x != NULL;
         x = x->ie_free_next, y = y->ie_free_next) {
        CHECK(y != NULL && x->ie_bits == y->ie_bits);
    }
    for (uint32_t i = 1; i < a->is_filled; i++) {
        struct ipc_entry *x = ipc_entry_at(a, i), *y = ipc_entry_at(b, i);

        CHECK_EQ(x->ie_name, y->ie_name);
        CHECK_EQ(x->ie_bits, y->ie_bits);
        if (x->ie_name == 0 || i < MACH_PORT_FIRST_INDEX) {
            continue;
        }
        CHECK_EQ(x->ie_object == NULL, y->ie_object == NULL);
        if (ie_type(x) == MACH_PORT_TYPE_DEAD_NAME) {
            continue;
        }
        CHECK_EQ(x->ie_object->io_refs, y->ie_object->io_refs);
        if (x->ie_object->io_type == IOT_PORT) {
            const struct ipc_port *v = x->ie_port, *w = y->ie_port;

            CHECK_EQ(v->ip_srights, w->ip_srights);
            CHECK_EQ(v->ip_sorights, w->ip_sorights);
            CHECK_EQ(ipc_sonce_unused(v), ipc_sonce_unused(w));
            CHECK_EQ(v->ip_sole_maker != NULL, w->ip_sole_maker != NULL);
            if (ip_active(v)) {
                check_makers(v);
            }
            CHECK_EQ(v->ip_mscount, w->ip_mscount);
            CHECK_EQ(v->ip_seqno, w->ip_seqno);
            CHECK_EQ(v->ip_slots, w->ip_slots);
            CHECK_EQ(v->ip_msgcount, w->ip_msgcount);
        }
    }
}

/* The memory of the message in a buffer, if it carries any: the receiver's,
 * or (sent) what its sender has. */
static char *
memory_of(const struct side *s, const struct buffer *m, bool *sent)
{
    char *p = (char *)(uintptr_t)m->memory.address;

    /* Of what was sent an error may have changed the header. */
    *sent = p >= s->memory && p <= s->memory + MEMORY;
    if (!*sent
        && ((m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0
            || m->body.msgh_descriptor_count == 0
            || m->memory.type != MACH_MSG_OOL_DESCRIPTOR)) {
        return NULL;
    }
    return p;
}

/* But for where memory is; that which was received goes. */
static void
same_buffers(struct side *a, struct buffer *x, struct side *b,
             struct buffer *y)
{
    bool sent_x = false, sent_y = false;
    char *p = memory_of(a, x, &sent_x), *q = memory_of(b, y, &sent_y);

    CHECK_EQ(p == NULL, q == NULL);
    if (p != NULL) {
        CHECK_EQ(sent_x, sent_y);
        if (sent_x) {
            CHECK_EQ(p - a->memory, q - b->memory);
        } else {
            CHECK_EQ(x->memory.size, y->memory.size);
            CHECK_EQ(memcmp(p, q, x->memory.size), 0);
            user_free(a->task, p);
            user_free(b->task, q);
        }
        x->memory.address = y->memory.address = 0;
    }
    CHECK_EQ(memcmp(x, y, sizeof(*x)), 0);
}

static void
same_sides(struct side *a, struct side *b)
{
    CHECK_EQ(a->thread->result, b->thread->result);
    CHECK_EQ(a->thread->th.th_state, b->thread->th.th_state);
    CHECK_EQ(a->thread->th.th_ipc_wait, b->thread->th.th_ipc_wait);
    if (a->thread->th.th_state == TH_WAITING) {
        CHECK_EQ(a->thread->th.th_wait_flags, b->thread->th.th_wait_flags);
    }
    /* The option, as a trap that is executed again would find it. */
    CHECK(a->thread->th.th_continuation == b->thread->th.th_continuation);
    if (a->thread->th.th_state == TH_WAITING
        && a->thread->th.th_continuation == NULL) {
        CHECK_EQ(a->thread->th.th_regs.args[1], b->thread->th.th_regs.args[1]);
    }
    same_buffers(a, a->in, b, b->in);
    same_buffers(a, a->out, b, b->out);
    CHECK_EQ(user_regions_of(a->task), user_regions_of(b->task));
    same_spaces(a->task->space, b->task->space);
}

/* What is in the port's queue is thrown away. */
static void
drain(struct side *s, mach_port_name_t from)
{
    struct msg_args a = {
        .message = s->in,
        .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT,
        .rcv_size = sizeof(*s->in),
        .rcv_name = from,
    };

    while (host_msg(s->thread, &a) == MACH_MSG_SUCCESS) {
        mach_port_name_t reply = s->in->head.msgh_remote_port;
        bool sent = false;
        char *p = memory_of(s, s->in, &sent);

        if (p != NULL && !sent) {
            user_free(s->task, p);
        }
        if (reply != MACH_PORT_NULL && reply != MACH_PORT_DEAD) {
            (void)ipc_call_deallocate(s->task->space, reply);
        }
    }
}

/* Who waits is told to go on, and what is in queues is thrown away. */
void
twin_settle(struct twin *t)
{
    struct side *sides[] = {&t->client, &t->server};

    for (unsigned i = 0; i < 2; i++) {
        struct side *s = sides[i];

        if (s->thread->th.th_state == TH_WAITING) {
            abort_thread(s->thread);
        }
        run_ready();
        CHECK(s->thread->th.th_state == TH_RUNNING);
        s->thread->th.th_ast = 0;
        user_protect(s->task, s->in, true);
        user_protect(s->task, s->out, true);
    }
    drain(&t->server, t->port);
    drain(&t->client, t->reply);
    reap_all();
    lend(t);
}

/* The right that a message has brought, or none. */
static mach_port_name_t
carried_name(const struct buffer *m)
{
    return (m->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0
                   && m->port.type == MACH_MSG_PORT_DESCRIPTOR
               ? m->port.name
               : MACH_PORT_NULL;
}

/* Memory that was received is that of the plan; it goes. */
static void
check_memory(struct side *s, struct buffer *got, const struct plan *p)
{
    bool sent = false;
    char *m = memory_of(s, got, &sent);

    if (m == NULL || sent) {
        return;
    }
    CHECK_EQ(got->memory.size, p->memory_size);
    CHECK_EQ(got->memory.deallocate, 1);
    CHECK_EQ(got->memory.copy, MACH_MSG_VIRTUAL_COPY);
    for (unsigned i = 0; i < p->memory_size; i++) {
        CHECK_EQ(m[i], memory_byte(p, p->memory_at + i));
    }
    user_free(s->task, m);
    got->memory.address = 0;
}

/* The server waits; the client calls; the server answers what it got. */
static void
round_trip(struct twin *t, const struct plan *receive,
           const struct plan *request, const struct plan *answer)
{
    struct side *c = &t->client, *s = &t->server;
    struct buffer *got = receive->other_buffer ? s->in : s->out;
    struct plan p = *receive;

    memset(c->in, 0, sizeof(*c->in));
    memset(s->in, 0, sizeof(*s->in));
    p.wrong = receive->wrong == 7 ? 7 : 0;
    (void)twin_call(t, s, &p, MACH_RCV_MSG, source(t, receive));
    twin_fill(c, request,
         MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                        MACH_MSG_TYPE_MAKE_SEND_ONCE),
         t->send, t->reply, t->rights);
    (void)twin_call(t, c, request, MACH_SEND_MSG | MACH_RCV_MSG, t->reply);
    (void)run_ready();
    if (s->thread->th.th_state == TH_RUNNING
        && s->thread->result == MACH_MSG_SUCCESS) {
        mach_port_name_t back = got->head.msgh_remote_port;
        mach_port_name_t mine[RIGHTS] = {
            t->port, t->set, back, MACH_PORT_NULL, MACH_PORT_DEAD, t->back,
            carried_name(got), carried_name(got)};

        check_memory(s, got, request);
        twin_fill(s, answer,
                  MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0), back,
                  MACH_PORT_NULL, mine);
        (void)twin_call(t, s, answer, MACH_SEND_MSG | MACH_RCV_MSG,
                   source(t, answer));
        (void)run_ready();
    }
}

static void
fast_is_general(void)
{
    unsigned taken = host_fast_taken, across = user_across();

    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        census_begin();
        for (unsigned i = 0; i < 2; i++) {
            host_random_seed(seed);
            twin_begin(&twins[i], i == 0);
        }
        for (unsigned n = 0; n < CALLS / WORLDS; n++) {
            struct plan receive, request, answer;

            draw(&receive);
            draw(&request);
            draw(&answer);
            for (unsigned i = 0; i < 2; i++) {
                round_trip(&twins[i], &receive, &request, &answer);
            }
            same_sides(&twins[0].client, &twins[1].client);
            same_sides(&twins[0].server, &twins[1].server);
            twin_settle(&twins[0]);
            twin_settle(&twins[1]);
        }
        twin_end(&twins[0]);
        twin_end(&twins[1]);
        census_end();
    }
    /* It must have been there to be compared. */
    CHECK(host_fast_taken - taken > CALLS);
    CHECK(user_across() - across > CALLS / 15);
}

const struct test fast_tests[] = {
    {"the fast path does what the general path does", fast_is_general},
    {NULL, NULL},
};
