/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions of servers: none is repaired.  What happened is printed with the
 * server's own symbols, and the kernel is told to go on with its default,
 * which ends the task.
 */
#include <mach/exception.h>
#include <mach_vm/mach_vm.h>
#include <thread/thread.h>
#include <exc/exc_server.h>
#include "bootstrap.h"
#include "elf_image.h"

#define CALLERS_MAX 16
#define STACK_WORDS 512

static const char *
exception_name(int exception)
{
    switch (exception) {
    case EXC_BAD_ACCESS: return "bad access";
    case EXC_BAD_INSTRUCTION: return "bad instruction";
    case EXC_ARITHMETIC: return "arithmetic";
    case EXC_EMULATION: return "emulation";
    case EXC_SOFTWARE: return "software";
    case EXC_BREAKPOINT: return "breakpoint";
    case EXC_SYSCALL: return "system call without an emulator";
    case EXC_RESOURCE: return "ledger exhausted";
    default: return "unknown exception";
    }
}

static void
print_place(const struct server *s, const char *what, uint64_t address)
{
    const char *symbol;
    uint64_t offset;

    if (elf_symbol(s->sv_file->data, s->sv_file->size, address, &symbol,
                   &offset)) {
        mach_printf("  %s 0x%016lx  %s+0x%lx\n", what, address, symbol,
                    offset);
    } else {
        mach_printf("  %s 0x%016lx\n", what, address);
    }
}

/* Memory of the server; false when it can't be read whole. */
static bool
read_memory(const struct server *s, uint64_t address, void *to, size_t size)
{
    pointer_t data;
    mach_msg_type_number_t count;
    bool whole;

    if (mach_vm_read(s->sv_task, address, size, &data, &count) !=
        KERN_SUCCESS) {
        return false;
    }
    whole = count >= size;
    if (whole) {
        memcpy(to, (const void *)(uintptr_t)data, size);
    }
    vm_deallocate((vm_address_t)data, count);
    return whole;
}

/* Is this behind a call instruction: CALL rel32, or CALL r/m64 of 2 to 7
 * bytes? */
static bool
follows_call(const struct server *s, uint64_t address)
{
    uint8_t code[7];
    const char *symbol;
    uint64_t offset;

    if (!elf_symbol(s->sv_file->data, s->sv_file->size, address, &symbol,
                    &offset) ||
        !read_memory(s, address - sizeof(code), code, sizeof(code))) {
        return false;
    }
    if (code[2] == 0xe8) {
        return true;
    }
    for (unsigned i = 0; i < 6; i++) {
        if (code[i] == 0xff && (code[i + 1] & 0x38) == 0x10 && i != 2) {
            return true;
        }
    }
    return false;
}

/* Return addresses on the stack; there are no frame pointers, so some may be
 * of calls that have returned. */
static void
print_callers(const struct server *s, uint64_t sp)
{
    uint64_t word;

    sp &= ~7ull;
    for (int i = 0, n = 0; i < STACK_WORDS && n < CALLERS_MAX; i++, sp += 8) {
        if (!read_memory(s, sp, &word, sizeof(word))) {
            break;
        }
        if (follows_call(s, word)) {
            print_place(s, "called from", word);
            n++;
        }
    }
}

static void
print_registers(const x86_thread_state64_t *r)
{
    mach_printf("  rax %016lx rbx %016lx rcx %016lx rdx %016lx\n"
                "  rsi %016lx rdi %016lx rbp %016lx rsp %016lx\n"
                "  r8  %016lx r9  %016lx r10 %016lx r11 %016lx\n"
                "  r12 %016lx r13 %016lx r14 %016lx r15 %016lx\n",
                r->rax, r->rbx, r->rcx, r->rdx, r->rsi, r->rdi, r->rbp,
                r->rsp, r->r8, r->r9, r->r10, r->r11, r->r12, r->r13, r->r14,
                r->r15);
}

kern_return_t
catch_exception_raise(mach_port_t port, mach_port_t thread, mach_port_t task,
                      int exception, const uint64_t *codes,
                      mach_msg_type_number_t codesCnt)
{
    struct server *s = server_by_task(task);
    x86_thread_state64_t state = {0};
    natural_t words[256];
    mach_msg_type_number_t count = 256;

    if (port != boot.exception_port || s == NULL) {
        return KERN_FAILURE;
    }
    mach_printf("bootstrap: exception in task %s, thread 0x%x: %s "
                "(code 0x%lx, address 0x%lx)\n", s->sv_conf->name, thread,
                exception_name(exception), codesCnt > 0 ? codes[0] : 0,
                codesCnt > 1 ? codes[1] : 0);
    if (thread_get_state(thread, x86_THREAD_STATE64, words, &count) ==
            KERN_SUCCESS &&
        count >= x86_THREAD_STATE64_COUNT) {
        memcpy(&state, words, sizeof(state));
        print_place(s, "at         ", state.rip);
        print_callers(s, state.rsp);
        print_registers(&state);
    }
    mach_printf("  next: `make gdb`, then \"symbol-file out/bin/%s\" and "
                "\"break *0x%lx\"; or addr2line -fe out/bin/%s ADDRESS\n",
                s->sv_conf->name, state.rip, s->sv_conf->name);
    return KERN_FAILURE;
}

/* bootstrap asks for EXCEPTION_DEFAULT; the other forms are no one's. */
kern_return_t
catch_exception_raise_state(mach_port_t port, int exception,
                            const uint64_t *codes,
                            mach_msg_type_number_t codesCnt, int *flavor,
                            const natural_t *old_state,
                            mach_msg_type_number_t old_stateCnt,
                            natural_t *new_state,
                            mach_msg_type_number_t *new_stateCnt)
{
    (void)port, (void)exception, (void)codes, (void)codesCnt, (void)flavor;
    (void)old_state, (void)old_stateCnt, (void)new_state, (void)new_stateCnt;
    return KERN_NOT_SUPPORTED;
}

kern_return_t
catch_exception_raise_state_identity(
    mach_port_t port, mach_port_t thread, mach_port_t task, int exception,
    const uint64_t *codes, mach_msg_type_number_t codesCnt, int *flavor,
    const natural_t *old_state, mach_msg_type_number_t old_stateCnt,
    natural_t *new_state, mach_msg_type_number_t *new_stateCnt)
{
    (void)port, (void)thread, (void)task, (void)exception, (void)codes;
    (void)codesCnt, (void)flavor, (void)old_state, (void)old_stateCnt;
    (void)new_state, (void)new_stateCnt;
    return KERN_NOT_SUPPORTED;
}
