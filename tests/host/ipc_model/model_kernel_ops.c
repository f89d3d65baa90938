/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: messages that the kernel sends of its own accord, in a new
 * message or in one that it keeps for that.  They take no slot of a queue.
 */
#include <base/ledger.h>
#include "model.h"

#define IDS 3000 /* of these messages */

static struct ipc_kmsg *kept;

struct kernel_message {
    mach_msg_header_t head;
    char rest[256];
};

void
m_kernel_begin(void)
{
    kept = ipc_kmsg_prealloc(sizeof(struct kernel_message), &ledger_root);
    CHECK(kept != NULL);
}

void
m_kernel_end(void)
{
    ipc_kmsg_prealloc_free(kept);
}

/* Is the kept message on its way? */
static bool
kept_is_busy(void)
{
    unsigned i;

    for (i = 0; i < m_used_messages.n; i++) {
        if (m_messages[m_used_messages.at[i]].prealloc) {
            return true;
        }
    }
    return false;
}

/* A live port that the task has a send right to. */
static int
some_port(int t)
{
    const struct m_right *r =
        m_find(t, m_some_name_of(t, MACH_PORT_TYPE_SEND));

    return r != NULL && (r->type & MACH_PORT_TYPE_SEND) != 0 ? r->port
                                                             : M_NONE;
}

/* The body: descriptors of send rights, words; its bytes. */
static void
fill(int t, struct kernel_message *k, struct m_message *m,
     struct ipc_port **ports)
{
    char *at = k->rest;
    unsigned i;

    m->count = m->complex ? m_random(3) : 0;
    m->words = m_random(M_WORDS + 1);
    m->value = host_random();
    if (m->complex) {
        memcpy(at, &m->count, sizeof(m->count));
        at += sizeof(m->count);
    }
    for (i = 0; i < m->count; i++) {
        mach_msg_port_descriptor_t d = {.type = MACH_MSG_PORT_DESCRIPTOR};
        int port = some_port(t);

        m->part[i] = (struct m_part){.kind = MACH_MSG_PORT_DESCRIPTOR,
                                     .type = MACH_MSG_TYPE_PORT_SEND,
                                     .count = 1};
        m->part[i].ports[0] = port;
        ports[i] = port < 0 ? IP_NULL : m_ports[port].kernel;
        memcpy(at, &d, sizeof(d));
        at += sizeof(d);
    }
    for (i = 0; i < m->words; i++) {
        uint32_t word = m->value + i;

        memcpy(at, &word, sizeof(word));
        at += sizeof(word);
    }
    m->size = (uint32_t)(at - (char *)k);
    k->head = (mach_msg_header_t){
        .msgh_bits = m->complex ? MACH_MSGH_BITS_COMPLEX : 0,
        .msgh_size = m->size, .msgh_id = m->id};
}

static void
rights_back(const struct m_message *m, struct ipc_port *const *ports)
{
    unsigned i;

    for (i = 0; i < m->count; i++) {
        ipc_port_release_send(ports[i]);
    }
}

/* It is there, or was for an object of the kernel's, which takes none. */
static void
sent(int dest, struct m_message *m)
{
    m->reply = m_hand.port == M_NONE ? (struct m_carried){0, M_NONE} : m_hand;
    m_hand = (struct m_carried){0, M_NONE};
    if (m_ports[dest].place == M_IN_KERNEL) {
        m_discard(m);
    } else {
        m_post(dest, m);
    }
}

static void
kernel_sends(int t, bool keeps)
{
    int dest = m_chance(12) ? M_DEAD : some_port(t);
    struct ipc_port *to = dest == M_DEAD ? IP_DEAD : IP_NULL;
    struct ipc_port *ports[2];
    struct kernel_message k;
    struct m_message m = {.id = IDS + (int)m_random(100),
                          .complex = m_chance(2), .prealloc = keeps,
                          .reply = {0, M_NONE},
                          .dest = {MACH_MSG_TYPE_PORT_SEND, dest},
                          .sender = KERNEL_SECURITY_TOKEN_VAL0};
    kern_return_t kr, want = KERN_SUCCESS;
    unsigned i;

    CHECK_EQ(ipc_kmsg_prealloc_busy(kept), kept_is_busy());
    if (dest == M_NONE || m_used_messages.n > 60
        || (keeps && kept_is_busy())) {
        return;
    }
    m_make_notify(t);
    fill(t, &k, &m, ports);
    for (i = 0; i < m.count; i++) {
        ports[i] = ipc_port_copy_send(ports[i]);
    }
    if (dest >= 0) {
        to = m_ports[dest].kernel;
    } else {
        want = KERN_INVALID_CAPABILITY;
    }
    if (keeps) {
        kr = ipc_kmsg_send_prealloc(kept, &k.head, to, m_hand_port, ports,
                                    m.count);
    } else {
        m_inject_one_of(1);
        kr = ipc_kernel_send(&k.head, to, m_hand_port, ports, m.count,
                             &ledger_root);
        want = m_inject_end() ? KERN_RESOURCE_SHORTAGE : want;
    }
    m_result(keeps ? CALL_KERNEL_PREALLOC : CALL_KERNEL_SEND, kr, want);
    if (kr == KERN_SUCCESS) {
        sent(dest, &m);
        return;
    }
    rights_back(&m, ports);
    if (m_hand.type != 0) {
        m_hand_drop();
    }
}

static void
op_kernel_send(int t)
{
    kernel_sends(t, false);
}

static void
op_kernel_prealloc(int t)
{
    kernel_sends(t, true);
}

const struct m_op m_kernel_ops[] = {
    {op_kernel_send, 4, false},
    {op_kernel_prealloc, 4, false},
    {NULL, 0, false},
};
