/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: what a mach_msg trap has answered and received, compared
 * with what the model says; threads.
 */
#include "model.h"

#define FULL 16u /* words that a range of memory holds at most */

void
m_thread_begin(int thread)
{
    struct m_thread *th = &m_threads[thread];
    struct task *t = m_tasks[M_THREAD_TASK(thread)].task;

    memset(th, 0, sizeof(*th));
    th->woken_for = M_NONE;
    th->host = thread_make(t);
    th->message = user_alloc(t, sizeof(*th->message));
    th->buffer = user_alloc(t, sizeof(*th->buffer));
    th->rigid = user_alloc(t, sizeof(*th->rigid));
    user_protect(t, th->rigid, false);
}

/* Has the range of memory that descriptor i speaks of been given away? */
static bool
given_away(const struct m_call *c, unsigned i, bool sent)
{
    return sent && c->part[i].deallocate != 0 && c->part[i].count != 0;
}

/* The memory that a message was to carry is not needed any more. */
static void
memory_back(int thread, bool sent)
{
    struct m_call *c = &m_threads[thread].call;
    struct task *t = m_tasks[M_THREAD_TASK(thread)].task;
    unsigned i;

    for (i = 0; i < c->parts; i++) {
        if (c->part[i].memory != NULL && !given_away(c, i, sent)) {
            CHECK(user_mapped(t, c->part[i].memory));
            user_free(t, c->part[i].memory);
        }
    }
    c->parts = 0;
}

/* A combined call that waits for its answer has sent its message. */
static bool
has_sent(const struct m_thread *th)
{
    return th->what == CALL_SEND_RECEIVE && th->waits == M_WAITS_RECEIVE;
}

/* The ranges of user memory that there are. */
unsigned
m_regions(void)
{
    unsigned n = 0, i, j;

    for (i = 0; i < M_TASKS * M_THREADS; i++) {
        const struct m_thread *th = &m_threads[i];

        n += th->host != NULL ? 3 : 0;
        for (j = 0; th->state != M_IDLE && j < th->call.parts; j++) {
            n += th->call.part[j].memory != NULL
                 && !given_away(&th->call, j, has_sent(th));
        }
    }
    return n;
}

void
m_thread_end(int thread)
{
    struct m_thread *th = &m_threads[thread];
    struct task *t = m_tasks[M_THREAD_TASK(thread)].task;

    if (th->state != M_IDLE) {
        memory_back(thread, has_sent(th));
    }
    thread_end(th->host);
    th->host = NULL;
    m_abandon(thread);
    user_free(t, th->message);
    user_free(t, th->buffer);
    user_free(t, th->rigid);
}

static void
check_trailer(const struct m_thread *th, const char *at)
{
    static const unsigned sizes[] = {8, 12, 20, 52, 64};
    unsigned element = th->call.option >> 24 & 0xf;
    mach_msg_max_trailer_t t = {0};
    uint32_t sender = th->message_got.sender;
    bool kernel = sender == KERNEL_SECURITY_TOKEN_VAL0;

    memcpy(&t, at, sizes[element]);
    CHECK_EQ(t.msgh_trailer_type, MACH_MSG_TRAILER_FORMAT_0);
    CHECK_EQ(t.msgh_trailer_size, sizes[element]);
    CHECK(element < 1 || t.msgh_seqno == th->got_seqno);
    CHECK(element < 2 || t.msgh_sender.val[0] == sender);
    CHECK(element < 3 || t.msgh_audit.val[0] == (kernel ? 0 : sender));
    CHECK(element < 4 || t.msgh_context == th->got_payload);
}

static void
check_memory(int thread, const struct m_part *p, uint64_t address)
{
    struct task *t = m_tasks[M_THREAD_TASK(thread)].task;
    const uint32_t *word = (const uint32_t *)(uintptr_t)address;
    unsigned i;

    if (p->count == 0) {
        CHECK_EQ(address, 0);
        return;
    }
    CHECK(user_mapped(t, word));
    for (i = 0; i < p->count / 4; i++) {
        CHECK_EQ(word[i], p->seed + i);
    }
    user_free(t, (void *)(uintptr_t)address);
}

