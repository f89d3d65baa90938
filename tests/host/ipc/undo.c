/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A send or receive that fails, wherever it does, has changed nothing: the
 * message with everything in it, with each error behind all that had been
 * done before, and with each page missing in turn.
 */
#include "ipc_test.h"

enum { OOL = 6, NAMES = 5 };

/* A port, an array that is moved, memory; then what is wrong. */
struct full {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_ool_descriptor_t ool[OOL];
    mach_msg_ool_ports_descriptor_t last;
    char rest[700];
};

static struct world w;
static struct full *out, *in;
static mach_port_name_t dest, to_b, reply, *names, moved[NAMES];
static char *data[OOL];

/* All that a's and b's names and queues show, as one number. */
static uint64_t
picture(void)
{
    struct task *tasks[2] = {w.a, w.b};
    uint64_t h = 14695981039346656037ull;
    struct ipc_census c;
    uint32_t i, j, k;

    for (i = 0; i < 2; i++) {
        struct ipc_space *s = tasks[i]->space;

        for (j = MACH_PORT_FIRST_INDEX; j < s->is_filled; j++) {
            struct ipc_entry *e = ipc_entry_at(s, j);
            uint32_t v[8] = {e->ie_name, e->ie_bits, e->ie_request != NULL};

            if (e->ie_name == 0) {
                continue;
            }
            if (e->ie_object != NULL && e->ie_object->io_type == IOT_PORT) {
                v[3] = e->ie_port->ip_srights;
                v[4] = e->ie_port->ip_sorights;
                v[5] = e->ie_port->ip_mscount;
                v[6] = e->ie_port->ip_msgcount;
                v[7] = e->ie_port->ip_object.io_refs;
            }
            for (k = 0; k < 8; k++) {
                h = (h ^ v[k]) * 1099511628211ull;
            }
        }
    }
    ipc_census(&c);
    return (h ^ c.ic_messages) * 1099511628211ull ^ c.ic_ports
           ^ (uint64_t)user_regions() << 32 ^ (uint64_t)user_copies() << 48;
}

static void
make_names(void)
{
    int i;

    for (i = 0; i < NAMES; i++) {
        moved[i] = new_port(w.a);
        names[i] = moved[i];
    }
    names[2] = MACH_PORT_NULL;
    names[3] = MACH_PORT_DEAD;
}

