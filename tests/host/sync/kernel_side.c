/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side: its threads and tasks, the registers that the entry code
 * would have saved, and what is compared with the specification.
 */
#include <mach/traps.h>
#include <machine/switch.h>
#include <ipc/ipc_listen.h>
#include <ipc/ipc_mqueue.h>
#include "sync_test.h"

#define LOST 0xdeadull /* a register that no word came in */

/* Of kernel/vm: a range can be shown, or it can't. */
struct vm_lease_request {
    struct vm_map *from, *to;
    vm_address_t source;
    vm_size_t size;
    vm_prot_t prot;
    bool grant;
    vm_address_t address;
    struct ledger *ledger;
};
kern_return_t vm_lease_map(struct vm_lease_request *r);
/* Of kernel/sync: the buffers are the test's. */
void sync_buffer_release(struct thread *th);

struct task *k_task[TASKS];
struct host_thread *k_thread[THREADS];
unsigned k_leases;
static struct sync_buffer buffers[THREADS];
static struct host_thread *helper[TASKS];
static union any_msg *helper_message[TASKS];
/* Registers of words 4 to 7 and the deadline, which the entry code leaves. */
static uint64_t live[5];

kern_return_t
vm_lease_map(struct vm_lease_request *r)
{
    if (r->source == BAD_SOURCE) {
        return KERN_INVALID_ADDRESS;
    }
    k_leases++;
    machine_interrupt_window(); /* pages may be unmapped, many at once */
    r->address = r->source | (r->grant ? 1u : 0); /* to be seen */
    return KERN_SUCCESS;
}

void
sync_buffer_release(struct thread *th)
{
    th->th_sync.sy_buffer = NULL;
}

void
machine_sync_save(struct thread *th)
{
    CHECK(th == host_current);
    memcpy(th->th_regs.sync_word + 4, live, 4 * sizeof(uint64_t));
    th->th_regs.sync_deadline = live[4];
}

void
machine_sync_resume(struct thread *to, const struct thread *from, unsigned n,
                    uint64_t tag, uint64_t badge, uint64_t port)
{
    struct machine_regs *r = &to->th_regs;

    CHECK(n <= SYNC_REGISTERS);
    for (unsigned i = 0; i < SYNC_REGISTERS; i++) {
        r->sync_word[i] = i >= n  ? LOST
                          : i < 4 ? from->th_regs.sync_word[i]
                                  : live[i - 4];
    }
    r->sync_tag = tag;
    r->sync_name = badge;
    r->sync_deadline = port;
    r->result = KERN_SUCCESS;
}

void
k_thread_make(int th)
{
    struct host_thread *h = thread_make(k_task[task_of(th)]);

    h->in_sync = true;
    list_init(&h->th.th_sync.sy_cancel_link);
    /* As a receive on the fast path of mach_msg leaves it. */
    h->th.th_wait_link.next = h->th.th_wait_link.prev = NULL;
    k_thread[th] = h;
    if (s_thread[th].buffer) {
        memset(&buffers[th], 0, sizeof(buffers[th]));
        h->th.th_sync.sy_buffer = &buffers[th];
    }
}

void
k_thread_end(int th)
{
    struct host_thread *h = k_thread[th];

    h->th.th_ast |= AST_TERMINATE;
    thread_wakeup(&h->th, KERN_ABORTED);
    run_ready();
    thread_enter(h);
    sync_thread_exit(&h->th);
    list_init(&h->th.th_wait_link);
    timer_unset(&h->th.th_timer);
    thread_end(h);
    run_ready();
}

static kern_return_t
general(struct host_thread *h, unsigned number, mach_port_name_t name)
{
    kern_return_t kr;

    switch (number) {
    case TRAP_sync_call:
        kr = sync_call_trap();
        break;
    case TRAP_sync_send:
        kr = sync_send_trap(name);
        break;
    case TRAP_sync_receive:
        kr = sync_receive_trap();
        break;
    default:
        kr = sync_reply_wait_trap();
        break;
    }
    return kr == KERN_NO_RESULT ? h->th.th_regs.result : kr;
}

