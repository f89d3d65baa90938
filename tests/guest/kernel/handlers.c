/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception ports by mask: of thread, task and host, in this order; told and
 * swapped; the state flavours.
 */
#include <host/host.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define HANDLERS EXCEPTION_HANDLERS_MAX
#define ALL EXC_MASK_ALL

void fault_ud2(void);
extern char emu_base[], emu_end[], emu_stumble[];

static uint8_t stack[8192];
static struct guest_exception last;
static uint32_t masks[HANDLERS];
static mach_port_t ports[HANDLERS];
static int behaviors[HANDLERS], flavors[HANDLERS];

static kern_return_t
note(struct guest_exception *e)
{
    x86_thread_state64_t state;

    last = *e;
    if (e->state == NULL || e->flavor != x86_THREAD_STATE64) {
        return KERN_FAILURE;
    }
    memcpy(&state, e->state, sizeof(state));
    state.rip += 2; /* over ud2 */
    memcpy(e->state, &state, sizeof(state));
    return KERN_SUCCESS;
}

static void
faulty(uint64_t arg)
{
    (void)arg;
    fault_ud2();
}

/* Serve the handlers in turn until one has the exception resumed. */
static unsigned
asked(mach_port_t handler[], unsigned n)
{
    unsigned order = 0;

    for (unsigned i = 0; i < n; i++) {
        if (guest_catch(handler[i], 300)) {
            order = order * 10 + i + 1;
        }
    }
    return order;
}

static kern_return_t
refuse_all(struct guest_exception *e)
{
    last = *e;
    return KERN_FAILURE;
}

/* thread, then task, then host, each of which refuses; then the end. */
static void
test_order(void)
{
    mach_port_t handler[3], task, thread = MACH_PORT_NULL;
    kern_return_t kr;
    unsigned order;

    for (unsigned i = 0; i < 3; i++) {
        handler[i] = port_make();
    }
    guest_exception = refuse_all;
    kr = host_set_exception_ports(host_priv, EXC_MASK(EXC_BAD_INSTRUCTION),
                                  handler[2], EXCEPTION_DEFAULT);
    CHECK_KR(kr, "host_set_exception_ports");
    kr = host_set_exception_ports(mach_host_self(), ALL, MACH_PORT_NULL,
                                  EXCEPTION_DEFAULT);
    check(kr != KERN_SUCCESS, "not with the unprivileged host", 0);
    task = task_make(MACH_PORT_NULL, faulty, 0, stack, sizeof(stack),
                     &thread);
    task_set_name(task, "order");
    task_set_exception_ports(task, ALL, handler[1],
                             EXCEPTION_STATE | MACH_EXCEPTION_CODES);
    thread_set_exception_ports(thread, ALL, handler[0], EXCEPTION_DEFAULT);
    task_resume(task);
    order = asked(handler, 3);
    check(order == 123, "thread, task, host: asked in this order", order);
    check(last.exception == EXC_BAD_INSTRUCTION &&
              last.behavior == EXCEPTION_DEFAULT,
          "the host's handler gets the message it asked for",
          (uint64_t)last.behavior);
    pause_ms(5);
    check(task_suspend(task) == MACH_SEND_INVALID_DEST,
          "refused by all: the task ends", 0);
    task_end(task, thread);
    host_set_exception_ports(host_priv, ALL, MACH_PORT_NULL,
                             EXCEPTION_DEFAULT);
    for (unsigned i = 0; i < 3; i++) {
        port_end(handler[i]);
    }
}

/* EXCEPTION_STATE: no rights in the message, a state in the answer. */
static void
test_state(int flavor, bool resumes)
{
    mach_port_t handler = port_make(), task, thread = MACH_PORT_NULL;
    kern_return_t kr;

    guest_exception = note;
    task = task_make(MACH_PORT_NULL, faulty, 0, stack, sizeof(stack),
                     &thread);
    task_set_name(task, "state");
    kr = task_swap_exception_ports(task, ALL, handler, EXCEPTION_STATE,
                                   flavor, masks, ports, behaviors, flavors);
    CHECK_KR(kr, "EXCEPTION_STATE is taken");
    task_resume(task);
    guest_catch(handler, 1000);
    check(last.behavior == EXCEPTION_STATE && last.flavor == flavor &&
              last.thread == MACH_PORT_NULL && last.count > 100 / 4,
          "the message has the state that was asked for",
          (uint64_t)last.flavor);
    pause_ms(20);
    if (resumes) { /* what follows is no function's code */
        check(guest_catch(handler, 1000) || last.subcode != 0,
              "and the answer's is set", last.code);
    }
    task_end(task, thread);
    port_end(handler);
}

/* An emulator's entry that stumbles: the exception port is told, and the task
 * goes no round in circles. */