/* The message as it would succeed. */
static void
make_full(void)
{
    int i;

    memset(out, 0, sizeof(*out));
    out->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                         MACH_MSG_TYPE_MAKE_SEND_ONCE)
                          | MACH_MSGH_BITS_COMPLEX;
    out->head.msgh_remote_port = to_b;
    out->head.msgh_local_port = reply;
    out->head.msgh_voucher_port = 99;
    out->body.msgh_descriptor_count = 3 + OOL;
    out->port = (mach_msg_port_descriptor_t){
        .name = give_send(w.b, new_port(w.b), w.a),
        .pad1 = 77, .pad2 = 66,
        .disposition = MACH_MSG_TYPE_MOVE_SEND & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    make_names();
    out->ports = (mach_msg_ool_ports_descriptor_t){
        .address = (uintptr_t)names, .count = NAMES, .deallocate = 1,
        .disposition = MACH_MSG_TYPE_MOVE_RECEIVE & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
    for (i = 0; i < OOL; i++) {
        if (!user_mapped(w.a, data[i])) {
            data[i] = user_alloc(w.a, 1000);
        }
        memset(data[i], 'a' + i, 1000);
        out->ool[i] = (mach_msg_ool_descriptor_t){
            .address = (uintptr_t)data[i], .deallocate = i != 1,
            .size = i == 2 ? 0 : 1000, .copy = MACH_MSG_VIRTUAL_COPY,
            .pad1 = 55, .type = MACH_MSG_OOL_DESCRIPTOR};
    }
    out->last = (mach_msg_ool_ports_descriptor_t){
        .address = (uintptr_t)names, .count = 0,
        .disposition = MACH_MSG_TYPE_COPY_SEND & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
}

static void
begin(void)
{
    int i;

    world_begin(&w);
    dest = new_port(w.b);
    to_b = give_send(w.b, dest, w.a);
    CHECK_EQ(ipc_call_mod_refs(w.a->space, to_b, MACH_PORT_RIGHT_SEND, 3),
             KERN_SUCCESS);
    reply = new_port(w.a);
    out = user_alloc(w.a, sizeof(*out));
    in = user_alloc(w.b, sizeof(*in) + MAX_TRAILER_SIZE);
    names = user_alloc(w.a, NAMES * sizeof(*names));
    for (i = 0; i < OOL; i++) {
        data[i] = user_alloc(w.a, 1000);
    }
    make_full();
}

/* The addresses of what was given away may be those of other memory soon. */
static void
data_gone(void)
{
    int i;

    for (i = 0; i < OOL; i++) {
        if (i != 1 && i != 2) {
            data[i] = NULL;
        }
    }
}

static kern_return_t
send_full(size_t size)
{
    kern_return_t kr =
        host_msg(w.ta, &(struct msg_args){
                           .message = out,
                           .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                           .send_size = (mach_msg_size_t)size});

    if (kr == MACH_MSG_SUCCESS) {
        data_gone();
    }
    return kr;
}

static kern_return_t
receive_full(void)
{
    return host_msg(w.tb, &(struct msg_args){
                              .message = in,
                              .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                              .rcv_size = sizeof(*in) + MAX_TRAILER_SIZE,
                              .rcv_name = dest});
}

static void
refused(kern_return_t want)
{
    uint64_t before = picture();

    CHECK_EQ(send_full(sizeof(*out)), want);
    CHECK(picture() == before);
}

/* What was sent has arrived whole. */
static void
check_arrived(void)
{
    mach_port_name_t *got = (void *)(uintptr_t)in->ports.address;
    int i;

    CHECK_EQ(in->head.msgh_voucher_port, 0);
    CHECK_EQ(in->head.msgh_size, sizeof(*in));
    CHECK_EQ(in->port.type, MACH_MSG_PORT_DESCRIPTOR);
    CHECK_EQ(in->port.pad1, 0);
    CHECK_EQ(in->port.pad2, 0);
    CHECK_EQ(type_of(w.b, in->port.name), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(in->ports.count, NAMES);
    CHECK_EQ(in->ports.disposition, MACH_MSG_TYPE_PORT_RECEIVE);
    CHECK_EQ(in->ports.deallocate, 1);
    for (i = 0; i < NAMES; i++) {
        CHECK_EQ(type_of(w.a, moved[i]),
                 i == 2 || i == 3 ? MACH_PORT_TYPE_RECEIVE : 0);
        CHECK_EQ(i == 2   ? got[i] == MACH_PORT_NULL
                 : i == 3 ? got[i] == MACH_PORT_DEAD
                          : type_of(w.b, got[i]) == MACH_PORT_TYPE_RECEIVE,
                 1);
    }
    for (i = 0; i < OOL; i++) {
        char *p = (char *)(uintptr_t)in->ool[i].address;

        CHECK_EQ(in->ool[i].size, i == 2 ? 0 : 1000);
        CHECK_EQ(in->ool[i].pad1, 0);
        CHECK_EQ(in->ool[i].deallocate, 1);
        CHECK(i == 2 ? p == NULL : p[0] == 'a' + i && p[999] == 'a' + i);
        CHECK_EQ(user_mapped(w.a, data[i]), i == 1 || i == 2);
    }
    data_gone();
    CHECK(!user_mapped(w.a, names));
    CHECK_EQ(in->last.address, 0);
    CHECK_EQ(in->last.count, 0);
}

/* Each thing that can be wrong with a descriptor, behind all the others. */
static void
last_descriptor(void)
{
    mach_msg_ool_ports_descriptor_t good = {
        .address = (uintptr_t)user_alloc(w.a, 64), .count = 3,
        .disposition = MACH_MSG_TYPE_COPY_SEND & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
    mach_port_name_t *n = (void *)(uintptr_t)good.address;
    mach_msg_port_descriptor_t *port = (void *)&out->last;
    mach_msg_ool_descriptor_t *ool = (void *)&out->last;

    n[0] = to_b;
    n[1] = MACH_PORT_NULL;
    n[2] = to_b;
    out->last = good;
    out->last.disposition = MACH_MSG_TYPE_MOVE_RECEIVE - 1;
    refused(MACH_SEND_INVALID_TYPE);
    out->last.disposition = MACH_MSG_TYPE_MAKE_SEND_ONCE + 1;
    refused(MACH_SEND_INVALID_TYPE);
    out->last = good;
    out->last.copy = MACH_MSG_VIRTUAL_COPY + 1;
    refused(MACH_SEND_INVALID_TYPE);
    out->last = good;
    out->last.deallocate = 2;
    refused(MACH_SEND_INVALID_TYPE);
    out->last = good;
    out->last.count = MACH_MSG_OOL_PORTS_MAX - NAMES + 1;
    refused(MACH_SEND_TOO_LARGE);
    out->last.count = MACH_MSG_OOL_PORTS_MAX - NAMES;
    refused(MACH_SEND_INVALID_MEMORY);
    out->last = good;
    out->last.address = 8;
    refused(MACH_SEND_INVALID_MEMORY);
    out->last = good;
    n[2] = 0x7777;
    refused(MACH_SEND_INVALID_RIGHT);
    /* One reference is the header's, one was kept, so two can be moved. */
    n[1] = to_b;
    n[2] = to_b;
    CHECK_EQ(ipc_call_mod_refs(w.a->space, to_b, MACH_PORT_RIGHT_SEND, -2),
             KERN_SUCCESS);
    out->last.disposition = MACH_MSG_TYPE_MOVE_SEND & 0xffu;
    refused(MACH_SEND_INVALID_RIGHT);
    /* A receive right that the array before has moved already. */
    n[0] = moved[0];
    out->last.disposition = MACH_MSG_TYPE_MOVE_RECEIVE & 0xffu;
    refused(MACH_SEND_INVALID_RIGHT);
    *port = (mach_msg_port_descriptor_t){
        .name = moved[1],
        .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    refused(MACH_SEND_INVALID_RIGHT);
    port->name = out->port.name;
    port->disposition = MACH_MSG_TYPE_COPY_SEND & 0xffu;
    refused(MACH_SEND_INVALID_RIGHT);
    *ool = (mach_msg_ool_descriptor_t){.type = MACH_MSG_OOL_DESCRIPTOR,
                                       .copy = MACH_MSG_VIRTUAL_COPY + 1};
    refused(MACH_SEND_INVALID_TYPE);
    ool->copy = MACH_MSG_VIRTUAL_COPY;
    ool->deallocate = 2;
    refused(MACH_SEND_INVALID_TYPE);
    ool->deallocate = 1;
    ool->size = 8;
    ool->address = 8;
    refused(MACH_SEND_INVALID_MEMORY);
    ool->type = MACH_MSG_OOL_PORTS_DESCRIPTOR + 1;
    refused(MACH_SEND_INVALID_TYPE);
    n[1] = MACH_PORT_NULL;
    n[0] = to_b;
    out->last = good;
    n[2] = MACH_PORT_DEAD;
    CHECK_EQ(send_full(offsetof(struct full, last) + 12),
             MACH_SEND_MSG_TOO_SMALL);
    CHECK_EQ(send_full(offsetof(struct full, last) + 8),
             MACH_SEND_MSG_TOO_SMALL);
    out->last.count = 0;
}

static void
errors(void)
{
    static const mach_msg_type_name_t heads[][2] = {
        {MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE},
        {MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_COPY_SEND},
        {MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_MOVE_SEND},
        {MACH_MSG_TYPE_COPY_SEND, 0},
    };
    unsigned i;

    for (i = 0; i < 4; i++) {
        begin();
        out->head.msgh_bits = MACH_MSGH_BITS(heads[i][0], heads[i][1])
                              | MACH_MSGH_BITS_COMPLEX;
        out->head.msgh_local_port = heads[i][1] == 0 ? 0
                                    : i == 0         ? reply
                                                     : to_b;
        last_descriptor();
        CHECK_EQ(send_full(sizeof(*out)), MACH_MSG_SUCCESS);
        CHECK_EQ(receive_full(), MACH_MSG_SUCCESS);
        check_arrived();
        world_end(&w);
    }
}

/* One more message, to be sent. */
static uint64_t
again(void)
{
    names = user_alloc(w.a, NAMES * sizeof(*names));
    make_full();
    return picture();
}

/* Each page of each copy is missing once; then the trap is made again. */
static void
every_page(void)
{
    uint64_t before;
    unsigned n;

    begin();
    before = picture();
    for (n = 1;; n++) {
        pages_missing_at(n);
        if (send_full(sizeof(*out)) != KERN_BLOCKED) {
            break;
        }
        CHECK(picture() == before);
        pages_arrive();
        run_ready();
        CHECK_EQ(w.ta->result, MACH_MSG_SUCCESS);
        CHECK_EQ(receive_full(), MACH_MSG_SUCCESS);
        check_arrived();
        before = again();
    }
    CHECK_EQ(n, 8); /* the message, the array, the memory */
    for (n = 1;; n++) {
        before = picture();
        pages_missing_at(n);
        if (receive_full() != KERN_BLOCKED) {
            break;
        }
        CHECK(picture() == before);
        pages_arrive();
        run_ready();
        CHECK_EQ(w.tb->result, MACH_MSG_SUCCESS);
        check_arrived();
        again();
        CHECK_EQ(send_full(sizeof(*out)), MACH_MSG_SUCCESS);
    }
    CHECK_EQ(n, 4); /* the buffer, the array, the buffer again */
    check_arrived();
    pages_missing(0);
    world_end(&w);
}

/* Each page of each copy can't be had. */
static void
every_bad_page(void)
{
    uint64_t before;
    unsigned n;

    begin();
    before = picture();
    for (n = 1;; n++) {
        kern_return_t kr;

        pages_bad_at(n, n % 2 == 0 ? KERN_MEMORY_ERROR
                                   : KERN_RESOURCE_SHORTAGE);
        kr = send_full(sizeof(*out));
        if (pages_wanted()) {
            CHECK_EQ(kr, MACH_MSG_SUCCESS);
            break;
        }
        CHECK_EQ(kr, n == 1                 ? MACH_SEND_INVALID_DATA
                     : n == 2 || n % 2 == 0 ? MACH_SEND_INVALID_MEMORY
                                            : MACH_SEND_NO_BUFFER);
        CHECK(picture() == before);
    }
    CHECK_EQ(n, 8);
    before = picture();
    for (n = 1;; n++) {
        kern_return_t kr;

        pages_bad_at(n, KERN_MEMORY_ERROR);
        kr = receive_full();
        if (pages_wanted()) {
            CHECK_EQ(kr, MACH_MSG_SUCCESS);
            break;
        }
        CHECK_EQ(kr, n == 2 ? MACH_RCV_BODY_ERROR : MACH_RCV_INVALID_DATA);
        CHECK(picture() == before);
    }
    CHECK_EQ(n, 4);
    check_arrived();
    pages_missing(0);
    world_end(&w);
}

static void
bad_buffers(void)
{
    uint64_t before;

    begin();
    CHECK_EQ(send_full(sizeof(*out)), MACH_MSG_SUCCESS);
    before = picture();
    user_protect(w.b, in, false);
    CHECK_EQ(receive_full(), MACH_RCV_INVALID_DATA);
    CHECK(picture() == before);
    user_protect(w.b, in, true);
    CHECK_EQ(receive_full(), MACH_MSG_SUCCESS);
    check_arrived();
    world_end(&w);
}

/* The last copy waits for its page, what was mapped does not fit back: the
 * receiver is told of the loss. */
static void
lost(void)
{
    unsigned n, nth, losses = 0;
    uint64_t count;

    begin();
    CHECK_EQ(send_full(sizeof(*out)), MACH_MSG_SUCCESS);
    count = host_alloc_count();
    CHECK_EQ(receive_full(), MACH_MSG_SUCCESS);
    nth = (unsigned)(host_alloc_count() - count);
    for (n = nth + 1; n <= nth + OOL - 1; n++) {
        int i, empty = 0;
        unsigned regions;

        again();
        CHECK_EQ(send_full(sizeof(*out)), MACH_MSG_SUCCESS);
        regions = user_regions_of(w.b);
        pages_missing_at(3); /* the buffer, the array, the buffer again */
        host_fail_nth(n);
        CHECK_EQ(receive_full(), KERN_BLOCKED);
        host_fail_nth(0);
        pages_arrive();
        run_ready();
        CHECK_EQ(w.tb->result, MACH_RCV_BODY_ERROR);
        for (i = 0; i < OOL; i++) {
            if (i != 2 && in->ool[i].size == 0) {
                CHECK_EQ(in->ool[i].address, 0);
                empty++;
            } else if (i != 2) {
                CHECK_EQ(*(char *)(uintptr_t)in->ool[i].address, 'a' + i);
            }
        }
        CHECK_EQ(empty, 1);
        CHECK_EQ(user_regions_of(w.b), regions + OOL - 1);
        CHECK_EQ(in->head.msgh_size, sizeof(*in));
        losses++;
    }
    CHECK_EQ(losses, OOL - 1);
    world_end(&w);
}

const struct test undo_tests[] = {
    {"undo: errors of descriptors", errors},
    {"undo: every page", every_page},
    {"undo: every bad page", every_bad_page},
    {"undo: bad buffers", bad_buffers},
    {"undo: data that is lost", lost},
    {NULL, NULL},
};