void
k_trap(int th, unsigned number, mach_port_name_t name,
       const struct message *m)
{
    struct host_thread *h = k_thread[th];
    struct machine_regs *r = &h->th.th_regs;
    bool has_fast =
        number == TRAP_sync_call || number == TRAP_sync_reply_wait;
    kern_return_t kr = KERN_GENERAL;

    r->result = (kern_return_t)LOST;
    r->sync_name = name;
    r->sync_tag = m->tag;
    memcpy(r->sync_word, m->words, 4 * sizeof(uint64_t));
    for (unsigned i = 4; i < SYNC_REGISTERS; i++) {
        r->sync_word[i] = LOST;
    }
    memcpy(live, m->words + 4, 4 * sizeof(uint64_t));
    live[4] = m->deadline;
    if (s_thread[th].buffer) {
        struct sync_buffer *b = &buffers[th];

        memcpy(b->sb_words, m->words + SYNC_REGISTERS, sizeof(b->sb_words));
        b->sb_right = m->right;
        b->sb_disposition = m->disposition;
        b->sb_address = m->source;
        b->sb_size = m->size;
        b->sb_window_size = s_thread[th].window;
    }
    thread_enter(h);
    host_fast_to = NULL;
    if (host_fast && has_fast) {
        kr = number == TRAP_sync_call ? sync_call_fast(name, m->tag)
                                      : sync_reply_wait_fast(name, m->tag);
    }
    CHECK((kr == KERN_SWITCHED) == (host_fast_to != NULL));
    if (kr == KERN_SWITCHED) {
        host_fast_taken++;
        host_fast_to->result = KERN_SUCCESS;
        h->result = KERN_BLOCKED;
        return;
    }
    if (kr == KERN_GENERAL) {
        machine_sync_save(&h->th);
        kr = general(h, number, name);
    }
    h->result = kr;
    CHECK((h->result == KERN_BLOCKED) == (h->th.th_state == TH_WAITING));
}

kern_return_t
k_save_reply(int th, mach_port_name_t cancel, uint64_t cookie,
             mach_port_name_t *name)
{
    kern_return_t kr;

    thread_enter(k_thread[th]);
    kr = sync_save_reply_trap(cancel, cookie);
    *name = (mach_port_name_t)k_thread[th]->th.th_regs.result2;
    return kr;
}

struct ipc_port *
k_port(int port)
{
    struct ipc_port *p;

    CHECK_EQ(ipc_right_lookup_receive(k_task[port % TASKS]->space,
                                      s_port[port].name[port % TASKS], &p),
             KERN_SUCCESS);
    return p;
}

void
k_port_make(int port)
{
    int owner = port % TASKS;

    s_port[port] = (struct s_port){ .alive = true };
    s_port[port].name[owner] = new_port(k_task[owner]);
    k_port(port)->ip_context = 1000 + (unsigned)port;
    for (int t = 0; t < TASKS; t++) {
        s_port[port].name[t] =
            give_send(k_task[owner], s_port[port].name[owner], k_task[t]);
        s_port[port].send[t] = 1;
    }
}

void
k_begin(bool fast)
{
    census_begin();
    host_fast = fast;
    host_fast_taken = 0;
    k_leases = 0;
    for (int t = 0; t < TASKS; t++) {
        k_task[t] = task_make(&ledger_root);
        s_set[t] = (struct s_set){ .name = new_set(k_task[t]) };
        memset(s_grave[t], 0, sizeof(s_grave[t]));
    }
    for (int th = 0; th < THREADS; th++) {
        s_fresh(th);
        k_thread_make(th);
    }
    memset(s_saved, 0, sizeof(s_saved));
    for (int p = 0; p < PORTS; p++) {
        k_port_make(p);
    }
    for (int t = 0; t < TASKS; t++) {
        helper[t] = thread_make(k_task[t]);
        helper_message[t] = user_alloc(k_task[t], sizeof(union any_msg));
    }
}

