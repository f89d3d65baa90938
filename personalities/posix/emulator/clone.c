/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * New processes and threads.
 *
 * fork: proc makes the child's task as a copy; the child's thread begins where
 * state_save() was called.  Threads: made here, in the own task.  vfork: the
 * child runs on this thread with a process context of its own; the parent's
 * registers wait in it until vfork_return().
 */
#include <mach_port/mach_port.h>
#include <proc/proc.h>
#include <task/task.h>
#include <thread/thread.h>
#include "syscall.h"

struct clone_args {
    uint64_t flags;
    uint64_t stack;        /* the child's stack pointer; 0: the same */
    uint64_t parent_tid, child_tid, tls;
    int exit_signal;
};

#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
                      CLONE_THREAD)
#define KNOWN_FLAGS \
    (THREAD_FLAGS | CLONE_VFORK | CLONE_SYSVSEM | CLONE_SETTLS | \
     CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | \
     CLONE_CHILD_SETTID | CLONE_CLEAR_SIGHAND)

/* ---- fork ------------------------------------------------------------------ */

static void
clear_handlers(struct process *p)
{
    for (int s = 0; s < NSIG; s++) {
        if (p->actions[s].handler > SIG_IGN) {
            p->actions[s] = (struct linux_sigaction){0};
        }
    }
}

/* In the child: nothing that belonged to the parent's other threads. */
static void
fork_child(struct thread *t, const struct clone_args *c)
{
    struct process *p = t->process;
    struct thread *o = p->threads;

    p->lock = 0;
    p->fds.lock = 0;
    p->space->lock = 0;
    while (o != NULL) {
        struct thread *next = o->next;

        if (o != t) {
            thread_block_destroy(o);
        }
        o = next;
    }
    t->next = NULL;
    p->threads = t;
    p->thread_count = 1;
    t->port = MACH_PORT_NULL;
    t->reply_port = MACH_PORT_NULL;
    t->event_port = MACH_PORT_NULL;
    t->sync_buffer = NULL;
    t->kick = 0;
    thread_register(t);
    p->pending_count = 0;
    p->pending_mask = 0;
    p->vfork_parent = NULL;
    if (p->alarm.thread != NULL) {
        thread_block_destroy(p->alarm.thread);
        p->alarm = (struct alarm){0};
    }
    proc_get_ids(p->ports[PORT_PROC], (void *)&p->ids);
    t->tid = p->ids.pid;
    t->robust_list = 0;
    t->clear_tid = c->flags & CLONE_CHILD_CLEARTID ? c->child_tid : 0;
    if (c->flags & CLONE_CHILD_SETTID) {
        copyout32(c->child_tid, (uint32_t)t->tid);
    }
    if (c->flags & CLONE_CLEAR_SIGHAND) {
        clear_handlers(p);
    }
    if (c->flags & CLONE_SETTLS) {
        t->fs_base = c->tls;
        thread_set_base_trap(0, c->tls);
    }
    if (c->stack != 0) {
        thread_frame(t)->rsp = c->stack;
    }
}

static int64_t
clone_process(struct thread *t, const struct clone_args *c)
{
    struct process *p = t->process;
    x86_thread_state64_t state;
    int64_t error;
    int pid;

    state.fs_base = t->fs_base;
    if (state_save(&state) != 0) {
        fork_child(this_thread(), c);
        return 0;
    }
    error = error_of(proc_fork(p->ports[PORT_PROC], p->ports,
                               c->exit_signal, (void *)&state,
                               x86_THREAD_STATE64_COUNT, &pid));
    if (error < 0) {
        return error == -ENOMEM ? -EAGAIN : error;
    }
    if (c->flags & CLONE_PARENT_SETTID) {
        copyout32(c->parent_tid, (uint32_t)pid);
    }
    return pid;
}

/* ---- threads --------------------------------------------------------------- */

void
emulator_thread_start(regs_t *frame)
{
    struct thread *t = this_thread();

    (void)frame;
    thread_register(t);
    t->full = 1;
    t->call = -1;
}

