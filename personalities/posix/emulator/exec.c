/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * execve: the old program's side.  All that can be refused is refused here,
 * while there still is a program to tell.
 */
#include <proc/proc.h>
#include "load.h"
#include "signal.h"
#include "syscall.h"

#define STRING_MAX 131072u       /* Linux: of one argument */
#define STRINGS_MAX (2u << 20)   /* of all together */
#define SCRIPT_DEPTH 5
#define BLOCK_MAX (STRINGS_MAX + 512u * 1024u)

/* The block while it is made, in memory of its own. */
struct builder {
    exec_block_t *block;
    uint64_t at, end;            /* next free byte, and the limit */
};


static int64_t
put_bytes(struct builder *b, const char *text, size_t size)
{
    if (size > b->end - b->at) {
        return -E2BIG;
    }
    memcpy((void *)(uintptr_t)b->at, text, size);
    b->at += size;
    return 0;
}

static int64_t
put_string(struct builder *b, const char *text)
{
    return put_bytes(b, text, strlen(text) + 1);
}

static int64_t
put_guest_string(struct builder *b, uint64_t from)
{
    uint64_t room = b->end - b->at;
    int64_t n = copyin_string((char *)(uintptr_t)b->at, from,
                              room < STRING_MAX ? room : STRING_MAX);

    if (n < 0) {
        return n == -ENAMETOOLONG ? -E2BIG : n;
    }
    b->at += (uint64_t)n + 1;
    return 0;
}

/* The strings of a guest's vector, from the skip-th on; counts them. */
static int64_t
put_vector(struct builder *b, uint64_t vector, uint32_t skip, uint32_t *count)
{
    for (uint32_t i = 0; vector != 0; i++) {
        uint64_t from;
        int64_t error = copyin(&from, vector + i * 8ull, 8);

        if (error < 0) {
            return error;
        }
        if (from == 0) {
            break;
        }
        if (i < skip) {
            continue;
        }
        error = put_guest_string(b, from);
        if (error < 0) {
            return error;
        }
        ++*count;
    }
    return 0;
}

static int64_t
open_program(mach_port_t dir, const char *path, mach_port_t *file)
{
    struct opened o;
    int64_t error = path_open(dir, path, O_RDONLY | O_EXEC, 0, &o);

    if (error < 0) {
        return error == -EISDIR ? -EACCES : error;
    }
    if (o.kind != KIND_FILE) {
        mach_port_deallocate_trap(o.port);
        return -EACCES;
    }
    *file = o.port;
    return 0;
}

/* The interpreter must be there, or the new task would end by a signal. */
static int64_t
check_interpreter(mach_port_t file, const struct elf_image *elf)
{
    char path[POSIX_PATH_MAX];
    mach_port_t interp;
    int64_t n;

    if (elf->interp_size == 0) {
        return 0;
    }
    if (elf->interp_size >= sizeof(path)) {
        return -ENOEXEC;
    }
    n = load_read(file, elf->interp_offset, path, elf->interp_size);
    if (n != (int64_t)elf->interp_size || path[n - 1] != '\0') {
        return n < 0 ? n : -ENOEXEC;
    }
    n = open_program(MACH_PORT_NULL, path, &interp);
    if (n == 0) {
        mach_port_deallocate_trap(interp);
    }
    return n;
}

/*
 * Follow scripts to the program: its open file, and the arguments that come
 * before the caller's (in the builder).  skip: argv[0] is replaced.
 */
static int64_t
find_program(struct builder *b, mach_port_t dir, const char *path,
             mach_port_t *file, uint32_t *argc)
{
    char head[ELF_HEAD_SIZE];
    struct script_line line;
    struct elf_image elf;
    char arguments[SCRIPT_DEPTH][2][SCRIPT_LINE_MAX];
    int depth = 0;
    int64_t n = open_program(dir, path, file);

    while (n == 0) {
        n = load_read(*file, 0, head, sizeof(head));
        if (n < 0) {
            break;
        }
        int kind = script_parse(head, (size_t)n, &line);

        if (kind == 0) {
            n = load_check(*file, head, (size_t)n, &elf);
            if (n == 0) {
                n = check_interpreter(*file, &elf);
            }
            break;
        }
        n = kind < 0 ? kind : depth == SCRIPT_DEPTH ? -ELOOP : 0;
        if (n < 0) {
            break;
        }
        memcpy(arguments[depth][0], line.interp, SCRIPT_LINE_MAX);
        memcpy(arguments[depth][1], line.argument, SCRIPT_LINE_MAX);
        depth++;
        mach_port_deallocate_trap(*file);
        *file = MACH_PORT_NULL;
        n = open_program(MACH_PORT_NULL, line.interp, file);
    }
    if (n < 0) {
        if (*file != MACH_PORT_NULL) {
            mach_port_deallocate_trap(*file);
        }
        return n;
    }
    for (int i = depth; i-- > 0 && n == 0;) {
        n = put_string(b, arguments[i][0]);
        ++*argc;
        if (n == 0 && arguments[i][1][0] != '\0') {
            n = put_string(b, arguments[i][1]);
            ++*argc;
        }
    }
    if (n == 0 && depth > 0) {
        n = put_string(b, path);
        ++*argc;
    }
    if (n < 0) {
        mach_port_deallocate_trap(*file);
    }
    return n;
}

