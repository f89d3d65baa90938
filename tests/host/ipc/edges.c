/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Edges: messages at their largest, sets at their fullest, ends in steps,
 * kernel ports of every kind, waits that end before they begin.
 */
#include <vm/vm_user.h>
#include "ipc_test.h"

static struct world w;

static kern_return_t
send(union any_msg *m, mach_msg_size_t size)
{
    return host_msg(w.ta, &(struct msg_args){
                              .message = m,
                              .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                              .send_size = size});
}

/* A complex message with n descriptors of this port. */
static kern_return_t
send_rights(mach_port_name_t dest, mach_port_name_t right, unsigned n,
            mach_msg_type_name_t disposition)
{
    mach_msg_size_t size = 28 + 12 * n;
    char *m = user_alloc(w.a, size);
    kern_return_t kr;
    unsigned i;

    *(mach_msg_header_t *)(void *)m = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                     | MACH_MSGH_BITS_COMPLEX,
        .msgh_remote_port = dest};
    memcpy(m + 24, &n, sizeof(n));
    for (i = 0; i < n; i++) {
        mach_msg_port_descriptor_t p = {
            .name = right, .disposition = disposition & 0xffu,
            .type = MACH_MSG_PORT_DESCRIPTOR};

        memcpy(m + 28 + 12 * i, &p, sizeof(p));
    }
    kr = send((union any_msg *)(void *)m, size);
    user_free(w.a, m);
    return kr;
}

static void
many_descriptors(void)
{
    mach_port_name_t n, s, r;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = new_port(w.a);
    CHECK_EQ(send_rights(s, r, MACH_MSG_DESCRIPTORS_MAX + 1,
                         MACH_MSG_TYPE_MAKE_SEND),
             MACH_SEND_TOO_LARGE);
    CHECK_EQ(status_of(w.a, r).mps_mscount, 0);
    CHECK_EQ(send_rights(s, r, MACH_MSG_DESCRIPTORS_MAX,
                         MACH_MSG_TYPE_MAKE_SEND),
             MACH_MSG_SUCCESS);
    CHECK_EQ(status_of(w.a, r).mps_mscount, MACH_MSG_DESCRIPTORS_MAX);
    world_end(&w);
}

static uint32_t
rights_of(struct task *t, mach_port_name_t n)
{
    struct ipc_port *port;

    CHECK_EQ(ipc_right_lookup_receive(t->space, n, &port), KERN_SUCCESS);
    return port->ip_srights;
}