static void
check_names(int thread, unsigned i, uint64_t address)
{
    struct m_thread *th = &m_threads[thread];
    const struct m_part *p = &th->message_got.part[i];
    const mach_port_name_t *got =
        (const mach_port_name_t *)(uintptr_t)address;
    unsigned j;

    if (p->count == 0) {
        CHECK_EQ(address, 0);
        return;
    }
    for (j = 0; j < p->count; j++) {
        CHECK_EQ(got[j], th->got_names[i][j]);
    }
    user_free(m_tasks[M_THREAD_TASK(thread)].task,
              (void *)(uintptr_t)address);
}

/* The next descriptor; what follows it. */
static const char *
check_part(int thread, unsigned i, const char *at)
{
    const struct m_thread *th = &m_threads[thread];
    const struct m_part *p = &th->message_got.part[i];
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t ool;
    mach_msg_ool_ports_descriptor_t array;

    memcpy(&port, at, sizeof(port));
    CHECK_EQ(port.type, p->kind);
    if (p->kind == MACH_MSG_PORT_DESCRIPTOR) {
        CHECK_EQ(port.name, th->got_names[i][0]);
        CHECK_EQ(port.disposition, p->type);
        CHECK_EQ(port.pad1, 0);
        CHECK_EQ(port.pad2, 0);
        return at + sizeof(port);
    }
    memcpy(&ool, at, sizeof(ool));
    CHECK_EQ(ool.size, p->count);
    CHECK_EQ(ool.deallocate, 1);
    if (p->kind == MACH_MSG_OOL_DESCRIPTOR) {
        CHECK_EQ(ool.pad1, 0);
        check_memory(thread, p, ool.address);
    } else {
        memcpy(&array, at, sizeof(array));
        CHECK_EQ(array.disposition, p->type);
        check_names(thread, i, ool.address);
    }
    return at + sizeof(ool);
}

static void
check_received(int thread)
{
    const struct m_thread *th = &m_threads[thread];
    const struct m_message *m = &th->message_got;
    const char *b = th->into->space, *at = b + sizeof(mach_msg_header_t);
    const mach_msg_header_t *h = &th->into->head;
    uint32_t word;
    unsigned i;

    CHECK_EQ(h->msgh_id, m->id);
    CHECK_EQ(h->msgh_size, m->size);
    CHECK_EQ(h->msgh_local_port, th->got_local);
    CHECK_EQ(h->msgh_remote_port, th->got_remote);
    CHECK_EQ(h->msgh_voucher_port, 0);
    CHECK_EQ(h->msgh_bits, MACH_MSGH_BITS(m->reply.type, m->dest.type)
                               | (m->complex ? MACH_MSGH_BITS_COMPLEX : 0));
    if (m->complex) {
        memcpy(&word, at, sizeof(word));
        CHECK_EQ(word, m->count);
        at += sizeof(word);
    }
    for (i = 0; i < m->count; i++) {
        at = check_part(thread, i, at);
    }
    for (i = 0; i < m->words; i++) {
        memcpy(&word, at + 4 * i, sizeof(word));
        CHECK_EQ(word, m->value + i);
    }
    if (m->notice && !m->complex && m->size == MACH_NOTIFICATION_SIZE) {
        CHECK_EQ(th->into->note.not_port, m->value);
    }
    check_trailer(th, b + m->size);
}

static void
check_stub(const struct m_thread *th)
{
    const mach_msg_header_t *h = &th->into->head;

    CHECK_EQ(h->msgh_bits, 0);
    CHECK_EQ(h->msgh_size, th->message_got.size);
    CHECK_EQ(h->msgh_remote_port, 0);
    CHECK_EQ(h->msgh_local_port, th->got_local);
    CHECK_EQ(h->msgh_id, th->message_got.id);
}

/* After a call that has answered. */
void
m_call_done(int thread, kern_return_t got, kern_return_t want)
{
    struct m_thread *th = &m_threads[thread];

    m_result((enum m_what)th->what, got, want);
    memory_back(thread, (th->what == CALL_SEND && got == KERN_SUCCESS)
                            || (th->what == CALL_SEND_RECEIVE
                                && (th->call.option & MACH_SEND_MSG) == 0));
    if (th->got && (got == MACH_MSG_SUCCESS)) {
        check_received(thread);
    } else if (th->got_stub) {
        check_stub(th);
    }
    th->got = th->got_stub = false;
    th->state = M_IDLE;
}