/* A name for the thread that was alone so far, to be kicked by. */
static void
name_first_thread(struct thread *t)
{
    mach_port_t *threads;
    mach_msg_type_number_t count;

    if (t->port != MACH_PORT_NULL ||
        task_threads(mach_task_self(), &threads, &count) != KERN_SUCCESS) {
        return;
    }
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        if (t->port == MACH_PORT_NULL) {
            t->port = threads[i];
        } else {
            mach_port_deallocate_trap(threads[i]);
        }
    }
    vm_deallocate((vm_address_t)(uintptr_t)threads,
                  count * sizeof(*threads));
}

static void
thread_link(struct process *p, struct thread *t)
{
    lock_acquire(&p->lock);
    t->next = p->threads;
    p->threads = t;
    p->thread_count++;
    lock_release(&p->lock);
}

static void
thread_unlink(struct process *p, struct thread *t)
{
    lock_acquire(&p->lock);
    for (struct thread **at = &p->threads; *at != NULL; at = &(*at)->next) {
        if (*at == t) {
            *at = t->next;
            p->thread_count--;
            break;
        }
    }
    lock_release(&p->lock);
}

/* The new thread's registers: the emulator first, then the guest. */
static kern_return_t
thread_begin(struct thread *n)
{
    x86_thread_state64_t state = {
        .rip = (uint64_t)(uintptr_t)emulator_thread_entry,
        .rsp = n->top - F_SIZE,
        .rflags = 0x202,
        .fs_base = n->fs_base,
        .gs_base = (uint64_t)(uintptr_t)n,
    };
    kern_return_t kr;

    kr = thread_set_state(n->port, x86_THREAD_STATE64, (void *)&state,
                          x86_THREAD_STATE64_COUNT);
    return kr == KERN_SUCCESS ? thread_resume(n->port) : kr;
}

static void
thread_block_fill(struct thread *t, struct thread *n,
                  const struct clone_args *c)
{
    regs_t *frame = thread_frame(n);

    *frame = *thread_frame(t);
    frame->rax = 0;
    if (c->stack != 0) {
        frame->rsp = c->stack;
    }
    n->fs_base = c->flags & CLONE_SETTLS ? c->tls : t->fs_base;
    frame->fs_base = n->fs_base;
    frame->gs_base = (uint64_t)(uintptr_t)n;
    n->mask = t->mask;
    n->clear_tid = c->flags & CLONE_CHILD_CLEARTID ? c->child_tid : 0;
    memcpy(n->name, t->name, sizeof(n->name));
}

static int64_t
clone_thread(struct thread *t, const struct clone_args *c)
{
    struct process *p = t->process;
    struct thread *n;
    int64_t error;

    name_first_thread(t);
    n = thread_block_create(p);
    if (n == NULL) {
        return -EAGAIN;
    }
    thread_block_fill(t, n, c);
    error = error_of(thread_create(mach_task_self(), &n->port));
    if (error < 0) {
        thread_block_destroy(n);
        return -EAGAIN;
    }
    error = error_of(proc_thread_create(p->ports[PORT_PROC], n->port,
                                        &n->tid));
    if (error < 0) {
        thread_terminate(n->port);
        mach_port_deallocate_trap(n->port);
        thread_block_destroy(n);
        return -EAGAIN;
    }
    if (c->flags & CLONE_PARENT_SETTID) {
        copyout32(c->parent_tid, (uint32_t)n->tid);
    }
    if (c->flags & CLONE_CHILD_SETTID) {
        copyout32(c->child_tid, (uint32_t)n->tid);
    }
    thread_link(p, n);
    error = n->tid;
    if (thread_begin(n) != KERN_SUCCESS) {
        thread_unlink(p, n);
        proc_thread_exit(p->ports[PORT_PROC], (int)error);
        thread_terminate(n->port);
        mach_port_deallocate_trap(n->port);
        thread_block_destroy(n);
        return -EAGAIN;
    }
    return error;
}