/* Rights of a message that nobody gets go in steps of 16. */
static void
ends_in_steps(void)
{
    mach_port_name_t n, s, r, *names;
    int array;

    world_begin(&w);
    r = new_port(w.a);
    names = user_alloc(w.a, 40 * sizeof(*names));
    for (int i = 0; i < 40; i++) {
        names[i] = r;
    }
    for (array = 0; array < 2; array++) {
        n = new_port(w.b);
        s = give_send(w.b, n, w.a);
        if (array == 0) {
            CHECK_EQ(send_rights(s, r, 40, MACH_MSG_TYPE_MAKE_SEND), 0);
        } else {
            memset(w.ma, 0, sizeof(*w.ma));
            w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                                   | MACH_MSGH_BITS_COMPLEX;
            w.ma->head.msgh_remote_port = s;
            w.ma->ports.body.msgh_descriptor_count = 1;
            w.ma->ports.ports = (mach_msg_ool_ports_descriptor_t){
                .address = (uintptr_t)names, .count = 40,
                .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
                .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
            CHECK_EQ(send(w.ma, sizeof(struct ports_msg)), 0);
        }
        CHECK_EQ(rights_of(w.a, r), 40);
        CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
        CHECK_EQ(rights_of(w.a, r), 40);
        CHECK(ipc_reap_step());
        CHECK_EQ(rights_of(w.a, r), 24);
        CHECK(ipc_reap_step());
        CHECK_EQ(rights_of(w.a, r), 8);
        reap_all();
        CHECK_EQ(rights_of(w.a, r), 0);
    }
    world_end(&w);
}

/* Memory of size 0 is in a message that is destroyed, and in one that is. */
static void
empty_memory(void)
{
    mach_port_name_t n, s;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_remote_port = s;
    w.ma->ool.body.msgh_descriptor_count = 2;
    for (int i = 0; i < 2; i++) {
        w.ma->ool.ool[i] = (mach_msg_ool_descriptor_t){
            .address = i == 0 ? 0 : (uintptr_t)user_alloc(w.a, 8),
            .size = i == 0 ? 0 : 8, .copy = MACH_MSG_PHYSICAL_COPY,
            .type = MACH_MSG_OOL_DESCRIPTOR};
    }
    CHECK_EQ(send(w.ma, sizeof(struct ool_msg)), MACH_MSG_SUCCESS);
    CHECK_EQ(send(w.ma, sizeof(struct ool_msg)), MACH_MSG_SUCCESS);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    CHECK_EQ(w.mb->ool.ool[0].address, 0);
    CHECK_EQ(w.mb->ool.ool[0].copy, MACH_MSG_VIRTUAL_COPY);
    CHECK(w.mb->ool.ool[1].address != 0);
    CHECK_EQ(user_copies(), 1);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    reap_all();
    CHECK_EQ(user_copies(), 0);
    world_end(&w);
}

/* A receive right in an array can close a circle as well. */
static void
circle_by_array(void)
{
    mach_port_name_t p, q, *names;

    world_begin(&w);
    p = new_port(w.a);
    q = new_port(w.a);
    CHECK_EQ(give_send(w.a, p, w.a), p);
    CHECK_EQ(give_send(w.a, q, w.a), q);
    names = user_alloc(w.a, 2 * sizeof(*names));
    names[0] = MACH_PORT_NULL;
    names[1] = p;
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0)
                           | MACH_MSGH_BITS_COMPLEX;
    w.ma->head.msgh_remote_port = q;
    w.ma->ports.body.msgh_descriptor_count = 1;
    w.ma->ports.ports = (mach_msg_ool_ports_descriptor_t){
        .address = (uintptr_t)names, .count = 2,
        .disposition = MACH_MSG_TYPE_MOVE_RECEIVE & 0xffu,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR};
    CHECK_EQ(send(w.ma, sizeof(struct ports_msg)), MACH_MSG_SUCCESS);
    CHECK_EQ(send_rights(p, q, 1, MACH_MSG_TYPE_MOVE_RECEIVE),
             MACH_SEND_INVALID_RIGHT);
    CHECK_EQ(type_of(w.a, q), MACH_PORT_TYPE_SEND_RECEIVE);
    world_end(&w);
}

/* What is claimed of the reply port is given back when the destination turns
 * out to be dead. */
static void
dead_destination(void)
{
    mach_port_name_t n, s, r, o;

    world_begin(&w);
    n = new_port(w.b);
    s = give_send(w.b, n, w.a);
    r = give_send(w.b, new_port(w.b), w.a);
    o = make_sonce(w.b, new_port(w.b), w.a);
    CHECK_EQ(ipc_call_mod_refs(w.a->space, r, MACH_PORT_RIGHT_SEND, 1),
             KERN_SUCCESS);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head.msgh_remote_port = s;
    w.ma->head.msgh_local_port = r;
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND,
                                          MACH_MSG_TYPE_MOVE_SEND);
    CHECK_EQ(send(w.ma, 24), MACH_SEND_INVALID_DEST);
    CHECK_EQ(refs_of(w.a, r, MACH_PORT_RIGHT_SEND), 2);
    CHECK_EQ(refs_of(w.a, s, MACH_PORT_RIGHT_DEAD_NAME), 1);
    w.ma->head.msgh_local_port = o;
    w.ma->head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                          MACH_MSG_TYPE_MOVE_SEND_ONCE);
    CHECK_EQ(send(w.ma, 24), MACH_SEND_INVALID_DEST);
    CHECK_EQ(refs_of(w.a, o, MACH_PORT_RIGHT_SEND_ONCE), 1);
    CHECK_EQ(ipc_call_deallocate(w.a->space, o), KERN_SUCCESS);
    world_end(&w);
}

