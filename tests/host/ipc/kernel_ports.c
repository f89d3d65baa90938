/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects, messages of the kernel, ledgers.
 */
#include <mach/mig_errors.h>
#include <mach/mig_types.h>
#include "ipc_test.h"

static struct world w;

/* A call on a's own task port; the reply comes into w.ma. */
static kern_return_t
call(int id, uint32_t word, mach_port_name_t reply)
{
    w.ma->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                    MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = MACH_PORT_TASK_SELF,
        .msgh_local_port = reply,
        .msgh_id = id};
    w.ma->simple.word[0] = word;
    return host_msg(w.ta, &(struct msg_args){.message = w.ma,
                                             .option = MACH_SEND_MSG
                                                       | MACH_RCV_MSG,
                                             .send_size = 28,
                                             .rcv_size = sizeof(*w.ma),
                                             .rcv_name = reply});
}

static int
ret_code(void)
{
    mig_reply_error_t r;

    memcpy(&r, w.ma, sizeof(r));
    return r.RetCode;
}

static void
kernel_requests(void)
{
    mach_port_name_t r;
    uint32_t word;

    world_begin(&w);
    r = new_port(w.a);
    CHECK_EQ(call(7001, 41, r), MACH_MSG_SUCCESS);
    CHECK_EQ(w.ma->head.msgh_id, 7101);
    CHECK_EQ(ret_code(), 0);
    memcpy(&word, w.ma->space + sizeof(mig_reply_error_t), 4);
    CHECK_EQ(word, 42);
    CHECK_EQ(status_of(w.a, r).mps_sorights, 0);
    /* No reply: its right is destroyed, and that is told. */
    CHECK_EQ(call(7003, 0, r), MACH_MSG_SUCCESS);
    CHECK_EQ(w.ma->head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    world_end(&w);
}

static uint64_t charged;

static void
look_at_ledger(mach_msg_header_t *in, mach_msg_header_t *out)
{
    (void)in;
    (void)out;
    charged = w.ta->th.th_caller->ca_ledger->le_used[LEDGER_KMEM];
}

/* Whoever calls pays for the request and for the reply. */
static void
long_replies_are_charged(void)
{
    enum { LONGEST = 7299 };
    mach_port_name_t r;
    uint64_t before;

    world_begin(&w);
    r = new_port(w.a);
    served_do = look_at_ledger;
    CHECK_EQ(call(7001, 41, r), MACH_MSG_SUCCESS);
    before = w.ta->th.th_caller->ca_ledger->le_used[LEDGER_KMEM];
    CHECK_EQ(call(LONGEST, 0, r), MACH_MSG_SUCCESS);
    CHECK(charged >= before + 28 + ipc_upcall_routine(LONGEST)->max_reply_size);
    served_do = NULL;
    world_end(&w);
}

static void
requests_that_wait(void)
{
    mach_port_name_t r;

    world_begin(&w);
    r = new_port(w.a);
    served = 0;
    served_block = 2;
    CHECK_EQ(call(7001, 1, r), KERN_BLOCKED);
    CHECK_EQ(served, 0);
    (void)wait_queue_wake_all(&served_wait, KERN_SUCCESS);
    run_ready();
    CHECK_EQ(w.ta->result, KERN_BLOCKED);
    (void)wait_queue_wake_all(&served_wait, KERN_SUCCESS);
    run_ready();
    CHECK_EQ(w.ta->result, MACH_MSG_SUCCESS);
    CHECK_EQ(served, 1);
    CHECK_EQ(ret_code(), 0);
    served_block = 1;
    CHECK_EQ(call(7001, 1, r), KERN_BLOCKED);
    abort_thread(w.ta);
    run_ready();
    CHECK_EQ(w.ta->result, MACH_MSG_SUCCESS);
    CHECK_EQ(ret_code(), KERN_ABORTED);
    CHECK_EQ(served, 1);
    /* A thread that dies in the middle: nothing stays. */
    served_block = 1;
    CHECK_EQ(call(7001, 1, r), KERN_BLOCKED);
    thread_end(w.ta);
    w.ta = thread_make(w.a);
    CHECK_EQ(receive(w.ta, r, w.ma), 0);
    CHECK_EQ(w.ma->head.msgh_id, MACH_NOTIFY_SEND_ONCE);
    /* The same with a reply of its own. */
    served_block = 1;
    CHECK_EQ(call(7199, 1, r), KERN_BLOCKED);
    thread_end(w.ta);
    w.ta = thread_make(w.a);
    world_end(&w);
}

static int replies, reply_id;

static void
on_reply(void *arg, const mach_msg_header_t *reply)
{
    CHECK(arg == &replies);
    replies++;
    reply_id = reply == NULL ? -1 : reply->msgh_id;
}

static void
reply_ports(void)
{
    struct ipc_port *dest, *reply;
    mach_msg_header_t m = {.msgh_size = sizeof(m), .msgh_id = 2400};
    mach_port_name_t n;

    world_begin(&w);
    n = new_port(w.b);
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MAKE_SEND, &dest),
             KERN_SUCCESS);
    replies = 0;
    reply = ipc_kernel_reply_port(on_reply, &replies, &ledger_root);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(ipc_kernel_send(&m, dest, ipc_kernel_reply_arm(reply), NULL,
                                 0, &ledger_root),
                 KERN_SUCCESS);
        CHECK_EQ(receive(w.tb, n, w.mb), 0);
        CHECK_EQ(trailer_of(w.mb)->msgh_sender.val[1],
                 KERNEL_SECURITY_TOKEN_VAL1);
        if (i == 2) {
            ipc_kernel_reply_destroy(reply);
        }
        if (i == 1) {
            CHECK_EQ(ipc_call_deallocate(w.b->space,
                                         w.mb->head.msgh_remote_port),
                     0);
            CHECK_EQ(reply_id, -1);
        } else {
            CHECK_EQ(send_simple(w.tb, w.mb->head.msgh_remote_port,
                                 MACH_MSG_TYPE_MOVE_SEND_ONCE, 2500),
                     i == 0 ? 0 : MACH_SEND_INVALID_DEST);
            CHECK_EQ(reply_id, i == 0 ? 2500 : -1);
        }
        CHECK_EQ(replies, i == 0 ? 1 : 2);
    }
    ipc_port_release_send(dest);
    world_end(&w);
}

