/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process context: what its threads share.  A vfork child has one of its own
 * in its parent's task until it executes a program or ends; only `space` is common
 * to both.
 *
 *   p  under `lock`    I  does not change    w  written rarely, under `lock`
 */
#ifndef EMULATOR_PROCESS_H
#define EMULATOR_PROCESS_H

#include <posix/posix.h>
#include "fd.h"
#include "thread.h"

/* The address space: shared by a vfork child and its parent. */
struct space {
    uint32_t lock;
    uint64_t brk_start, brk, brk_mapped; /* all under lock */
    uint64_t stack_low, stack_high;      /* I */
    const struct time_page *time_page;   /* NULL until needed */
    uint64_t xsave_mask;                 /* I: 0: FXSAVE only */
    uint32_t fpu_size, hwcap;            /* I */
};

/* The timer of alarm(2); see alarm.c. */
struct alarm {
    struct thread *thread;       /* the helper, NULL until needed */
    uint32_t change;             /* counts settings: what the helper waits on */
    uint64_t deadline, interval; /* p */
};

#define PENDING_MAX 128u
/* System calls that were asked for and are not there. */
#define MISSING_MAX 64u
struct missing {
    uint32_t number, count;
};

struct process {
    uint32_t lock;
    posix_port_names_t ports;    /* I */
    posix_ids_t ids;             /* w */
    struct space *space;         /* I */
    struct thread *threads;      /* p */
    uint32_t thread_count;       /* p */
    uint32_t umask;
    uint32_t strace_missing;     /* I */
    struct linux_sigaction actions[NSIG]; /* p */
    struct pending pending[PENDING_MAX];  /* p: in order of arrival */
    uint32_t pending_count;               /* p */
    uint64_t pending_mask;                /* p: signals in pending[] */
    uint64_t rlimits[RLIM_NLIMITS][2];
    struct fd_table fds;

    /* vfork: the child runs on this thread of the parent. */
    struct process *vfork_parent;
    regs_t vfork_frame;          /* the parent's registers */
    int vfork_tid;
    uint64_t vfork_mask, vfork_clear_tid, vfork_robust, vfork_fs_base;
    struct linux_stack vfork_altstack;

    struct missing missing[MISSING_MAX]; /* p: count 0 ends */
    struct alarm alarm;
    char comm[16];
    char exe[POSIX_PATH_MAX];    /* /proc/self/exe */
};

static inline struct process *
this_process(void)
{
    return this_thread()->process;
}

/* lock.c: sleeping locks, private to the task. */
void lock_acquire(uint32_t *lock);
void lock_release(uint32_t *lock);

struct process *process_create(void);
void process_destroy(struct process *p);
mach_port_t process_port(enum posix_port which);

#endif
