/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the first process: its exec block, its descriptors, proc_spawn().
 */
#include <stdlib.h>
#include <string.h>
#include <proc_control/proc_control.h>
#include <tty_control/tty_control.h>
#include "internal.h"

#define NEXT_SESSION 0 /* tty_control.defs: the one that is made next */
#define UMASK 022u
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_NOFILE 7
#define NO_LIMIT (~0ull)

/* ports[0] is the program's file; ports[1..3] are descriptors 0 to 2, or
 * ports[1] is the terminal, all three (a task has one name for a port). */
enum { PORT_FILE, PORT_STDIN, PORT_STDOUT, PORT_STDERR, JOB_PORTS };

static const char *
error_text(int error)
{
    switch (error) {
    case L_ENOENT: return "No such file or directory";
    case L_E2BIG: return "Argument list too long";
    case L_ENOMEM: return "Out of memory";
    case L_EACCES: return "Permission denied";
    case L_ENOTDIR: return "Not a directory";
    case L_EISDIR: return "Is a directory";
    case 36: return "File name too long";
    case 40: return "Too many levels of symbolic links";
    default: return "Cannot be executed";
    }
}

/* ---- the block ---------------------------------------------------------- */

static size_t
strings_size(const struct job *j, const char *path)
{
    size_t size = strlen(path) + 1;

    for (unsigned i = 0; i < j->argc; i++) {
        size += strlen(j->argv[i]) + 1;
    }
    for (unsigned i = 0; i < j->envc; i++) {
        size += strlen(j->envp[i]) + 1;
    }
    return size;
}

static char *
append(char *to, const char *from)
{
    size_t n = strlen(from) + 1;

    memcpy(to, from, n);
    return to + n;
}

static void
fill_limits(exec_block_t *b)
{
    for (int i = 0; i < 16; i++) {
        b->rlimits[i][0] = b->rlimits[i][1] = NO_LIMIT;
    }
    b->rlimits[RLIMIT_STACK][0] = 8u << 20;
    b->rlimits[RLIMIT_CORE][0] = 0;
    b->rlimits[RLIMIT_NOFILE][0] = 1024;
    b->rlimits[RLIMIT_NOFILE][1] = 4096;
}

/* Page-aligned memory of *size bytes, or NULL. */
static exec_block_t *
make_block(const struct job *j, const char *path, vm_size_t *size)
{
    size_t strings = strings_size(j, path);
    size_t used = sizeof(exec_block_t) + 3 * sizeof(struct exec_fd) + strings;
    vm_address_t address = 0;
    struct exec_fd *fd;
    exec_block_t *b;
    char *at;

    *size = (used + MACH_PAGE_SIZE - 1) & ~(MACH_PAGE_SIZE - 1);
    if (vm_allocate(&address, *size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return NULL;
    }
    b = (exec_block_t *)address;
    b->magic = EXEC_BLOCK_MAGIC;
    b->size = *size;
    b->file = PORT_FILE;
    b->argc = j->argc;
    b->envc = j->envc;
    b->fds = sizeof(*b);
    b->fd_count = 3;
    b->strings = b->fds + 3 * (uint32_t)sizeof(*fd);
    b->umask = UMASK;
    b->strace_missing = j->strace_missing;
    fill_limits(b);
    fd = (struct exec_fd *)(address + b->fds);
    for (unsigned i = 0; i < 3; i++) {
        fd[i] = (struct exec_fd){.fd = (int32_t)i,
                                 .port = PORT_STDIN + (j->tty ? 0 : i),
                                 .kind = j->tty ? KIND_TTY : KIND_PIPE};
    }
    at = (char *)address + b->strings;
    for (unsigned i = 0; i < j->argc; i++) {
        at = append(at, j->argv[i]);
    }
    for (unsigned i = 0; i < j->envc; i++) {
        at = append(at, j->envp[i]);
    }
    b->path = (uint32_t)((vm_address_t)at - address);
    b->strings_size = b->path - b->strings;
    append(at, path);
    return b;
}

/* ---- descriptors -------------------------------------------------------- */

static bool
open_terminal(mach_port_t ports[JOB_PORTS])
{
    mig_handle_t tty = component_handle("tty");
    mach_port_t port = MACH_PORT_NULL;
    kern_return_t kr = tty == MIG_HANDLE_NULL
                           ? KERN_FAILURE
                           : tty_console_open(tty, NEXT_SESSION, &port);

    if (kr != KERN_SUCCESS) {
        init_fail("the console cannot be opened: %s", mach_error_string(kr));
        return false;
    }
    handle_release(tty);
    ports[PORT_STDIN] = port;
    return true;
}

static bool
open_streams(mach_port_t ports[JOB_PORTS])
{
    for (unsigned i = 0; i < 3; i++) {
        ports[PORT_STDIN + i] = init_stream_right(i);
        if (ports[PORT_STDIN + i] == MACH_PORT_NULL) {
            init_fail("no port for a standard stream");
            return false;
        }
    }
    return true;
}

/* ---- the process -------------------------------------------------------- */

static void
spawn(const struct job *j, const struct program *p, mach_port_t exit_notify)
{
    mach_port_t ports[JOB_PORTS] = {[PORT_FILE] = p->file};
    mig_handle_t proc = component_handle("proc");
    exec_block_t *block;
    vm_size_t size;
    kern_return_t kr;
    int pid;

    if (proc == MIG_HANDLE_NULL ||
        !(j->tty ? open_terminal(ports) : open_streams(ports))) {
        return;
    }
    block = make_block(j, p->path, &size);
    if (block == NULL) {
        init_complain("%s: %s", j->argv[0], error_text(L_E2BIG));
        init_finish(126 << 8, false);
        return;
    }
    kr = proc_spawn(proc, j->uid, j->gid, j->cwd, (pointer_t)(uintptr_t)block,
                    (mach_msg_type_number_t)size, ports,
                    j->tty ? PORT_STDIN + 1 : JOB_PORTS,
                    exit_notify, &pid);
    vm_deallocate((vm_address_t)block, size);
    handle_release(proc);
    if (kr != KERN_SUCCESS) {
        init_fail("the first process cannot be made: %s (0x%x)",
             POSIX_ERROR_IS(kr) ? error_text(POSIX_ERRNO(kr))
                                : mach_error_string(kr), (unsigned)kr);
    }
}

void
init_job_start(const struct job *j, mach_port_t exit_notify)
{
    static struct program program;
    int error = init_program_open(j, &program);

    if (error == L_ENODEV) {
        init_fail("there is no file system");
    } else if (error != 0) {
        init_complain("%s: %s", j->argv[0], error_text(error));
        init_finish((error == L_ENOENT || error == L_ENOTDIR ? 127 : 126) << 8,
               false);
    } else {
        spawn(j, &program, exit_notify);
    }
}