static void
full_sets(void)
{
    mach_port_name_t p, set, n[40];
    int i;

    world_begin(&w);
    p = new_port(w.a);
    for (i = 0; i < (int)IPC_LINKS_MAX; i++) {
        CHECK_EQ(ipc_call_insert_member(w.a->space, p, new_set(w.a)),
                 KERN_SUCCESS);
    }
    set = new_set(w.a);
    CHECK_EQ(ipc_call_insert_member(w.a->space, p, set),
             KERN_RESOURCE_SHORTAGE);
    CHECK_EQ(status_of(w.a, p).mps_pset, IPC_LINKS_MAX);
    CHECK_EQ(ipc_call_destroy(w.a->space, p), KERN_SUCCESS);
    for (i = 0; i < 40; i++) {
        n[i] = new_port(w.a);
        CHECK_EQ(ipc_call_insert_member(w.a->space, n[i], set),
                 KERN_SUCCESS);
    }
    CHECK_EQ(ipc_call_destroy(w.a->space, set), KERN_SUCCESS);
    CHECK_EQ(type_of(w.a, set), 0);
    /* The links that are left count no more, and go in steps. */
    CHECK_EQ(status_of(w.a, n[39]).mps_pset, 0);
    set = new_set(w.a);
    CHECK_EQ(ipc_call_insert_member(w.a->space, n[39], set), KERN_SUCCESS);
    CHECK_EQ(status_of(w.a, n[39]).mps_pset, 1);
    reap_all();
    CHECK_EQ(status_of(w.a, n[39]).mps_pset, 1);
    CHECK_EQ(ipc_call_move_member(w.a->space, n[39], 0), KERN_SUCCESS);
    CHECK_EQ(ipc_call_move_member(w.a->space, n[39], 0), KERN_NOT_IN_SET);
    world_end(&w);
}

static int gone;

static void
on_no_senders(void *object)
{
    CHECK(object == &gone);
    gone++;
}

static void
kernel_objects(void)
{
    struct ipc_port *port, *user;

    world_begin(&w);
    gone = 0;
    ipc_kobject_set_no_senders(IKOT_LEDGER, on_no_senders);
    port = ipc_kobject_port(IKOT_LEDGER, &gone, &ledger_root);
    CHECK(ipc_kobject_get(port, IKOT_LEDGER) == &gone);
    CHECK(ipc_kobject_get(port, IKOT_TASK) == NULL);
    CHECK(ipc_kobject_get(IP_NULL, IKOT_LEDGER) == NULL);
    CHECK(ipc_kobject_get(IP_DEAD, IKOT_LEDGER) == NULL);
    CHECK_EQ(ipc_right_lookup_receive(w.a->space, new_port(w.a), &user),
             KERN_SUCCESS);
    CHECK(ipc_kobject_get(user, IKOT_LEDGER) == NULL);
    CHECK(ipc_kobject_get(user, IKOT_NONE) == NULL);
    CHECK(ipc_port_of_kernel(port) && !ipc_port_of_kernel(user));
    CHECK(!ipc_port_of_kernel(IP_NULL) && !ipc_port_of_kernel(IP_DEAD));
    CHECK(ipc_port_make_send(port) == port);
    CHECK(ipc_port_copy_send(port) == port);
    ipc_port_release_send(port);
    CHECK_EQ(gone, 0);
    ipc_port_release_send(port);
    CHECK_EQ(gone, 1);
    CHECK(ipc_port_make_send(port) == port);
    ipc_port_release_send(port);
    CHECK_EQ(gone, 2);
    CHECK(ipc_port_make_send(port) == port);
    ipc_kobject_destroy(port);
    CHECK(!ipc_port_of_kernel(port));
    CHECK(ipc_kobject_get(port, IKOT_LEDGER) == NULL);
    ipc_kobject_destroy(port); /* is dead: nothing more */
    ipc_port_release_send(port);
    CHECK_EQ(gone, 2);
    ipc_kobject_destroy(NULL);
    ipc_kobject_set_no_senders(IKOT_LEDGER, NULL);
    /* One of a kind that nobody asked to hear of. */
    port = ipc_kobject_port(IKOT_HOST, &gone, &ledger_root);
    ipc_port_release_send(ipc_port_make_send(port));
    ipc_kobject_destroy(port);
    CHECK_EQ(gone, 2);
    world_end(&w);
}