void
thread_end(struct thread *t, int status)
{
    struct process *p = t->process;
    uint64_t word = t->clear_tid;
    bool last;

    thread_unlink(p, t);
    last = p->thread_count == 0;
    if (last) {
        if (word != 0 && copyout32(word, 0) == 0) {
            futex_wake((uint32_t *)(uintptr_t)word, 1, 0, NULL);
        }
        process_exit(t, status);
    }
    proc_thread_exit(p->ports[PORT_PROC], t->tid);
    if (t->port != MACH_PORT_NULL) {
        mach_port_deallocate_trap(t->port);
    }
    if (t->event_port != MACH_PORT_NULL) {
        mach_port_mod_refs_trap(t->event_port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (!user_range_ok(word, 4) || word % 4 != 0) {
        word = 0;
    }
    thread_exit_trap((vm_address_t)(uintptr_t)t, THREAD_BLOCK_SIZE,
                     t->reply_port, (uint32_t *)(uintptr_t)word);
}

/* ---- vfork ----------------------------------------------------------------- */

static struct process *
vfork_context(struct process *p)
{
    struct process *n = process_create();

    if (n == NULL) {
        return NULL;
    }
    n->space = p->space;
    n->umask = p->umask;
    n->strace_missing = p->strace_missing;
    memcpy(n->actions, p->actions, sizeof(n->actions));
    memcpy(n->rlimits, p->rlimits, sizeof(n->rlimits));
    memcpy(n->comm, p->comm, sizeof(n->comm));
    memcpy(n->exe, p->exe, strlen(p->exe) + 1);
    n->vfork_parent = p;
    return n;
}

static void
vfork_begin(struct thread *t, struct process *n, const struct clone_args *c)
{
    regs_t *frame = thread_frame(t);

    n->vfork_frame = *frame;
    n->vfork_tid = t->tid;
    n->vfork_mask = t->mask;
    n->vfork_clear_tid = t->clear_tid;
    n->vfork_robust = t->robust_list;
    n->vfork_fs_base = t->fs_base;
    n->vfork_altstack = t->altstack;
    n->thread_count = 1;
    t->process = n;
    t->tid = n->ids.pid;
    t->clear_tid = 0;
    t->robust_list = 0;
    if (c->stack != 0) {
        frame->rsp = c->stack;
        t->altstack = (struct linux_stack){.flags = SS_DISABLE};
    }
    if (c->flags & CLONE_CLEAR_SIGHAND) {
        clear_handlers(n);
    }
    if (c->flags & CLONE_SETTLS) {
        t->fs_base = c->tls;
        thread_set_base_trap(0, c->tls);
    }
}

static int64_t
clone_vfork(struct thread *t, const struct clone_args *c)
{
    struct process *p = t->process, *n = vfork_context(p);
    int64_t error;
    int pid;

    if (n == NULL) {
        return -EAGAIN;
    }
    error = error_of(proc_vfork(p->ports[PORT_PROC], c->exit_signal, &pid,
                                &n->ports[PORT_PROC], &n->ports[PORT_VFS],
                                &n->ports[PORT_TTY]));
    if (error < 0) {
        process_destroy(n);
        return error == -ENOMEM ? -EAGAIN : error;
    }
    n->ports[PORT_PIPE] = p->ports[PORT_PIPE];
    fd_table_copy(&n->fds, &p->fds);
    n->ids = p->ids;
    n->ids.ppid = p->ids.pid;
    n->ids.pid = pid;
    if (c->flags & CLONE_PARENT_SETTID) {
        copyout32(c->parent_tid, (uint32_t)pid);
    }
    vfork_begin(t, n, c);
    if (c->flags & CLONE_CHILD_SETTID) {
        copyout32(c->child_tid, (uint32_t)pid);
    }
    if (c->flags & CLONE_CHILD_CLEARTID) {
        t->clear_tid = c->child_tid;
    }
    return 0;
}

/* The child has a task of its own now, or is dead. */
void
vfork_return(struct thread *t)
{
    struct process *n = t->process, *p = n->vfork_parent;
    regs_t *frame = thread_frame(t);
    uint64_t word = t->clear_tid;

    if (word != 0 && copyout32(word, 0) == 0) {
        futex_wake((uint32_t *)(uintptr_t)word, 1, 0, NULL);
    }
    fd_close_range(0, FD_MAX);
    mach_port_deallocate_trap(n->ports[PORT_PROC]);
    mach_port_deallocate_trap(n->ports[PORT_VFS]);
    mach_port_deallocate_trap(n->ports[PORT_TTY]);
    *frame = n->vfork_frame;
    frame->rax = (uint64_t)n->ids.pid;
    t->process = p;
    t->tid = n->vfork_tid;
    t->mask = n->vfork_mask;
    t->clear_tid = n->vfork_clear_tid;
    t->robust_list = n->vfork_robust;
    t->altstack = n->vfork_altstack;
    t->fs_base = n->vfork_fs_base;
    frame->fs_base = t->fs_base;
    frame->gs_base = (uint64_t)(uintptr_t)t;
    t->restore_mask = false;
    t->has_fault = false;
    t->full = 1;
    t->call = -1;
    t->kick = 1; /* what came for the parent meanwhile */
    process_destroy(n);
}

/* ---- the system calls ------------------------------------------------------ */

static int64_t
clone_common(const struct clone_args *c)
{
    struct thread *t = this_thread();
    uint64_t flags = c->flags;

    if ((flags & ~(uint64_t)KNOWN_FLAGS) ||
        ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM)) ||
        ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))) {
        return -EINVAL;
    }
    if (flags & CLONE_THREAD) {
        if ((flags & THREAD_FLAGS) != THREAD_FLAGS ||
            t->process->vfork_parent != NULL) {
            return -EINVAL;
        }
        return clone_thread(t, c);
    }
    if (flags & CLONE_VM) {
        /* Sharing memory with another process that runs beside it: no. */
        return flags & CLONE_VFORK ? clone_vfork(t, c) : -EINVAL;
    }
    if (flags & (CLONE_FILES | CLONE_FS)) {
        return -EINVAL;
    }
    return clone_process(t, c);
}

