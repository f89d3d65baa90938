/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest thread as the emulator sees it: the block that GS leads to, with
 * the emulator's stack behind it (offsets.h).
 *
 * Members without a letter belong to the thread itself.
 *   p  under the process's lock
 */
#ifndef EMULATOR_THREAD_H
#define EMULATOR_THREAD_H

#include <stdbool.h>
#include <mach/emulator.h>
#include <mach/mach.h>
#include "linux.h"
#include "offsets.h"

typedef x86_thread_state64_t regs_t;
struct process;

/* What a wait in mig_rpc() sends when the thread is kicked. */
enum cancel_kind {
    CANCEL_NONE,
    CANCEL_IO,
    CANCEL_TTY,
    CANCEL_PROC,
    CANCEL_VFS,
    CANCEL_FIFO
};

/* A signal on its way to a handler. */
struct pending {
    int32_t signo, code;
    int32_t pid;
    uint32_t uid;
    uint64_t value;   /* sigval; SIGCHLD: status; faults: the address */
    int32_t tid;      /* 0: for any thread */
    bool is_fault;    /* value is the address; trapno and error are set */
    uint32_t trapno;
    uint64_t error;
};

struct thread {
    struct thread *self;
    uint64_t top;               /* of the stack: the frame ends here */
    uint64_t scratch_rsp;
    uint32_t kick;              /* set by the kernel and by ourselves */
    uint32_t full;              /* leave by thread_set_self_state */
    upcall_state_t upcall;

    struct process *process;
    struct thread *next;        /* p: of the process's threads */
    mach_port_t port;           /* a real name, or null while it is alone */
    mach_port_t reply_port;
    mach_port_t event_port;     /* poll's */
    struct sync_buffer *sync_buffer; /* of the kernel's thread, or NULL */
    int tid;
    uint64_t fs_base;
    uint64_t clear_tid;         /* guest address, or 0 */
    uint64_t robust_list;

    uint64_t mask;              /* blocked signals */
    uint64_t saved_mask;        /* sigsuspend, ppoll: restored on the way out */
    bool restore_mask;
    bool has_fault;             /* `fault` is to be delivered first */
    struct pending fault;
    struct linux_stack altstack;

    /* The system call that is being served; -1: none. */
    int64_t call;
    /* Restarted by restart_syscall: an absolute deadline for `call`. */
    uint64_t restart_deadline;
    uint64_t restart_args[6];
    int64_t restart_call;

    bool buffer_busy;           /* the message buffer is in use */
    enum cancel_kind cancel_kind;
    mach_port_t cancel_port;
    uint64_t cookie;            /* of the request that is out */
    uint32_t cookie_count;
    uint32_t watch_generation;  /* of poll's registrations */
    uint32_t event_bits;        /* the last io_ready (wait_event.c) */
    uint64_t event_cookie;

    x86_thread_state64_t *recover; /* where a fault at a guest address goes */
    char name[16];
};

_Static_assert(sizeof(struct thread) <= THREAD_BUFFER_AT, "asm");
_Static_assert(__builtin_offsetof(struct thread, top) == T_TOP, "asm");
_Static_assert(__builtin_offsetof(struct thread, scratch_rsp) == T_RSP, "asm");
_Static_assert(__builtin_offsetof(struct thread, kick) == T_KICK, "asm");
_Static_assert(__builtin_offsetof(struct thread, full) == T_FULL, "asm");
_Static_assert(__builtin_offsetof(struct thread, upcall) == T_UPCALL, "asm");
_Static_assert(__builtin_offsetof(upcall_state_t, state) == US_STATE, "asm");
_Static_assert(__builtin_offsetof(regs_t, r8) == F_R8, "asm");
_Static_assert(__builtin_offsetof(regs_t, rip) == F_RIP, "asm");
_Static_assert(__builtin_offsetof(regs_t, gs_base) == F_GS_BASE, "asm");
_Static_assert(sizeof(regs_t) == F_SIZE, "asm");

static inline struct thread *
this_thread(void)
{
    struct thread *t;

    __asm__("movq %%gs:%c1, %0" : "=r"(t) : "i"(T_SELF));
    return t;
}

/* The guest's registers, while it is in the emulator. */
static inline regs_t *
thread_frame(struct thread *t)
{
    return (regs_t *)(uintptr_t)(t->top - F_SIZE);
}

/* Assembly (entry.S).  state_save returns twice, like setjmp. */
int state_save(x86_thread_state64_t *state) __attribute__((returns_twice));
void emulator_thread_entry(void);

/* A new block, with its stack; NULL when there is no memory. */
struct thread *thread_block_create(struct process *p);
void thread_block_destroy(struct thread *t);
/* Tell the kernel where the kick flag is; in each thread, once. */
void thread_register(struct thread *t);
/* Ends this thread; the process too when it is the last (status as exit's). */
_Noreturn void thread_end(struct thread *t, int status);

#endif
