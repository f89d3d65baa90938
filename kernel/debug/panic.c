/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The panic report: reason, whose thread, registers, backtrace with symbols,
 * the last trace events.  Then the machine is stopped with status
 * PANIC_CODE, which QEMU's debug-exit device turns into 125.
 */
#include <base/panic.h>
#include <base/printf.h>
#include <base/trace.h>
#include <debug/symbol.h>
#include <kern/task.h>
#include <sched/thread.h>
#include <machine/cpu.h>

#define PANIC_CODE 62
#define FRAMES 24
#define EVENTS 16u

static void
print_pc(uint64_t pc)
{
    uint64_t offset;
    const char *name = symbol_lookup(pc, &offset);

    kprintf("  %016lx %s+0x%lx\n", pc, name != NULL ? name : "?",
            name != NULL ? offset : 0);
}

static void
print_backtrace(void)
{
    static uint64_t pcs[FRAMES]; /* not on the stack that is looked at */
    uint64_t sp = 0, pc;
    unsigned n;

    kprintf("backtrace (return addresses on the stack):\n");
    if (machine_panic_origin(&pc, &sp)) {
        print_pc(pc);
    }
    n = machine_backtrace(sp, pcs, FRAMES);
    for (unsigned i = 0; i < n; i++) {
        print_pc(pcs[i]);
    }
}

static void
print_thread(void)
{
    struct thread *th = current_thread();

    if (th == NULL) {
        kprintf("while idle\n");
    } else if (th->th_task == NULL) {
        kprintf("in the kernel activity %s\n", th->th_name);
    } else {
        kprintf("in task %lu (%s) thread %s, user pc %lx\n",
                th->th_task->ta_id, th->th_task->ta_name, th->th_name,
                regs_pc(&th->th_regs));
    }
}

static void
print_events(void)
{
    uint64_t n = trace_next < EVENTS ? trace_next : EVENTS;

    kprintf("last events:\n");
    for (uint64_t i = trace_next - n; i < trace_next; i++) {
        const struct trace_event *e = &trace_ring[i % TRACE_EVENTS];
        char text[160];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        ksnprintf(text, sizeof(text), e->te_format, e->te_arg[0],
                  e->te_arg[1], e->te_arg[2]);
#pragma GCC diagnostic pop
        kprintf("  %lu %p %s\n", e->te_time, e->te_thread, text);
    }
}

void
panic(const char *format, ...)
{
    static bool panicking;
    va_list ap;

    if (!panicking) { /* a panic in the report ends it */
        panicking = true;
        kprintf("\npanic: ");
        va_start(ap, format);
        kvprintf(format, ap);
        va_end(ap);
        kprintf("\n");
        print_thread();
        machine_print_registers();
        print_backtrace();
        print_events();
    }
    machine_poweroff(PANIC_CODE);
}

void
assert_failed(const char *what)
{
    panic("assertion failed: %s", what);
}
