/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: random mach_msg calls.
 */
#include "model.h"

static uint32_t next_id;
uint64_t m_combined;

mach_msg_type_name_t
m_suited(int t, mach_port_name_t name, bool receive_too)
{
    const struct m_right *r = m_find(t, name);

    if (r == NULL || m_chance(24)) {
        return m_borrowed(name) && !m_chance(8) ? MACH_MSG_TYPE_COPY_SEND
                                                : 15 + m_random(8);
    }
    if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0) {
        return receive_too && m_chance(3) ? MACH_MSG_TYPE_MOVE_RECEIVE
               : m_chance(2)              ? MACH_MSG_TYPE_MAKE_SEND
                                          : MACH_MSG_TYPE_MAKE_SEND_ONCE;
    }
    return r->type == MACH_PORT_TYPE_SEND_ONCE ? MACH_MSG_TYPE_MOVE_SEND_ONCE
           : m_chance(2)                       ? MACH_MSG_TYPE_MOVE_SEND
                                               : MACH_MSG_TYPE_COPY_SEND;
}

static void
choose_header(int t, struct m_call *c)
{
    mach_msg_type_name_t reply = 0, dest;

    c->head = (mach_msg_header_t){.msgh_id = 100 + (int)(next_id++ % 5000)};
    c->head.msgh_remote_port =
        m_chance(24) ? MACH_PORT_MAKE(1 + m_random(3), 0)
        : m_chance(2)
            ? m_some_name_of(t, MACH_PORT_TYPE_SEND
                                    | MACH_PORT_TYPE_SEND_ONCE)
            : m_some_name_of(t, MACH_PORT_TYPE_SEND_RECEIVE);
    dest = m_suited(t, c->head.msgh_remote_port, false);
    if (m_chance(2)) {
        c->head.msgh_local_port =
            m_chance(8) ? c->head.msgh_remote_port
                        : m_some_name_of(t, MACH_PORT_TYPE_SEND_RECEIVE);
        reply = m_suited(t, c->head.msgh_local_port, false);
    } else if (m_chance(32)) {
        c->head.msgh_local_port = m_some_name(t);
    }
    if (m_borrowed(c->head.msgh_remote_port) && m_chance(6)) {
        c->head.msgh_id = 7003; /* it is not answered */
    }
    c->head.msgh_bits = MACH_MSGH_BITS(dest, reply);
    if (m_chance(128)) {
        c->head.msgh_bits |= 1u << m_random(32);
    }
}

static void
choose_part(int t, struct m_call *c, unsigned i)
{
    mach_port_name_t first = c->part[0].names[0];
    unsigned j;

    c->part[i].kind = m_chance(64) ? 3
                      : m_chance(2) ? MACH_MSG_PORT_DESCRIPTOR
                                    : 1 + m_random(2);
    c->part[i].copy = m_chance(64) ? 2 : m_random(2);
    c->part[i].deallocate = m_chance(64) ? 2 : m_random(2);
    c->part[i].seed = host_random();
    c->part[i].memory = NULL;
    c->part[i].bad_memory = false;
    for (j = 0; j < M_ARRAY; j++) {
        c->part[i].names[j] = i + j > 0 && m_chance(6) ? first
                                                       : m_some_name(t);
    }
    c->part[i].disposition = m_suited(t, c->part[i].names[0], true);
    if (c->part[i].kind == MACH_MSG_PORT_DESCRIPTOR) {
        c->part[i].count = 1;
    } else if (c->part[i].kind == MACH_MSG_OOL_DESCRIPTOR) {
        c->part[i].count = 4 * m_random(8);
    } else {
        c->part[i].count = m_chance(64) ? 5000 : m_random(M_ARRAY + 1);
        /* Most names of an array can be given in the same way. */
        for (j = 1; j < M_ARRAY; j++) {
            if (!m_chance(6)) {
                c->part[i].names[j] = c->part[i].names[0];
            }
        }
    }
}

/* The memory that descriptor i speaks of. */
static uint64_t
part_memory(int t, struct m_call *c, unsigned i)
{
    unsigned count = c->part[i].count, j;
    bool array = c->part[i].kind == MACH_MSG_OOL_PORTS_DESCRIPTOR;
    uint32_t *p;

    if (count == 0 || count > 1000 || m_chance(64)) {
        c->part[i].bad_memory = true;
        return 64;
    }
    p = user_alloc(m_tasks[t].task, array ? 4 * count : count);
    for (j = 0; j < (array ? count : count / 4); j++) {
        p[j] = array ? c->part[i].names[j] : c->part[i].seed + j;
    }
    c->part[i].memory = p;
    return (uintptr_t)p;
}