void
k_end(void)
{
    for (int t = 0; t < TASKS; t++) {
        thread_end(helper[t]);
        task_end(k_task[t]);
    }
    census_end();
}

void
k_message(int task, int port)
{
    kern_return_t kr = send_simple(helper[task], s_port[port].name[task],
                                   MACH_MSG_TYPE_COPY_SEND, 1);

    CHECK_EQ(kr, s_port[port].messages == QLIMIT ? MACH_SEND_TIMED_OUT
                                                 : MACH_MSG_SUCCESS);
}

void
k_message_taken(int port)
{
    int t = port % TASKS;

    CHECK_EQ(receive(helper[t], s_port[port].name[t], helper_message[t]),
             MACH_MSG_SUCCESS);
}

void
k_saved_message(int saved, unsigned words, const uint64_t *word, uint32_t id)
{
    int t = s_saved[saved].task;
    union any_msg *m = helper_message[t];
    mach_msg_size_t size = (mach_msg_size_t)(words * sizeof(*word));

    m->head = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0),
        .msgh_remote_port = s_saved[saved].name,
        .msgh_id = (mach_msg_id_t)id,
    };
    memcpy(&m->head + 1, word, size);
    CHECK_EQ(host_msg(helper[t], &(struct msg_args){
                                     .message = m,
                                     .option = MACH_SEND_MSG,
                                     .send_size = sizeof(m->head) + size }),
             MACH_MSG_SUCCESS);
}

/* ---- what is compared ---- */

/* Threads that would be told of a cancellation there. */
static unsigned
cancel_refs(int port)
{
    unsigned n = 0;

    for (int th = 0; th < THREADS; th++) {
        n += s_thread[th].cancel_port == port;
    }
    return n;
}

static void
same_queue(const struct wait_queue *wq, const struct numbers *l)
{
    const struct list *at;
    int i = 0;

    list_for_each(at, &wq->wq_threads)
    {
        CHECK(i < l->n && &k_thread[l->at[i]]->th.th_wait_link == at);
        i++;
    }
    CHECK_EQ(i, l->n);
}

static void
same_port(int port)
{
    const struct s_port *s = &s_port[port];
    const struct ipc_port *p;
    unsigned sends = 0;

    if (!s->alive) {
        return;
    }
    p = k_port(port);
    CHECK_EQ(p->ip_signals, s->signals);
    CHECK_EQ(p->ip_msgcount, s->messages);
    CHECK(ipc_listen_quiet(p)
          == (s->messages == 0 && s->callers.n == 0 && s->cancels.n == 0
              && s->signals == 0));
    same_queue(&p->ip_callers, &s->callers);
    same_queue(&p->ip_object.io_listeners, &s->listeners);
    for (int t = 0; t < TASKS; t++) {
        CHECK_EQ(refs_of(k_task[t], s->name[t], MACH_PORT_RIGHT_SEND),
                 s->send[t]);
        sends += s->send[t] != 0;
    }
    sends += s->messages; /* each came by one */
    CHECK_EQ(p->ip_srights, sends);
    /* Rights, and who waits. */
    CHECK_EQ(p->ip_object.io_refs - (unsigned)(s->callers.n + s->listeners.n),
             1 + sends + cancel_refs(port));
}

static void
same_message(int th)
{
    const struct s_thread *s = &s_thread[th];
    const struct machine_regs *r = &k_thread[th]->th.th_regs;
    const struct sync_buffer *b = &buffers[th];
    unsigned count = s->m.tag & SYNC_COUNT;

    CHECK_EQ(r->sync_tag, s->m.tag);
    for (unsigned i = 0; i < count; i++) {
        CHECK_EQ(i < SYNC_REGISTERS ? r->sync_word[i]
                                    : b->sb_words[i - SYNC_REGISTERS],
                 s->m.words[i]);
    }
    if ((s->m.tag & SYNC_RIGHT) != 0) {
        int port = s->right_port;
        mach_port_name_t dead = port == RIGHT_DEAD ? MACH_PORT_DEAD : 0;
        mach_port_name_t *name =
            port < 0 ? &dead : &s_port[port].name[task_of(th)];

        if (port >= 0 && *name == 0) {
            *name = b->sb_right; /* a new one */
        }
        CHECK_EQ(b->sb_right, *name);
        CHECK_EQ(b->sb_disposition, MACH_MSG_TYPE_PORT_SEND);
    }
    if ((s->m.tag & (SYNC_MAP | SYNC_GRANT)) != 0) {
        CHECK_EQ(b->sb_address,
                 s->shown | ((s->m.tag & SYNC_GRANT) != 0 ? 1u : 0));
        CHECK_EQ(b->sb_size, s->shown_size);
    }
}

