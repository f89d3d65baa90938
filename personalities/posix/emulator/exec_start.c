/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new task's first code: the exec block becomes a process context, the
 * program is mapped and entered.
 */
#include <proc/proc.h>
#include <vfs/vfs.h>
#include "load.h"
#include "signal.h"

_Static_assert(EXEC_SCRATCH + 8 == sizeof(exec_block_t), "asm");

/* No way back: the old program is gone. */
static _Noreturn void
fail(struct process *p)
{
    proc_exit(p->ports[PORT_PROC], SIGKILL);
    for (;;) {
        thread_exit_trap(0, 0, MACH_PORT_NULL, NULL);
    }
}

static void
take_names(struct process *p, const exec_block_t *k)
{
    const char *path = (const char *)k + k->path;
    const char *comm = (const char *)&k->reserved[0]; /* exec.c */
    size_t n = strlen(path);

    if (*comm == '\0') {
        comm = path + n;
        while (comm > path && comm[-1] != '/') {
            comm--;
        }
    }
    for (n = 0; n < sizeof(p->comm) - 1 && comm[n] != '\0'; n++) {
        p->comm[n] = comm[n];
    }
}

/* Where /proc/self/exe leads: the file itself, whatever name led to it. */
static void
take_exe(struct process *p, const exec_block_t *k)
{
    const char *path = (const char *)k + k->path;
    size_t n = strlen(path);

    if (vfs_path(p->ports[PORT_VFS], k->file, p->exe) != KERN_SUCCESS &&
        n < sizeof(p->exe)) {
        memcpy(p->exe, path, n + 1);
    }
}

static void
take_descriptors(struct process *p, const exec_block_t *k)
{
    const struct exec_fd *list =
        (const struct exec_fd *)(const void *)((const char *)k + k->fds);

    for (uint32_t i = 0; i < k->fd_count; i++) {
        const struct exec_fd *f = &list[i];

        if (f->fd >= 0 && f->fd < FD_MAX && !(f->flags & FD_CLOEXEC)) {
            fd_table_set(&p->fds, f->fd,
                         (struct fd){.port = f->port,
                                     .kind = (uint16_t)f->kind,
                                     .path = (f->flags & 2) != 0});
        }
    }
}

static void
take_signals(struct thread *t, const exec_block_t *k)
{
    struct process *p = t->process;

    t->mask = signal_mask_sanitize(k->sig_blocked);
    for (int s = 1; s <= NSIG; s++) {
        if (k->sig_ignored & SIGMASK(s)) {
            p->actions[s - 1].handler = SIG_IGN;
        }
        if (k->sig_pending & SIGMASK(s)) {
            p->pending[p->pending_count++] = (struct pending){.signo = s};
            p->pending_mask |= SIGMASK(s);
        }
    }
}

static void
take_block(struct thread *t, const exec_block_t *k)
{
    struct process *p = t->process;

    memcpy(p->ports, k->ports, sizeof(p->ports));
    p->ids = k->ids;
    p->umask = k->umask;
    p->strace_missing = k->strace_missing;
    memcpy(p->rlimits, k->rlimits, sizeof(p->rlimits));
    p->fds.limit = p->rlimits[RLIMIT_NOFILE][0] < FD_MAX
                       ? (uint32_t)p->rlimits[RLIMIT_NOFILE][0]
                       : FD_MAX;
    if (p->fds.limit == 0) {
        p->fds.limit = 1024; /* the first process's block says nothing */
    }
    t->tid = p->ids.pid;
    t->altstack.flags = SS_DISABLE;
    take_names(p, k);
    take_descriptors(p, k);
    take_signals(t, k);
}

/*
 * proc has put one right of each listed name here: descriptors that share a
 * port need a reference each.
 */
static void
complete_references(struct fd_table *t)
{
    for (uint32_t i = 0; i < t->high; i++) {
        mach_port_name_t name = t->entries[i].port;
        mach_port_urefs_t want = 1, have;
        bool first = t->entries[i].kind != KIND_FREE;

        for (uint32_t k = 0; k < t->high && first; k++) {
            if (k == i || t->entries[k].kind == KIND_FREE ||
                t->entries[k].port != name) {
                continue;
            }
            first = k > i;
            want++;
        }
        if (first && want > 1 &&
            mach_port_get_refs_trap(name, MACH_PORT_RIGHT_SEND, &have) ==
                KERN_SUCCESS &&
            have != want) {
            mach_port_mod_refs_trap(name, MACH_PORT_RIGHT_SEND,
                                    (mach_port_delta_t)(want - have));
        }
    }
}

/* The dynamic loader that the program names; its file is left open. */
static int64_t
load_interpreter(struct program *main, struct program *interp)
{
    char path[POSIX_PATH_MAX];
    uint8_t head[ELF_HEAD_SIZE];
    struct opened o;
    uint64_t size = main->elf.interp_size;
    int64_t n;

    if (size >= sizeof(path)) {
        return -ENOEXEC;
    }
    n = load_read(main->file, main->elf.interp_offset, path, size);
    if (n != (int64_t)size || path[size - 1] != '\0') {
        return -ENOEXEC;
    }
    n = path_open(MACH_PORT_NULL, path, O_RDONLY | O_EXEC, 0, &o);
    if (n < 0) {
        return n;
    }
    interp->file = o.port;
    interp->bias = 0;
    n = load_read(o.port, 0, head, sizeof(head));
    if (n >= 0) {
        n = load_check(o.port, head, (size_t)n, &interp->elf);
    }
    return n < 0 ? n : load_map(interp, 0);
}

