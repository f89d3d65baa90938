/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The roof on the host: tasks, and kernel objects that serve
 *   7000  nothing
 *   7001  one word in, the word + 1 out
 *   7002  keeps the port in descriptor 0
 *   7003  no reply
 *   7100 + n  n words in the whole reply, all zero behind the code
 * Each first waits served_block times.
 */
#include <base/kalloc.h>
#include <mach/mig_server.h>
#include <ipc/ipc_upcall.h>
#include "ipc_test.h"

unsigned served, served_block;
struct wait_queue served_wait = {{&served_wait.wq_threads,
                                  &served_wait.wq_threads}};
struct ipc_port *served_take;
uint32_t served_word;
void (*served_do)(mach_msg_header_t *in, mach_msg_header_t *out);

static bool set_up;

void
ipc_upcall_setup(void)
{
    set_up = true;
}

void
ipc_upcall_caller(const struct thread *th, struct ipc_caller *out)
{
    struct task *t;

    if (th == NULL) { /* a routine that a test calls by itself */
        *out = (struct ipc_caller){.ca_ledger = &ledger_root};
        return;
    }
    t = th->th_task;
    out->ca_space = t->space;
    out->ca_map = &t->map;
    out->ca_ledger = t->ledger;
    out->ca_token = &t->token;
    out->ca_audit = &t->audit;
}

struct ipc_port *
ipc_upcall_borrowed(struct thread *th, mach_port_name_t name)
{
    return name == MACH_PORT_TASK_SELF ? th->th_task->self : NULL;
}

#define SIZED 7100
#define SIZES 200

struct reply {
    mig_reply_error_t error;
    uint32_t word;
};

/* Nothing of an old message lies where a reply is going to be. */
static void
check_empty(mach_msg_id_t id, const mach_msg_header_t *out)
{
    const char *p = (const char *)out;

    for (unsigned i = sizeof(*out);
         i < ipc_upcall_routine(id)->max_reply_size; i++) {
        CHECK_EQ(p[i], 0);
    }
}

static void
stub(mach_msg_header_t *in, mach_msg_header_t *out)
{
    struct reply *r = (struct reply *)(void *)out;
    struct ipc_kmsg *k = ipc_kmsg_of(in);

    CHECK(ipc_serving == k);
    check_empty(in->msgh_id, out);
    CHECK_EQ(in->msgh_voucher_port, 0);
    if (served_block > 0) {
        kern_return_t kr;

        served_block--;
        kr = thread_wait(&served_wait, NULL, WAIT_FOREVER,
                         WAIT_ABORTABLE | WAIT_INTERRUPTIBLE);
        if (kr != KERN_BLOCKED) {
            mig_set_return(out, kr);
        }
        return;
    }
    served++;
    mig_set_return(out, KERN_SUCCESS);
    if (in->msgh_id == 7001) {
        memcpy(&served_word, in + 1, sizeof(served_word));
        r->word = served_word + 1;
        out->msgh_size = sizeof(*r);
    } else if (in->msgh_id == 7002) {
        char *d = ipc_kmsg_first_descriptor(k);

        served_take = ipc_desc_get(d);
        ipc_desc_set(d, NULL);
    } else if (in->msgh_id >= SIZED) {
        out->msgh_size = ipc_upcall_routine(in->msgh_id)->max_reply_size;
    } else if (in->msgh_id == 7003) {
        mig_set_return(out, MIG_NO_REPLY);
    }
    if (served_do != NULL) {
        served_do(in, out);
    }
}

const struct mig_routine *
ipc_upcall_routine(mach_msg_id_t id)
{
    static const struct mig_routine every = {
        .stub = stub,
        .max_reply_size = sizeof(struct reply),
    };
    static struct mig_routine sized[SIZES];

    if (id < SIZED || id >= SIZED + SIZES) {
        return &every;
    }
    sized[id - SIZED] = (struct mig_routine){
        .stub = stub, .max_reply_size = (unsigned)(id - SIZED) * 4u };
    return &sized[id - SIZED];
}

struct task *
task_make(struct ledger *l)
{
    struct task *t = calloc(1, sizeof(*t));

    CHECK(set_up);
    t->ledger = l;
    ledger_reference(l);
    list_init(&t->map.regions);
    CHECK_EQ(ipc_space_create(l, &t->space), KERN_SUCCESS);
    t->self = ipc_kobject_port(IKOT_TASK, t, l);
    CHECK(t->self != NULL);
    t->caller = (struct ipc_caller){t->space, &t->map, l, &t->token,
                                    &t->audit};
    t->pmap = (struct pmap *)(void *)&t->map;
    return t;
}

void
task_end(struct task *t)
{
    ipc_kobject_destroy(t->self);
    ipc_space_destroy(t->space);
    reap_all();
    ipc_space_release(t->space);
    user_free_all(t);
    ledger_release(t->ledger);
    free(t);
}