static void
test_stumble(void)
{
    mach_port_t handler = port_make(), task, thread = MACH_PORT_NULL;
    emulator_info_t e = { .base = (uintptr_t)emu_base,
                          .end = (uintptr_t)emu_end,
                          .exception_entry = (uintptr_t)emu_stumble };
    bool caught;

    guest_exception = refuse_all;
    task = task_make(MACH_PORT_NULL, faulty, 0, stack, sizeof(stack),
                     &thread);
    task_set_name(task, "stumble");
    task_set_emulator(task, e);
    task_set_exception_ports(task, ALL, handler, EXCEPTION_DEFAULT);
    memset(&last, 0, sizeof(last));
    task_resume(task);
    caught = guest_catch(handler, 1000);
    check(caught && last.exception == EXC_BREAKPOINT &&
              last.subcode == e.exception_entry + 1,
          "an exception in the exception entry", last.subcode);
    task_end(task, thread);
    port_end(handler);
}

static void
drop_ports(void)
{
    for (unsigned i = 0; i < HANDLERS; i++) {
        if (ports[i] != MACH_PORT_NULL) {
            mach_port_deallocate_trap(ports[i]);
        }
    }
}

static void
test_swap(void)
{
    mach_port_t a = port_make(), b = port_make(), task = MACH_PORT_NULL;
    const uint32_t some = EXC_MASK(EXC_BAD_ACCESS) |
                          EXC_MASK(EXC_ARITHMETIC);
    mach_port_urefs_t refs = 0;
    kern_return_t kr;

    task_create(mach_task_self(), MACH_PORT_NULL, FALSE, &task);
    task_set_exception_ports(task, ALL, MACH_PORT_NULL, EXCEPTION_DEFAULT);
    kr = task_swap_exception_ports(task, some, a, EXCEPTION_STATE_IDENTITY,
                                   x86_FLOAT_STATE64, masks, ports,
                                   behaviors, flavors);
    check(kr == KERN_SUCCESS && masks[0] == some && masks[1] == 0 &&
              ports[0] == MACH_PORT_NULL,
          "swap: there was nothing", masks[0]);
    kr = task_get_exception_ports(task, ALL, masks, ports, behaviors,
                                  flavors);
    check(kr == KERN_SUCCESS && masks[0] == some && ports[0] == a &&
              behaviors[0] == EXCEPTION_STATE_IDENTITY &&
              flavors[0] == x86_FLOAT_STATE64 &&
              masks[1] == (ALL & ~some) && ports[1] == MACH_PORT_NULL,
          "get: two groups", masks[0]);
    drop_ports();
    kr = task_swap_exception_ports(task, EXC_MASK(EXC_ARITHMETIC), b,
                                   EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES,
                                   0, masks, ports, behaviors, flavors);
    check(kr == KERN_SUCCESS && ports[0] == a &&
              masks[0] == EXC_MASK(EXC_ARITHMETIC),
          "swap tells what was there", masks[0]);
    drop_ports();
    kr = task_get_exception_ports(task, ALL, masks, ports, behaviors,
                                  flavors);
    check(kr == KERN_SUCCESS && masks[0] == EXC_MASK(EXC_BAD_ACCESS) &&
              ports[2] == b &&
              behaviors[2] == (EXCEPTION_DEFAULT | MACH_EXCEPTION_CODES),
          "and leaves the others alone", masks[2]);
    drop_ports();
    mach_port_get_refs_trap(a, MACH_PORT_RIGHT_SEND, &refs);
    check(refs == 1, "rights that were told of are given back", refs);
    kr = task_swap_exception_ports(task, ALL, a, 4, x86_THREAD_STATE64, masks,
                                   ports, behaviors, flavors);
    check(kr == KERN_INVALID_ARGUMENT, "an unknown behavior", (uint64_t)kr);
    kr = task_swap_exception_ports(task, ALL, a, EXCEPTION_STATE, 99, masks,
                                   ports, behaviors, flavors);
    check(kr == KERN_INVALID_ARGUMENT, "an unknown flavor", (uint64_t)kr);
    kr = task_swap_exception_ports(task, ~0u, a, EXCEPTION_DEFAULT, 0, masks,
                                   ports, behaviors, flavors);
    check(kr == KERN_INVALID_ARGUMENT, "an unknown kind", (uint64_t)kr);
    kr = thread_get_exception_ports(mach_thread_self(), ALL, masks, ports,
                                    behaviors, flavors);
    check(kr == KERN_SUCCESS && masks[0] == ALL &&
              ports[0] == MACH_PORT_NULL,
          "a thread has none of its own", masks[0]);
    kr = host_get_exception_ports(host_priv, ALL, masks, ports, behaviors,
                                  flavors);
    check(kr == KERN_SUCCESS && ports[0] == MACH_PORT_NULL,
          "nor has the host now", (uint64_t)kr);
    task_end(task, MACH_PORT_NULL);
    port_end(a);
    port_end(b);
}

void
test_handlers(void)
{
    test_swap();
    test_stumble();
    test_order();
    test_state(x86_THREAD_STATE64, true);
    test_state(x86_FLOAT_STATE64, false);
    guest_exception = NULL;
}