/* A port that a request leaves with the kernel. */
static void
kept_by_the_kernel(void)
{
    mach_port_name_t r, n;

    world_begin(&w);
    r = new_port(w.a);
    n = new_port(w.a);
    memset(w.ma, 0, sizeof(*w.ma));
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE)
                     | MACH_MSGH_BITS_COMPLEX,
        .msgh_remote_port = MACH_PORT_TASK_SELF,
        .msgh_local_port = r,
        .msgh_voucher_port = 5,
        .msgh_id = 7002};
    w.ma->port.body.msgh_descriptor_count = 1;
    w.ma->port.port[0] = (mach_msg_port_descriptor_t){
        .name = n, .disposition = MACH_MSG_TYPE_MAKE_SEND & 0xffu,
        .type = MACH_MSG_PORT_DESCRIPTOR};
    served_take = NULL;
    CHECK_EQ(send(w.ma, 40), MACH_MSG_SUCCESS);
    CHECK(served_take != NULL);
    CHECK_EQ(rights_of(w.a, n), 1);
    ipc_port_release_send(served_take);
    CHECK_EQ(rights_of(w.a, n), 0);
    CHECK_EQ(receive(w.ta, r, w.ma), MACH_MSG_SUCCESS);
    CHECK_EQ(w.ma->head.msgh_remote_port, 0);
    CHECK_EQ(w.ma->head.msgh_voucher_port, 0);
    CHECK_EQ(trailer_of(w.ma)->msgh_sender.val[0],
             KERNEL_SECURITY_TOKEN_VAL0);
    CHECK_EQ(trailer_of(w.ma)->msgh_sender.val[1],
             KERNEL_SECURITY_TOKEN_VAL1);
    world_end(&w);
}

struct two_ports {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port[2];
    mach_msg_ool_descriptor_t ool;
    char rest[500];
};

static void
kernel_messages(void)
{
    struct two_ports m = {
        .head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX | 0x12,
                 .msgh_size = sizeof(m), .msgh_voucher_port = 9,
                 .msgh_id = 77},
        .body = {3},
        .port = {{.pad1 = 4, .pad2 = 5}, {.pad1 = 6, .pad2 = 7}},
        .ool = {.type = MACH_MSG_OOL_DESCRIPTOR, .size = 3}};
    mach_port_name_t n, p[2];
    struct ipc_port *ports[2], *dest;
    struct vm_map_copy *copy;
    unsigned nth;
    kern_return_t kr;
    int i;

    world_begin(&w);
    n = new_port(w.b);
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MAKE_SEND, &dest),
             KERN_SUCCESS);
    for (i = 0; i < 2; i++) {
        p[i] = new_port(w.b);
        CHECK_EQ(ipc_object_copyin(w.b->space, p[i], MACH_MSG_TYPE_MAKE_SEND,
                                   &ports[i]),
                 KERN_SUCCESS);
    }
    CHECK_EQ(vm_map_copy_from_kernel("abc", 3, &ledger_root, &copy),
             KERN_SUCCESS);
    ipc_desc_set(&m.ool, copy);
    for (nth = 1;; nth++) {
        host_fail_nth(nth);
        kr = ipc_kernel_send(&m.head, dest, NULL, ports, 2, &ledger_root);
        host_fail_nth(0);
        if (kr == KERN_SUCCESS) {
            break;
        }
        CHECK_EQ(kr, KERN_RESOURCE_SHORTAGE);
    }
    CHECK_EQ(nth, 2);
    CHECK_EQ(receive(w.tb, n, w.mb), MACH_MSG_SUCCESS);
    memcpy(&m, w.mb, sizeof(m));
    CHECK_EQ(m.head.msgh_bits,
             MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND)
                 | MACH_MSGH_BITS_COMPLEX);
    CHECK_EQ(m.head.msgh_remote_port, 0);
    CHECK_EQ(m.head.msgh_local_port, n);
    CHECK_EQ(m.head.msgh_voucher_port, 0);
    CHECK_EQ(m.head.msgh_id, 77);
    for (i = 0; i < 2; i++) {
        CHECK_EQ(m.port[i].name, p[i]);
        CHECK_EQ(m.port[i].disposition, MACH_MSG_TYPE_PORT_SEND);
        CHECK_EQ(m.port[i].pad1, 0);
        CHECK_EQ(m.port[i].pad2, 0);
        CHECK_EQ(type_of(w.b, p[i]), MACH_PORT_TYPE_SEND_RECEIVE);
    }
    CHECK(memcmp((void *)(uintptr_t)m.ool.address, "abc", 3) == 0);
    ipc_port_release_send(dest);
    world_end(&w);
}