static void
same_thread(int th)
{
    const struct s_thread *s = &s_thread[th];
    const struct host_thread *h = k_thread[th];
    const struct sync_thread *sy = &h->th.th_sync;

    CHECK_EQ(h->th.th_state, s->waits == RUNS ? TH_RUNNING : TH_WAITING);
    CHECK(sy->sy_client
          == (s->client < 0 ? NULL : &k_thread[s->client]->th));
    CHECK(sy->sy_holder
          == (s->holder < 0 ? NULL : &k_thread[s->holder]->th));
    CHECK_EQ(sy->sy_reply != NULL, s->saved >= 0);
    CHECK_EQ(sy->sy_cancelled, s->cancelled);
    if (s->waits == RUNS) {
        CHECK_EQ(h->result, s->code);
    } else {
        CHECK_EQ(h->th.th_ipc_wait, s->waits == LISTENS   ? IPC_WAIT_LISTEN
                                    : s->waits == IS_OWED ? IPC_WAIT_NONE
                                                          : IPC_WAIT_CALL);
        CHECK_EQ(h->th.th_wait_flags & WAIT_INTERRUPTIBLE,
                 (s->m.tag & SYNC_INTERRUPTIBLE) != 0 ? WAIT_INTERRUPTIBLE
                                                      : 0);
    }
}

/* A thread whose trap is done, and received something. */
static void
same_received(int th)
{
    const struct machine_regs *r = &k_thread[th]->th.th_regs;

    same_message(th);
    if (s_thread[th].port != 0) {
        CHECK_EQ(r->sync_name, s_thread[th].badge);
        CHECK_EQ(r->sync_deadline, s_thread[th].port);
    }
}

/* For whoever looks for the difference. */
void
k_show(void)
{
    for (int th = 0; th < THREADS; th++) {
        const struct s_thread *s = &s_thread[th];
        const struct host_thread *h = k_thread[th];

        printf("# thread %d: specified %d, code %d, object %d, name %x, tag "
               "%lx; is %d, code %d, tag %lx\n",
               th, (int)s->waits, s->code, s->object, s->name,
               (unsigned long)s->m.tag, (int)h->th.th_state, h->result,
               (unsigned long)h->th.th_regs.sync_tag);
    }
    for (int p = 0; p < PORTS; p++) {
        const struct s_port *s = &s_port[p];

        printf("# port %d: names %x %x %x, %d callers, %d cancels, %u "
               "messages, signals %lx, set %d\n", p, s->name[0], s->name[1], s->name[2],
               s->callers.n, s->cancels.n, s->messages,
               (unsigned long)s->signals, s->in_set);
    }
    fflush(stdout);
}

void
k_compare(void)
{
    for (int th = 0; th < THREADS; th++) {
        same_thread(th);
        if (s_thread[th].got) {
            s_thread[th].got = false;
            same_received(th);
        }
    }
    for (int p = 0; p < PORTS; p++) {
        same_port(p);
    }
    for (int t = 0; t < TASKS; t++) {
        struct ipc_pset *set;

        CHECK_EQ(ipc_right_lookup_pset(k_task[t]->space, s_set[t].name, &set),
                 KERN_SUCCESS);
        same_queue(&set->ps_object.io_listeners, &s_set[t].listeners);
    }
}
