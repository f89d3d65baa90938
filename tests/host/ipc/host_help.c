/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Short forms of what the tests do all the time, and the leak check.
 */
#include "ipc_test.h"

static struct ipc_census begin;
static uint64_t begin_bytes, begin_ports, begin_kmem;
static unsigned begin_regions;

void
check_failed(const char *what, long got, long want, const char *file,
             int line)
{
    printf("# %s:%d: %s: got %ld (0x%lx), want %ld (0x%lx)\n", file, line,
           what, got, (unsigned long)got, want, (unsigned long)want);
    printf("Bail out! a check failed\n");
    fflush(stdout);
    abort();
}

void
census_begin(void)
{
    reap_all();
    ipc_census(&begin);
    begin_bytes = host_kalloc_bytes();
    begin_ports = ledger_root.le_used[LEDGER_PORTS];
    begin_kmem = ledger_root.le_used[LEDGER_KMEM];
    begin_regions = user_regions();
}

/* kalloc's bytes may grow by the cache of small messages only. */
void
census_end(void)
{
    struct ipc_census end;

    reap_all();
    ipc_census(&end);
    CHECK_EQ(end.ic_ports, begin.ic_ports);
    CHECK_EQ(end.ic_sets, begin.ic_sets);
    CHECK_EQ(end.ic_messages, begin.ic_messages);
    CHECK_EQ(end.ic_spaces, begin.ic_spaces);
    CHECK_EQ(ledger_root.le_used[LEDGER_PORTS], begin_ports);
    CHECK_EQ(ledger_root.le_used[LEDGER_KMEM], begin_kmem);
    CHECK_EQ(user_copies(), 0);
    CHECK_EQ(user_regions(), begin_regions);
    CHECK(host_kalloc_bytes() <= begin_bytes + 64 * 1024);
}

void
check_makers(const struct ipc_port *port)
{
    const struct list *heads[2] = {&port->ip_notices, &port->ip_messages};
    uint32_t queued = port->ip_sonce_notices;
    struct list *l;
    int i;

    for (i = 0; i < 2; i++) {
        list_for_each(l, heads[i])
        {
            struct ipc_kmsg *k = list_entry(l, struct ipc_kmsg, ikm_link);

            queued += MACH_MSGH_BITS_REMOTE(k->ikm_header.msgh_bits)
                      == MACH_MSG_TYPE_PORT_SEND_ONCE;
        }
    }
    CHECK_EQ(ipc_sonce_unused(port) + queued, port->ip_sorights);
    CHECK(port->ip_sole_maker
          == (list_empty(&port->ip_makers) ? port->ip_maker.mk_ledger : NULL));
}

void
check_floor(struct ipc_space *s)
{
    uint32_t floor = s->is_floor;
    int64_t spare = s->is_spare;

    ipc_entry_set_floor(s);
    CHECK_EQ(s->is_floor, floor);
    CHECK_EQ(s->is_spare, spare);
}

void
world_begin(struct world *w)
{
    census_begin();
    w->a = task_make(&ledger_root);
    w->b = task_make(&ledger_root);
    w->a->token.val[0] = 1000;
    w->b->token.val[0] = 2000;
    w->ta = thread_make(w->a);
    w->tb = thread_make(w->b);
    w->tb2 = thread_make(w->b);
    w->ma = user_alloc(w->a, sizeof(*w->ma));
    w->mb = user_alloc(w->b, sizeof(*w->mb));
}

void
world_end(struct world *w)
{
    thread_end(w->ta);
    thread_end(w->tb);
    thread_end(w->tb2);
    task_end(w->a);
    task_end(w->b);
    census_end();
}

mach_port_name_t
new_port(struct task *t)
{
    mach_port_name_t name;

    CHECK_EQ(ipc_right_alloc(t->space, MACH_PORT_RIGHT_RECEIVE, 0, &name),
             KERN_SUCCESS);
    return name;
}

