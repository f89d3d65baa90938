/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The world of the calls: a task, its thread, and the traps that the stubs
 * need.  Messages lie in a page of the task that no call touches.
 */
#include <base/ledger.h>
#include <base/panic.h>
#include <ipc/ipc.h>
#include <kern/host.h>
#include <kern/memory_entry.h>
#include <kern/task.h>
#include <machine/cpu.h>
#include <pager/pager.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <vm/vm_user.h>
#include "calls.h"
#include "calls_machine.h"

#define BUFFER_SIZE 0x4000u /* its end: for poke() */

static struct task *task;
static vm_address_t buffer;
static mach_port_name_t reply_port;
static struct census {
    struct ipc_census ipc;
    struct vm_counts vm;
    uint64_t frames, kalloc, tasks, threads, used[LEDGER_ITEMS];
} begin;

void
check_failed(const char *what, int code, const char *file, int line)
{
    printf("# %s: %s:%d: %s: %d (0x%x)\nBail out! a check failed\n",
           now_testing, file, line, what, code, (unsigned)code);
    fflush(stdout);
    abort();
}

static void
census(struct census *c)
{
    memset(c, 0, sizeof(*c));
    while (host_reap()) {
    }
    ipc_census(&c->ipc);
    vm_counts_get(&c->vm);
    c->frames = host_frames_used();
    c->kalloc = host_kalloc_bytes();
    c->tasks = task_count;
    c->threads = thread_count;
    memcpy(c->used, ledger_root.le_used, sizeof(c->used));
}

static void
task_start(struct task **t)
{
    struct thread *th;

    CHECK_OK(task_create(NULL, &ledger_root, false, t));
    CHECK_OK(task_thread_create(*t, &th));
    th->th_suspend_count = 0;
    th->th_state = TH_RUNNING;
    list_remove(&th->th_run_link);
    host_current = th;
}

void
world_setup(void)
{
    struct task *first;

    host_clock_setup();
    vm_setup();
    ipc_setup();
    task_setup();
    host_setup();
    memory_entry_setup();
    pager_setup();
    /* The first task must not end. */
    CHECK_OK(task_create(NULL, &ledger_root, false, &first));
}

void
world_begin(void)
{
    census(&begin);
    task_start(&task);
    CHECK_OK(vm_map_allocate(task->ta_map, &buffer, BUFFER_SIZE,
                             VM_FLAGS_ANYWHERE));
    CHECK_OK(vm_map_inherit(task->ta_map, buffer, BUFFER_SIZE,
                            VM_INHERIT_NONE));
    CHECK_OK(vm_probe_write(buffer, BUFFER_SIZE));
    reply_port = mach_reply_port_trap();
}

static void
end_current(void)
{
    struct thread *th = host_current;

    task_thread_exit(th);
    host_current = NULL;
    thread_release(th);
}

/* Tasks that the call has made, then the caller itself. */
static void
end_tasks(void)
{
    struct list *l, *next;

    list_for_each_safe(l, next, &task_list)
    {
        struct task *t = list_entry(l, struct task, ta_link);

        if (t->ta_id != 1 && t != task) {
            task_terminate(t);
        }
    }
    task_terminate(task);
    end_current();
    while (host_next_thread()) {
        end_current();
    }
}

void
world_end(void)
{
    struct census end;

    end_tasks();
    census(&end);
    CHECK(memcmp(&end.ipc, &begin.ipc, sizeof(end.ipc)) == 0);
    CHECK(memcmp(&end.vm, &begin.vm, sizeof(end.vm)) == 0);
    CHECK(end.frames == begin.frames);
    CHECK(end.tasks == begin.tasks);
    CHECK(end.threads == begin.threads);
    CHECK(memcmp(end.used, begin.used, sizeof(end.used)) == 0);
    CHECK(end.kalloc == begin.kalloc);
}

static struct census mark;

void
world_mark(void)
{
    census(&mark);
}

bool
world_marked(void)
{
    struct census now;

    census(&now);
    return memcmp(&now.ipc, &mark.ipc, sizeof(now.ipc)) == 0
           && now.tasks == mark.tasks && now.threads == mark.threads;
}

kern_return_t
touch(vm_address_t at, bool write)
{
    return vm_fault(task->ta_map, at,
                    write ? VM_PROT_READ | VM_PROT_WRITE : VM_PROT_READ);
}

vm_address_t
poke(const uint32_t *words, unsigned count)
{
    vm_address_t at = buffer + BUFFER_SIZE - 0x100;

    CHECK_OK(copyout(words, at, count * sizeof(*words)));
    return at;
}

uint32_t
peek(vm_address_t at)
{
    uint32_t word;

    CHECK_OK(copyin(at, &word, sizeof(word)));
    return word;
}