static void
put_comm(exec_block_t *k, const char *path)
{
    char *comm = (char *)&k->reserved[0];
    const char *base = path;

    for (const char *c = path; *c != '\0'; c++) {
        if (*c == '/') {
            base = c + 1;
        }
    }
    for (unsigned n = 0; n < 15 && base[n] != '\0'; n++) {
        comm[n] = base[n];
    }
}

static void
put_signals(struct thread *t, exec_block_t *k)
{
    struct process *p = t->process;

    k->sig_blocked = t->restore_mask ? t->saved_mask : t->mask;
    k->sig_pending = p->pending_mask;
    for (int s = 1; s <= NSIG; s++) {
        if (p->actions[s - 1].handler == SIG_IGN) {
            k->sig_ignored |= SIGMASK(s);
        }
    }
}

/* Those with FD_CLOEXEC are not listed: proc copies only what is. */
static int64_t
put_descriptors(struct builder *b, struct process *p)
{
    int64_t error = 0;

    b->at = (b->at + 7) & ~7ull;
    b->block->fds = (uint32_t)(b->at - (uint64_t)(uintptr_t)b->block);
    for (uint32_t fd = 0; fd < p->fds.high && error == 0; fd++) {
        struct fd e = p->fds.entries[fd];
        struct exec_fd out = {(int32_t)fd, e.port, e.kind, e.path ? 2u : 0};

        if (e.kind != KIND_FREE && e.kind != KIND_FD_DIR && !e.cloexec) {
            error = put_bytes(b, (const char *)&out, sizeof(out));
            b->block->fd_count++;
        }
    }
    return error;
}

/* What is known before the strings are. */
static void
block_begin(struct builder *b, struct thread *t, uint64_t memory)
{
    struct process *p = t->process;
    exec_block_t *k = (exec_block_t *)(uintptr_t)memory;

    k->magic = EXEC_BLOCK_MAGIC;
    memcpy(k->ports, p->ports, sizeof(k->ports));
    k->ids = p->ids;
    k->umask = p->umask;
    k->strace_missing = p->strace_missing;
    memcpy(k->rlimits, p->rlimits, sizeof(k->rlimits));
    put_signals(t, k);
    b->block = k;
    b->at = memory + sizeof(*k);
    b->end = b->at + STRINGS_MAX;
    k->strings = sizeof(*k);
}

static int64_t
block_fill(struct builder *b, struct thread *t, mach_port_t dir,
           const char *path, uint64_t argv, uint64_t envp)
{
    exec_block_t *k = b->block;
    int64_t error;

    error = find_program(b, dir, path, &k->file, &k->argc);
    if (error < 0) {
        k->file = MACH_PORT_NULL;
        return error;
    }
    error = put_vector(b, argv, k->argc != 0 ? 1 : 0, &k->argc);
    if (error == 0 && k->argc == 0) {
        error = put_string(b, ""); /* as Linux since 5.18 */
        k->argc = 1;
    }
    if (error == 0) {
        error = put_vector(b, envp, 0, &k->envc);
    }
    k->strings_size = (uint32_t)(b->at - (uint64_t)(uintptr_t)k) - k->strings;
    b->end = (uint64_t)(uintptr_t)k + BLOCK_MAX;
    if (error == 0) {
        k->path = (uint32_t)(b->at - (uint64_t)(uintptr_t)k);
        error = put_string(b, path);
    }
    if (error == 0) {
        put_comm(k, path);
        error = put_descriptors(b, t->process);
    }
    k->size = PAGE_CEIL(b->at - (uint64_t)(uintptr_t)k);
    return error;
}

int64_t
exec_program(struct thread *t, mach_port_t dir, const char *path,
             uint64_t argv, uint64_t envp)
{
    struct process *p = t->process;
    struct builder b;
    vm_address_t memory = EMULATOR_BLOCKS;
    bool borrowed = p->vfork_parent != NULL;
    int64_t error;

    if (vm_allocate(&memory, BLOCK_MAX, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return -ENOMEM;
    }
    block_begin(&b, t, memory);
    error = block_fill(&b, t, dir, path, argv, envp);
    if (error == 0) {
        missing_report_counts(p);
        error = error_of(proc_exec(p->ports[PORT_PROC], p->ports,
                                   (pointer_t)b.block,
                                   (mach_msg_type_number_t)b.block->size));
    }
    if (b.block->file != MACH_PORT_NULL) {
        mach_port_deallocate_trap(b.block->file);
    }
    vm_deallocate(memory, BLOCK_MAX);
    if (error == 0 && borrowed) {
        vfork_return(t);
    }
    return error;
}

int64_t
sys_execve(const uint64_t *a)
{
    char path[POSIX_PATH_MAX];
    int64_t n = copyin_string(path, a[0], sizeof(path));

    if (n < 0) {
        return n;
    }
    if (n == 0) {
        return -ENOENT;
    }
    return exec_program(this_thread(), MACH_PORT_NULL, path, a[1], a[2]);
}