mach_port_name_t
new_set(struct task *t)
{
    mach_port_name_t name;

    CHECK_EQ(ipc_right_alloc(t->space, MACH_PORT_RIGHT_PORT_SET, 0, &name),
             KERN_SUCCESS);
    return name;
}

static mach_port_name_t
give(struct task *t, mach_port_name_t name, mach_msg_type_name_t how,
     struct task *to)
{
    struct ipc_port *port;
    mach_port_name_t got;

    CHECK_EQ(ipc_object_copyin(t->space, name, how, &port), KERN_SUCCESS);
    CHECK_EQ(ipc_object_copyout(to->space, port, ipc_right_copyin_type(how),
                                &got),
             KERN_SUCCESS);
    return got;
}

mach_port_name_t
give_send(struct task *t, mach_port_name_t name, struct task *to)
{
    return give(t, name, MACH_MSG_TYPE_MAKE_SEND, to);
}

mach_port_name_t
make_sonce(struct task *t, mach_port_name_t name, struct task *to)
{
    return give(t, name, MACH_MSG_TYPE_MAKE_SEND_ONCE, to);
}

kern_return_t
request(struct task *t, mach_port_name_t name, int variant, unsigned sync,
        mach_port_name_t notify)
{
    struct ipc_port *port = IP_NULL, *previous;
    kern_return_t kr;

    if (notify != 0) {
        CHECK_EQ(ipc_object_copyin(t->space, notify,
                                   MACH_MSG_TYPE_MAKE_SEND_ONCE, &port),
                 KERN_SUCCESS);
    }
    kr = ipc_notify_request(t->space, name, variant, sync, port, &previous);
    if (kr != KERN_SUCCESS) {
        if (ip_valid(port)) {
            ipc_port_unmake(port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        }
        return kr;
    }
    ipc_port_release_sonce(previous);
    return kr;
}

kern_return_t
send_simple(struct host_thread *h, mach_port_name_t dest,
            mach_msg_type_name_t disposition, int id)
{
    struct task *t = h->th.th_task;
    struct simple_msg *m = user_alloc(t, sizeof(*m));
    kern_return_t kr;

    m->head.msgh_bits = MACH_MSGH_BITS(disposition, 0);
    m->head.msgh_remote_port = dest;
    m->head.msgh_id = id;
    m->word[0] = (uint32_t)id;
    kr = host_msg(h, &(struct msg_args){
                         .message = m,
                         .option = MACH_SEND_MSG | MACH_SEND_TIMEOUT,
                         .send_size = sizeof(*m)});
    user_free(t, m);
    return kr;
}

kern_return_t
receive(struct host_thread *h, mach_port_name_t name, union any_msg *into)
{
    return host_msg(
        h, &(struct msg_args){
               .message = into,
               .option = MACH_RCV_MSG | MACH_RCV_TIMEOUT
                         | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX),
               .rcv_size = sizeof(*into),
               .rcv_name = name});
}

const mach_msg_max_trailer_t *
trailer_of(const union any_msg *m)
{
    static mach_msg_max_trailer_t t;

    memcpy(&t, m->space + m->head.msgh_size, sizeof(t));
    return &t;
}

mach_port_type_t
type_of(struct task *t, mach_port_name_t name)
{
    mach_port_type_t type;

    return ipc_call_type(t->space, name, &type) == KERN_SUCCESS ? type : 0;
}

unsigned
refs_of(struct task *t, mach_port_name_t name, mach_port_right_t right)
{
    mach_port_urefs_t refs;

    return ipc_call_get_refs(t->space, name, right, &refs) == KERN_SUCCESS
               ? refs
               : 0;
}

mach_port_status_t
status_of(struct task *t, mach_port_name_t name)
{
    mach_port_status_t s;

    CHECK_EQ(ipc_call_receive_status(t->space, name, &s), KERN_SUCCESS);
    return s;
}