mach_port_name_t
host_privileged(void)
{
    mach_port_name_t name;

    CHECK_OK(ipc_object_copyout(task->ta_space, host_priv_port(),
                                MACH_MSG_TYPE_PORT_SEND, &name));
    return name;
}

static mach_msg_return_t
trap(mach_msg_option_t option, mach_msg_size_t send_size,
     mach_msg_size_t rcv_size, mach_port_name_t rcv_name)
{
    uint64_t args[6] = {buffer, option,
                        send_size | (uint64_t)rcv_size << 32, rcv_name, 0,
                        buffer};
    unsigned i;

    for (i = 0; i < 6; i++) {
        regs_set_arg(&host_current->th_regs, i, args[i]);
    }
    return mach_msg_trap(host_current);
}

mach_port_name_t
carried_right(mach_port_name_t from)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
        char rest[256];
    } m;

    CHECK_OK(trap(MACH_RCV_MSG, 0, sizeof(m), from));
    CHECK_OK(copyin(buffer, &m, sizeof(m)));
    CHECK(m.body.msgh_descriptor_count > 0);
    return m.port.name;
}

void
wait_for_page(vm_address_t at)
{
    struct thread *th, *self = host_current;

    CHECK_OK(task_thread_create(task, &th));
    th->th_suspend_count = 0;
    th->th_state = TH_RUNNING;
    list_remove(&th->th_run_link);
    host_current = th;
    CHECK(touch(at, false) == KERN_BLOCKED);
    host_current = self;
}

/* ---- which routines have been called ---- */

#define IDS 8192

static bool watching, called[IDS];

void
world_watch(bool calls)
{
    watching = calls;
}

bool
world_called(mach_msg_id_t id)
{
    return called[id];
}

/* ---- what the stubs call ---- */
mach_port_t mig_get_reply_port(void);
void mig_put_reply_port(mach_port_t port);
void mig_rpc_failed(mach_msg_return_t ret, mach_port_t port);
void mig_destroy_reply(mach_msg_header_t *msg);
void *mig_user_allocate(size_t size);
void mig_user_deallocate(void *buffer_given, size_t size);
mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                           mach_msg_size_t send_size,
                           mach_msg_size_t rcv_size,
                           mach_port_name_t rcv_name,
                           mach_msg_timeout_t timeout,
                           mach_port_name_t notify);

/* What waits for memory goes on when there is some. */
static mach_msg_return_t
go_on(void)
{
    struct thread *th = host_current;
    continuation_t k = th->th_continuation;

    host_fail_nth(0);
    CHECK(th->th_state == TH_WAITING);
    thread_wakeup(th, KERN_OPERATION_TIMED_OUT);
    list_remove(&th->th_run_link);
    th->th_state = TH_RUNNING;
    th->th_continuation = NULL;
    if (k != NULL) {
        return k(th, th->th_wait_result);
    }
    return mach_msg_trap(th);
}

/* A reply that can't be received for lack of memory stays in its queue. */
mach_msg_return_t
mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
         mach_msg_size_t send_size, mach_msg_size_t rcv_size,
         mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    mach_msg_return_t kr;

    (void)timeout;
    (void)notify;
    CHECK(send_size <= BUFFER_SIZE && rcv_size <= BUFFER_SIZE);
    CHECK(msg->msgh_id >= 0 && msg->msgh_id < IDS);
    called[msg->msgh_id] |= watching;
    CHECK_OK(copyout(msg, buffer, send_size));
    kr = trap(option, send_size, rcv_size, rcv_name);
    if (kr == KERN_BLOCKED) {
        kr = go_on();
    }
    if (kr == MACH_RCV_BODY_ERROR) {
        host_fail_nth(0);
        kr = trap(option & ~MACH_SEND_MSG, 0, rcv_size, rcv_name);
    }
    if (kr == MACH_MSG_SUCCESS) {
        CHECK_OK(copyin(buffer, msg, rcv_size));
    }
    return kr;
}

mach_port_t
mig_get_reply_port(void)
{
    return reply_port;
}

void
mig_put_reply_port(mach_port_t port)
{
    CHECK(port == reply_port);
}

void
mig_rpc_failed(mach_msg_return_t ret, mach_port_t port)
{
    (void)ret;
    (void)port;
}

/* One that says an error carries nothing. */
void
mig_destroy_reply(mach_msg_header_t *msg)
{
    CHECK((msg->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0);
}

/* Room for a stub's large messages: the stub's own memory. */
void *
mig_user_allocate(size_t size)
{
    return malloc(size);
}

void
mig_user_deallocate(void *buffer_given, size_t size)
{
    (void)size;
    free(buffer_given);
}
