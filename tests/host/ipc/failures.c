/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every allocation of every call failing in turn: the call says so and has
 * changed nothing, and once none fails it succeeds.
 */
#include "ipc_test.h"

static struct world w;
static mach_port_name_t port, to_b, from_a;

/* What a's and b's rights look like, as one number. */
static uint64_t
fingerprint(void)
{
    struct task *tasks[2] = {w.a, w.b};
    uint64_t h = 14695981039346656037ull;
    struct ipc_census c;
    uint32_t i, j;

    for (i = 0; i < 2; i++) {
        struct ipc_space *s = tasks[i]->space;

        h = (h ^ ipc_space_used(s)) * 1099511628211ull;
        for (j = MACH_PORT_FIRST_INDEX; j < s->is_filled; j++) {
            struct ipc_entry *e = ipc_entry_at(s, j);

            if (e->ie_name != 0) {
                h = (h ^ e->ie_name) * 1099511628211ull;
                h = (h ^ e->ie_bits) * 1099511628211ull;
                h = (h ^ (e->ie_request != NULL)) * 1099511628211ull;
            }
        }
    }
    ipc_census(&c);
    return (h ^ c.ic_messages) * 1099511628211ull ^ c.ic_ports
           ^ (uint64_t)user_regions() << 32 ^ (uint64_t)user_copies() << 48;
}

static void
every_failure(kern_return_t (*call)(void), kern_return_t error)
{
    kern_return_t kr;
    unsigned n = 0;

    do {
        uint64_t before = fingerprint();

        n++;
        CHECK(n < 100);
        host_fail_nth(n);
        kr = call();
        if (kr != KERN_SUCCESS) {
            CHECK_EQ(kr, error);
            CHECK(fingerprint() == before);
        }
        host_fail_nth(0);
    } while (kr != KERN_SUCCESS);
}

static void
begin(void)
{
    world_begin(&w);
    port = new_port(w.b);
    to_b = give_send(w.b, port, w.a);
    from_a = new_port(w.a);
}

static kern_return_t
allocate(void)
{
    mach_port_name_t name;

    return ipc_right_alloc(w.a->space, MACH_PORT_RIGHT_RECEIVE, 0, &name);
}

static kern_return_t
allocate_set(void)
{
    mach_port_name_t name;

    return ipc_right_alloc(w.a->space, MACH_PORT_RIGHT_PORT_SET, 0, &name);
}

static kern_return_t
allocate_far(void)
{
    mach_port_name_t name;

    return ipc_right_alloc(w.a->space, MACH_PORT_RIGHT_RECEIVE,
                           MACH_PORT_MAKE(900, 3), &name);
}

static kern_return_t
ask(void)
{
    return request(w.a, to_b, MACH_NOTIFY_DEAD_NAME, 0, from_a);
}

static void
name_calls(void)
{
    begin();
    every_failure(allocate, KERN_RESOURCE_SHORTAGE);
    every_failure(allocate_set, KERN_RESOURCE_SHORTAGE);
    every_failure(allocate_far, KERN_RESOURCE_SHORTAGE);
    every_failure(ask, KERN_RESOURCE_SHORTAGE);
    world_end(&w);
}

/* A message with everything in it. */
struct full {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    mach_msg_ool_descriptor_t ool[2];
    mach_msg_ool_ports_descriptor_t ports;
    char rest[600];
};
static struct full *out, *in;

static kern_return_t
send_full(void)
{
    return host_msg(w.ta, &(struct msg_args){
                              .message = out,
                              .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                              .send_size = sizeof(*out)});
}

static kern_return_t
receive_full(void)
{
    return host_msg(w.tb, &(struct msg_args){
                              .message = in,
                              .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                              .rcv_size = sizeof(*in) + MAX_TRAILER_SIZE,
                              .rcv_name = port});
}

static void
messages(void)
{
    mach_port_name_t *names;
    char *data[2];
    int i;

    begin();
    out = user_alloc(w.a, sizeof(*out));
    in = user_alloc(w.b, sizeof(*in) + MAX_TRAILER_SIZE);
    names = user_alloc(w.a, 40 * sizeof(*names));
    for (i = 0; i < 40; i++) {
        names[i] = new_port(w.a);
    }
    out->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE)
                     | MACH_MSGH_BITS_COMPLEX,
        .msgh_remote_port = to_b,
        .msgh_local_port = from_a};
    out->body.msgh_descriptor_count = 4;
    out->port = (mach_msg_port_descriptor_t){
        .name = new_port(w.a),
        .disposition = MACH_MSG_TYPE_MOVE_RECEIVE & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    for (i = 0; i < 2; i++) {
        data[i] = user_alloc(w.a, 1000);
        memset(data[i], 'a' + i, 1000);
        out->ool[i] = (mach_msg_ool_descriptor_t){
            .address = (uintptr_t)data[i], .deallocate = 1, .size = 1000,
            .copy = MACH_MSG_VIRTUAL_COPY, .type = MACH_MSG_OOL_DESCRIPTOR};
    }
    out->ports = (mach_msg_ool_ports_descriptor_t){
        .address = (uintptr_t)names, .count = 40,
        .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
    every_failure(send_full, MACH_SEND_NO_BUFFER);
    CHECK(!user_mapped(w.a, data[0]) && !user_mapped(w.a, data[1]));
    every_failure(receive_full, MACH_RCV_BODY_ERROR);
    CHECK_EQ(((char *)(uintptr_t)in->ool[1].address)[999], 'b');
    CHECK_EQ(type_of(w.b, in->port.name), MACH_PORT_TYPE_RECEIVE);
    world_end(&w);
}

static kern_return_t
call_kernel(void)
{
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = MACH_PORT_TASK_SELF,
        .msgh_local_port = from_a,
        .msgh_id = 7000};
    return host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                             .option = MACH_SEND_MSG,
                                             .send_size = 24});
}

static void
kernel_calls(void)
{
    begin();
    every_failure(call_kernel, MACH_SEND_NO_BUFFER);
    world_end(&w);
}

const struct test failure_tests[] = {
    {"allocation failures: names", name_calls},
    {"allocation failures: messages", messages},
    {"allocation failures: kernel calls", kernel_calls},
    {NULL, NULL},
};