static char *
write_part(int t, struct m_call *c, unsigned i, char *at)
{
    mach_msg_port_descriptor_t port = {
        .name = c->part[i].names[0], .pad1 = 7, .pad2 = 9,
        .disposition = c->part[i].disposition & 0xffu,
        .type = c->part[i].kind & 0xffu};
    mach_msg_ool_descriptor_t ool = {
        .copy = c->part[i].copy & 0xffu,
        .deallocate = c->part[i].deallocate & 0xffu, .pad1 = 5,
        .type = c->part[i].kind & 0xffu, .size = c->part[i].count};
    mach_msg_ool_ports_descriptor_t array;

    if (c->part[i].kind == MACH_MSG_PORT_DESCRIPTOR
        || c->part[i].kind > MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        memcpy(at, &port, sizeof(port));
        return at + sizeof(port);
    }
    ool.address = part_memory(t, c, i);
    memcpy(at, &ool, sizeof(ool));
    if (c->part[i].kind == MACH_MSG_OOL_PORTS_DESCRIPTOR) {
        memcpy(&array, &ool, sizeof(array));
        array.disposition = c->part[i].disposition & 0xffu;
        memcpy(at, &array, sizeof(array));
    }
    return at + sizeof(ool);
}

/* The message into the thread's memory; its size. */
void
m_write_message(int thread, bool rich)
{
    struct m_thread *th = &m_threads[thread];
    struct m_call *c = &th->call;
    int t = M_THREAD_TASK(thread);
    char *at = th->message->space + sizeof(mach_msg_header_t);
    unsigned i;

    c->value = host_random();
    c->words = m_random(M_WORDS + 1);
    c->parts = c->count = 0;
    if ((c->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 || m_chance(3)) {
        c->head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        c->parts = c->count = rich || m_chance(4) ? m_random(M_PARTS + 1) : 1;
        memcpy(at, &c->count, sizeof(c->count));
        at += sizeof(c->count);
        for (i = 0; i < c->parts; i++) {
            choose_part(t, c, i);
            at = write_part(t, c, i, at);
        }
        if (m_chance(48)) {
            c->count = m_chance(2) ? 1000 : c->parts + 1;
            memcpy(th->message->space + sizeof(mach_msg_header_t), &c->count,
                   sizeof(c->count));
            c->words = 0;
        }
    }
    for (i = 0; i < c->words; i++) {
        uint32_t word = c->value + i;

        memcpy(at + 4 * i, &word, sizeof(word));
    }
    th->message->head = c->head;
    c->send_size =
        (mach_msg_size_t)(at + 4 * c->words - th->message->space);
    if (m_chance(64)) {
        static const mach_msg_size_t sizes[] = {20, 26, 0x20000, 0};

        c->send_size = sizes[m_random(4)];
    } else if (c->parts > 0 && m_chance(48)) {
        c->send_size -= 4 * c->words + 4; /* the last part is cut */
        c->words = 0;
    } else if (c->words == 0 && c->count == 0
               && (c->head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0
               && m_chance(8)) {
        c->send_size -= 4;
    }
}

static void
choose_send(int thread)
{
    struct m_thread *th = &m_threads[thread];
    int t = M_THREAD_TASK(thread);

    choose_header(t, &th->call);
    m_write_message(thread, true);
    th->call.bad_message = m_chance(128);
    th->call.option |= MACH_SEND_MSG;
    if (m_chance(2)) {
        th->call.option |= MACH_SEND_TIMEOUT;
    }
    if (m_chance(4)) {
        th->call.option |= MACH_SEND_INTERRUPT;
    }
    if (m_chance(3)) {
        th->call.option |= MACH_SEND_NOTIFY;
        th->call.notify = m_some_name_of(t, MACH_PORT_TYPE_RECEIVE);
    }
}

static void
choose_receive(int thread)
{
    struct m_thread *th = &m_threads[thread];
    int t = M_THREAD_TASK(thread);
    static const mach_msg_size_t sizes[] = {0, 20, 24, 32, 44, 60};

    th->call.rcv_name = m_some_name_of(
        t, m_chance(2) ? MACH_PORT_TYPE_RECEIVE
                       : MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET);
    th->call.rcv_size = m_chance(8) ? sizes[m_random(6)] : 1024;
    th->call.option |= MACH_RCV_MSG;
    th->call.option |= MACH_RCV_TRAILER_ELEMENTS(m_random(5));
    if (m_chance(64)) {
        th->call.option |= MACH_RCV_TRAILER_ELEMENTS(5 + m_random(3));
    }
    if (m_chance(128)) {
        th->call.option |= MACH_RCV_TRAILER_TYPE(1u);
    }
    if (m_chance(2)) {
        th->call.option |= MACH_RCV_LARGE;
    }
    if (!m_chance(3)) {
        th->call.option |= MACH_RCV_TIMEOUT;
    }
    if (m_chance(4)) {
        th->call.option |= MACH_RCV_INTERRUPT;
    }
}

void
m_call_begin(int thread, bool send, bool receive)
{
    struct m_thread *th = &m_threads[thread];

    memset(&th->call, 0, offsetof(struct m_call, part));
    th->call.parts = 0;
    th->call.timeout = m_chance(2) ? 0 : 1 + m_random(4);
    th->what = send ? receive ? CALL_SEND_RECEIVE : CALL_SEND
                    : CALL_RECEIVE;
}

/* Who was switched to has its message at once.  To the model that is a thread
 * that was woken, and runs first. */
static void
run_receiver(struct host_thread *h)
{
    int thread = m_ready.n > 0 ? m_ready.at[m_ready.n - 1] : M_NONE;

    CHECK(thread != M_NONE && m_threads[thread].host == h);
    m_call_done(thread, h->result, m_continue(thread));
}

void
m_trap(int thread, void *from, void *into)
{
    struct m_thread *th = &m_threads[thread];
    kern_return_t kr, want;

    th->into = into;
    m_inject_begin();
    host_fast = true;
    kr = host_msg(th->host, &(struct msg_args){
                                .message = from, .rcv_message = into,
                                .option = th->call.option,
                                .send_size = th->call.send_size,
                                .rcv_size = th->call.rcv_size,
                                .rcv_name = th->call.rcv_name,
                                .notify = th->call.notify,
                                .timeout = th->call.timeout});
    host_fast = false;
    /* What the fast path could not allocate, the general one perhaps could. */
    m_shortage = m_inject_end() && kr != KERN_BLOCKED ? kr : 0;
    want = m_msg(thread);
    if (m_shortage != 0) {
        m_resync_names(M_THREAD_TASK(thread));
        m_shortage = 0;
    }
    m_combined += th->what == CALL_SEND_RECEIVE;
    if (want == KERN_BLOCKED || kr == KERN_BLOCKED) {
        CHECK_EQ(kr, want);
    } else {
        m_call_done(thread, kr, want);
    }
    if (host_fast_to != NULL) {
        run_receiver(host_fast_to);
    }
}

/* A message that would block for ever on a thread of a task whose other
 * threads all wait keeps the task from doing anything by traps; that ends by
 * an abort or the death of the thread. */
static void
random_trap(int t, bool send, bool receive)
{
    int thread = m_idle_thread(t);
    struct m_thread *th = &m_threads[thread < 0 ? 0 : thread];
    unsigned where = m_random(64);
    void *from, *into;

    if (thread == M_NONE
        || (send && m_used_messages.n > 60)) {
        return;
    }
    m_call_begin(thread, send, receive);
    if (send) {
        choose_send(thread);
    }
    if (receive) {
        choose_receive(thread);
    }
    if (m_chance(256)) {
        th->call.option |= 0x8000;
    }
    th->call.option |= receive ? MACH_RCV_OVERWRITE : 0;
    th->call.bad_buffer = where < 2;
    from = th->call.bad_message ? (void *)(uintptr_t)64 : th->message;
    into = where == 0   ? (void *)(uintptr_t)64
           : where == 1 ? (void *)th->rigid
                        : (void *)th->buffer;
    if (receive && !send && m_chance(2)) {
        th->call.option &= ~MACH_RCV_OVERWRITE;
        from = into;
    }
    m_trap(thread, from, into);
}

static void
op_send(int t)
{
    random_trap(t, true, false);
}

static void
op_receive(int t)
{
    random_trap(t, false, true);
}

static void
op_rpc(int t)
{
    random_trap(t, true, true);
}

const struct m_op m_message_ops[] = {
    {op_send, 40, false},
    {op_receive, 36, true},
    {op_rpc, 8, true},
    {NULL, 0, false},
};