int64_t
sys_clone(const uint64_t *a)
{
    struct clone_args c = {
        .flags = a[0] & 0xffffff00u,
        .stack = a[1],
        .parent_tid = a[2],
        .child_tid = a[3],
        .tls = a[4],
        .exit_signal = (int)(a[0] & 0xff),
    };

    return clone_common(&c);
}

int64_t
sys_clone3(const uint64_t *a)
{
    struct linux_clone_args l = {0};
    struct clone_args c;

    if (a[1] < 64) {
        return -EINVAL;
    }
    if (a[1] > 4096) {
        return -E2BIG;
    }
    if (copyin(&l, a[0], a[1] < sizeof(l) ? a[1] : sizeof(l)) < 0) {
        return -EFAULT;
    }
    if ((l.stack == 0) != (l.stack_size == 0) || l.exit_signal > NSIG ||
        l.set_tid_size != 0) {
        return -EINVAL;
    }
    c = (struct clone_args){
        .flags = l.flags,
        .stack = l.stack != 0 ? l.stack + l.stack_size : 0,
        .parent_tid = l.parent_tid,
        .child_tid = l.child_tid,
        .tls = l.tls,
        .exit_signal = (int)l.exit_signal,
    };
    return clone_common(&c);
}

int64_t
sys_fork(const uint64_t *a)
{
    struct clone_args c = {.exit_signal = SIGCHLD};

    (void)a;
    return clone_common(&c);
}

int64_t
sys_vfork(const uint64_t *a)
{
    struct clone_args c = {.flags = CLONE_VM | CLONE_VFORK,
                           .exit_signal = SIGCHLD};

    (void)a;
    return clone_common(&c);
}