static void
preallocated(void)
{
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } m = {.head = {.msgh_bits = MACH_MSGH_BITS_COMPLEX,
                    .msgh_size = sizeof(m), .msgh_id = 5200},
           .body = {1}, .port = {.type = MACH_MSG_PORT_DESCRIPTOR}};
    struct ipc_kmsg *k;
    struct ipc_port *dest, *port;
    mach_port_name_t n;

    world_begin(&w);
    n = new_port(w.b);
    CHECK_EQ(ipc_object_copyin(w.b->space, n, MACH_MSG_TYPE_MAKE_SEND, &dest),
             KERN_SUCCESS);
    k = ipc_kmsg_prealloc(sizeof(m), &ledger_root);
    for (int i = 0; i < 2; i++) {
        port = ipc_port_make_send(w.a->self);
        CHECK_EQ(ipc_kmsg_send_prealloc(k, &m.head, dest, NULL, &port, 1),
                 KERN_SUCCESS);
        CHECK(ipc_kmsg_prealloc_busy(k));
        CHECK_EQ(receive(w.tb, n, w.mb), 0);
        CHECK(!ipc_kmsg_prealloc_busy(k));
        CHECK_EQ(type_of(w.b, w.mb->port.port[0].name), MACH_PORT_TYPE_SEND);
    }
    CHECK_EQ(ipc_kmsg_send_prealloc(k, &m.head, dest, NULL, &port, 0),
             KERN_SUCCESS);
    ipc_kmsg_prealloc_free(k); /* on its way: freed when it has arrived */
    CHECK_EQ(receive(w.tb, n, w.mb), 0);
    k = ipc_kmsg_prealloc(sizeof(m), &ledger_root);
    CHECK_EQ(ipc_call_destroy(w.b->space, n), KERN_SUCCESS);
    CHECK_EQ(ipc_kmsg_send_prealloc(k, &m.head, dest, NULL, NULL, 0),
             KERN_INVALID_CAPABILITY);
    ipc_kmsg_prealloc_free(k);
    ipc_port_release_send(dest);
    world_end(&w);
}

/* A flood ends with an error for the flooder. */
static void
flood(void)
{
    uint64_t limit[LEDGER_ITEMS] = {200000, LEDGER_UNLIMITED, 200,
                                    LEDGER_UNLIMITED, LEDGER_UNLIMITED};
    mach_port_name_t n, name;
    struct host_thread *h;
    struct ledger *l;
    struct task *t;
    unsigned sent = 0, ports = 0;
    kern_return_t kr;
    char *m;

    world_begin(&w);
    CHECK_EQ(ledger_create(&ledger_root, limit, &l), KERN_SUCCESS);
    t = task_make(l);
    h = thread_make(t);
    n = new_port(t);
    m = user_alloc(t, 8192);
    do {
        *(mach_msg_header_t *)(void *)m = (mach_msg_header_t){
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0),
            .msgh_remote_port = n};
        kr = host_msg(h, &(struct msg_args){.message = m,
                                            .option = MACH_SEND_MSG,
                                            .send_size = 8192});
        sent += kr == 0;
    } while (kr == 0);
    CHECK_EQ(kr, MACH_SEND_NO_BUFFER);
    CHECK(sent > 10 && sent < 25);
    CHECK_EQ(ipc_call_destroy(t->space, n), KERN_SUCCESS);
    reap_all();
    while (ipc_right_alloc(t->space, MACH_PORT_RIGHT_RECEIVE, 0, &name)
           == KERN_SUCCESS) {
        ports++;
    }
    CHECK(ports > 50 && ports < 200);
    CHECK_EQ(send_simple(w.tb, new_port(w.b), MACH_MSG_TYPE_MAKE_SEND, 1), 0);
    thread_end(h);
    task_end(t);
    ledger_release(l);
    world_end(&w);
}

const struct test kernel_tests[] = {
    {"kernel requests", kernel_requests},
    {"replies are charged", long_replies_are_charged},
    {"requests that wait", requests_that_wait},
    {"kernel reply ports", reply_ports},
    {"preallocated messages", preallocated},
    {"flood", flood},
    {NULL, NULL},
};