/* Messages whose payer has nothing left. */
static void
poor_payer(void)
{
    const uint64_t limit[LEDGER_ITEMS] = {100, 0, 0, 0, 0};
    mach_msg_header_t m = {.msgh_size = sizeof(m)};
    struct ipc_port *dest;
    struct ledger *l;
    mach_port_name_t n;

    world_begin(&w);
    CHECK_EQ(ledger_create(&ledger_root, limit, &l), KERN_SUCCESS);
    n = new_port(w.b);
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MAKE_SEND, &dest),
             KERN_SUCCESS);
    CHECK(ipc_kmsg_prealloc(24, l) == NULL);
    CHECK(ipc_kmsg_prealloc(4000, l) == NULL);
    CHECK_EQ(ipc_kernel_send(&m, dest, NULL, NULL, 0, l),
             KERN_RESOURCE_SHORTAGE);
    CHECK(ipc_kobject_port(IKOT_HOST, &gone, l) == NULL);
    CHECK(ipc_kernel_reply_port(NULL, NULL, l) == NULL);
    CHECK(ipc_pset_create(l) == NULL);
    CHECK(ipc_port_array_create(50, l) == NULL);
    CHECK(ipc_notify_create(MACH_NOTIFY_DEAD_NAME, dest, l) == NULL);
    CHECK_EQ(l->le_used[LEDGER_KMEM], 0);
    CHECK_EQ(status_of(w.b, n).mps_msgcount, 0);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    CHECK_EQ(ipc_kernel_send(&m, dest, NULL, NULL, 0, &ledger_root),
             KERN_INVALID_CAPABILITY);
    ipc_port_release_send(dest);
    ledger_release(l);
    world_end(&w);
}

/* The receive right goes, the send right stays: the port is gone at once. */
static void
no_port_stays(void)
{
    struct ipc_census before, after;
    mach_port_name_t n;

    world_begin(&w);
    n = new_port(w.a);
    CHECK_EQ(give_send(w.a, n, w.a), n);
    ipc_census(&before);
    CHECK_EQ(ipc_call_mod_refs(w.a->space, n, MACH_PORT_RIGHT_RECEIVE, -1),
             KERN_SUCCESS);
    ipc_census(&after);
    CHECK_EQ(after.ic_ports, before.ic_ports - 1);
    CHECK_EQ(type_of(w.a, n), MACH_PORT_TYPE_DEAD_NAME);
    world_end(&w);
}

/* What is nearly one of the two common forms is none. */
static void
nearly_common(void)
{
    mach_port_name_t n, r, o;

    world_begin(&w);
    n = new_port(w.b);
    r = new_port(w.a);
    o = make_sonce(w.b, n, w.a);
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = o, .msgh_local_port = r };
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){ .message = w.ma,
                                                .option = MACH_SEND_MSG,
                                                .send_size = 24 }),
             MACH_SEND_INVALID_DEST);
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_remote_port = o, .msgh_local_port = MACH_PORT_DEAD };
    CHECK_EQ(host_msg(w.ta, &(struct msg_args){ .message = w.ma,
                                                .option = MACH_SEND_MSG,
                                                .send_size = 24 }),
             MACH_SEND_INVALID_HEADER);
    CHECK_EQ(refs_of(w.a, o, MACH_PORT_RIGHT_SEND_ONCE), 1);
    world_end(&w);
}

const struct test edge_tests[] = {
    {"edges: nearly a common form", nearly_common},
    {"edges: many descriptors", many_descriptors},
    {"edges: ends in steps", ends_in_steps},
    {"edges: empty memory", empty_memory},
    {"edges: a circle by an array", circle_by_array},
    {"edges: a dead destination", dead_destination},
    {"edges: full sets", full_sets},
    {"edges: kernel objects", kernel_objects},
    {"edges: kept by the kernel", kept_by_the_kernel},
    {"edges: messages of the kernel", kernel_messages},
    {"edges: a payer with nothing", poor_payer},
    {"edges: no port stays", no_port_stays},
    {NULL, NULL},
};
