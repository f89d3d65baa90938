/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the emulator's files share: the guest's memory, errors, waits, paths.
 */
#ifndef EMULATOR_EMULATOR_H
#define EMULATOR_EMULATOR_H

#include <mach/mig_types.h>
#include <mach/string.h>
#include <posix/emulator_table.h>
#include "process.h"

#define PAGE 4096ull
#define PAGE_FLOOR(x) ((x) & ~(PAGE - 1))
#define PAGE_CEIL(x) (((x) + PAGE - 1) & ~(PAGE - 1))

/* ---- the guest's memory (access.S, usercopy.c) ------------------------- */

int user_copy(void *to, const void *from, size_t n);
int user_zero(void *to, size_t n);
int user_get32(uint32_t *to, const void *from);
int user_put32(void *to, uint32_t value);
long user_string(char *to, const char *from, size_t max);
int user_touch(void *at);
int user_compare_exchange(uint32_t *at, uint32_t *old, uint32_t new_value);

static inline bool
user_range_ok(uint64_t at, uint64_t size)
{
    return at <= EMULATOR_AREA_BASE && size <= EMULATOR_AREA_BASE - at;
}

/* 0 or -EFAULT. */
int copyin(void *to, uint64_t from, size_t n);
int copyout(uint64_t to, const void *from, size_t n);
int copyin32(uint32_t *to, uint64_t from);
int copyout32(uint64_t to, uint32_t value);
/* The length; -EFAULT, or -ENAMETOOLONG when it doesn't fit with its NUL. */
int64_t copyin_string(char *to, uint64_t from, size_t size);
/* All of the range can be written (at this moment). */
int user_writable(uint64_t at, uint64_t size);

/*
 * Calls whose stub reads or writes guest memory itself:
 *     if (GUEST_TRY(t)) { ...the stub...; guest_done(t); } else -EFAULT
 */
#define GUEST_TRY(t, state) \
    (guest_try_begin((t), (state)), state_save(state) == 0)
void guest_try_begin(struct thread *t, x86_thread_state64_t *state);
static inline void
guest_try_end(struct thread *t)
{
    t->recover = NULL;
}

/* ---- calls to components (rpc.c) ----------------------------------------- */

/* -errno for any return code of a stub. */
int64_t error_of(kern_return_t kr);
/* The same for memory calls of the kernel. */
int64_t memory_error_of(kern_return_t kr);
/*
 * Make the next call with a cookie interruptible; returns the cookie.  What
 * it answers when interrupted is the component's EINTR: see interrupted().
 */
uint64_t rpc_interruptible(struct thread *t, enum cancel_kind kind,
                           mach_port_t port);
/* -ERESTARTSYS in place of the component's -EINTR. */
int64_t interrupted(int64_t result);

/* ---- signals (signal.c) -------------------------------------------------- */

/* A signal that would be delivered or ends the process is there. */
bool signal_waiting(struct thread *t);
/* To this thread, at its way out, whatever is blocked (faults). */
void signal_fault(struct thread *t, int signo, int code, uint64_t address,
                  uint32_t trapno, uint64_t error);
/* To this process from itself (SIGPIPE). */
void signal_self(struct thread *t, int signo);

/* ---- time (time.c) ------------------------------------------------------- */

uint64_t time_uptime(void);           /* nanoseconds */
int64_t time_realtime_offset(void);   /* Unix epoch minus boot */
/* now + ns, or never when that overflows. */
uint64_t deadline_after(uint64_t ns);
/* Nanoseconds of a timespec, or -1 when it isn't one. */
int64_t timespec_ns(const struct linux_timespec *ts);
/* Go on with the sleep that a stop interrupted. */
int64_t time_sleep_again(struct thread *t);
/* What is left of a time-out that began as this deadline. */
void time_left(uint64_t deadline, struct linux_timespec *ts);

/* ---- names (path.c) ------------------------------------------------------ */

/* The directory's port for an AT_* argument: null for AT_FDCWD or an
 * absolute path. -errno. */
int path_dir(uint64_t dirfd, const char *path, mach_port_t *dir);
/* A descriptor's right for a path (open), with all redirections. */
struct opened {
    mach_port_t port;
    uint32_t kind;
};
int64_t path_open(mach_port_t dir, const char *path, uint32_t flags,
                  uint32_t mode, struct opened *out);
/* A name that vfs left to the client: "proc/self/fd/3", ... */
enum client_name {
    CLIENT_NONE,
    CLIENT_EXE,      /* /proc/self/exe */
    CLIENT_FD,       /* an open descriptor: `fd` */
    CLIENT_FD_DIR,   /* /proc/self/fd */
    CLIENT_SELF,     /* /proc/self */
    CLIENT_TTY       /* /dev/tty */
};
enum client_name client_name_parse(const char *redirect, uint32_t *fd);

/* ---- programs (exec.c, load.c) ------------------------------------------- */

void emulator_exec_start(exec_block_t *block, regs_t *frame);
int64_t exec_program(struct thread *t, mach_port_t dir, const char *path,
                     uint64_t argv, uint64_t envp);

/* ---- entries (entry.S) --------------------------------------------------- */

void emulator_syscall(regs_t *frame);
void emulator_work(regs_t *frame);
void emulator_kick(regs_t *frame);
void emulator_exception(regs_t *frame);
_Noreturn void emulator_fault(struct thread *t);
void emulator_bad_state(regs_t *frame);
void emulator_thread_start(regs_t *frame);

/* The program's end: how often unknown calls were made (dispatch.c). */
void missing_report_counts(struct process *p);
/* The process's end; in a vfork child, the return to the parent. */
void process_exit(struct thread *t, int status);
/* A vfork child is done: this thread is its parent's again. */
void vfork_return(struct thread *t);

#endif