static int64_t
load_program(struct process *p, const exec_block_t *k, const void *head,
             size_t size, regs_t *frame)
{
    struct program main = {.file = k->file}, interp;
    struct stack_info info = {.block = k, .elf = &main.elf};
    int64_t n = load_check(k->file, head, size, &main.elf);

    if (n >= 0) {
        n = load_map(&main, LOAD_BASE);
    }
    if (n < 0) {
        return n;
    }
    take_exe(p, k);
    info.bias = main.bias;
    info.entry = main.elf.entry + main.bias;
    frame->rip = info.entry;
    if (main.elf.interp_size != 0) {
        n = load_interpreter(&main, &interp);
        if (n < 0) {
            return n;
        }
        mach_port_deallocate_trap(interp.file);
        info.interp_base = interp.bias;
        frame->rip = interp.elf.entry + interp.bias;
    }
    p->space->brk_start = p->space->brk = p->space->brk_mapped =
        main.elf.high + main.bias;
    n = stack_build(p, &info);
    if (n < 0) {
        return n;
    }
    frame->rsp = (uint64_t)n;
    return 0;
}

/* ---- scripts ---------------------------------------------------------------- */

/* A program that execve hands over is none; the first process's may be one. */
#define SCRIPT_DEPTH 5

static char *
append(char *at, const char *text, uint64_t size)
{
    memcpy(at, text, size);
    return at + size;
}

/* The strings with the interpreter's in place of argv[0]. */
static void
replace_strings(exec_block_t *to, const exec_block_t *from, const char *path,
                const struct script_line *line)
{
    const char *old = (const char *)from + from->strings;
    uint64_t rest = from->strings_size, first = 0;
    char *begin = (char *)(to + 1), *at = begin;

    to->argc = 2 + (line->argument[0] != '\0');
    at = append(at, line->interp, strlen(line->interp) + 1);
    if (line->argument[0] != '\0') {
        at = append(at, line->argument, strlen(line->argument) + 1);
    }
    at = append(at, path, strlen(path) + 1);
    if (from->argc != 0) {
        first = strlen(old) + 1;
        to->argc += from->argc - 1;
    }
    at = append(at, old + first, rest - first);
    to->strings = sizeof(*to);
    to->strings_size = (uint32_t)(at - begin);
}

/* 1, and a block for the interpreter; or -errno. */
static int64_t
follow_script(exec_block_t **block, const struct script_line *line)
{
    exec_block_t *k = *block, *n;
    vm_address_t at = EMULATOR_BLOCKS;
    const char *path = (const char *)k + k->path;
    uint64_t size = PAGE_CEIL(sizeof(*k) + k->strings_size +
                              sizeof(*line) + 2 * (strlen(path) + 1));
    struct opened o;
    int64_t error = path_open(MACH_PORT_NULL, line->interp,
                              O_RDONLY | O_EXEC, 0, &o);

    if (error < 0) {
        return error;
    }
    if (o.kind != KIND_FILE ||
        vm_allocate(&at, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return -EACCES;
    }
    n = (exec_block_t *)(uintptr_t)at;
    *n = *k;
    replace_strings(n, k, path, line);
    n->path = n->strings + n->strings_size;
    append((char *)n + n->path, path, strlen(path) + 1);
    n->size = size;
    mach_port_deallocate_trap(k->file);
    n->file = o.port;
    vm_deallocate((vm_address_t)(uintptr_t)k, k->size);
    *block = n;
    return 1;
}

void
emulator_exec_start(exec_block_t *k, regs_t *frame)
{
    struct thread *t = this_thread();
    struct process *p = process_create();
    struct script_line line;
    char head[ELF_HEAD_SIZE];
    int64_t size;

    if (p == NULL || k->magic != EXEC_BLOCK_MAGIC) {
        for (;;) {
            thread_exit_trap(0, 0, MACH_PORT_NULL, NULL);
        }
    }
    t->process = p;
    p->threads = t;
    p->thread_count = 1;
    thread_register(t);
    take_block(t, k);
    signal_fpu_probe(p->space);
    complete_references(&p->fds);
    *frame = (regs_t){
        .rflags = 0x202,
        .gs_base = (uint64_t)(uintptr_t)t,
    };
    size = load_read(k->file, 0, head, sizeof(head));
    for (int depth = 0; size > 0 && depth < SCRIPT_DEPTH; depth++) {
        if (script_parse(head, (size_t)size, &line) <= 0) {
            break;
        }
        size = follow_script(&k, &line);
        if (size > 0) {
            size = load_read(k->file, 0, head, sizeof(head));
        }
    }
    if (size < 0 || load_program(p, k, head, (size_t)size, frame) < 0) {
        fail(p);
    }
    mach_port_deallocate_trap(k->file);
    vm_deallocate((vm_address_t)(uintptr_t)k, k->size);
    t->full = 1;
    t->call = -1;
    t->kick = 1; /* what came between the two programs */
}
