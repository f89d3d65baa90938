/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state (see thread_state.h).
 */
#include <base/string.h>
#include <kern/thread_state.h>
#include <mach/thread_status.h>
#include <sched/thread.h>
#include <machine/cpu.h>
#include <machine/fpu.h>

#define FLOAT_WORDS \
    ((mach_msg_type_number_t)(fpu_state_size() / sizeof(natural_t)))

kern_return_t
thread_state_get(struct thread *th, int flavor, natural_t *state,
                 mach_msg_type_number_t *count)
{
    x86_thread_state64_t regs;

    switch (flavor) {
    case x86_THREAD_STATE64:
        if (*count < x86_THREAD_STATE64_COUNT) {
            return KERN_INVALID_ARGUMENT;
        }
        regs_get_state(&th->th_regs, &regs);
        memcpy(state, &regs, sizeof(regs)); /* state is only word-aligned */
        *count = x86_THREAD_STATE64_COUNT;
        return KERN_SUCCESS;
    case x86_FLOAT_STATE64:
        if (*count < FLOAT_WORDS) {
            return KERN_INVALID_ARGUMENT;
        }
        *count = FLOAT_WORDS;
        return fpu_get_state(th, state);
    default:
        return KERN_INVALID_ARGUMENT;
    }
}

kern_return_t
thread_state_set(struct thread *th, int flavor, const natural_t *state,
                 mach_msg_type_number_t count)
{
    x86_thread_state64_t regs;
    kern_return_t kr;

    switch (flavor) {
    case x86_THREAD_STATE64:
        if (count != x86_THREAD_STATE64_COUNT) {
            return KERN_INVALID_ARGUMENT;
        }
        memcpy(&regs, state, sizeof(regs));
        kr = regs_set_state(&th->th_regs, &regs);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        th->th_ast |= AST_IRET;
        break;
    case x86_FLOAT_STATE64:
        if (count != FLOAT_WORDS) {
            return KERN_INVALID_ARGUMENT;
        }
        kr = fpu_set_state(th, state);
        if (kr != KERN_SUCCESS) {
            return kr;
        }
        break;
    default:
        return KERN_INVALID_ARGUMENT;
    }
    if (th == current_thread()) {
        machine_switch(th); /* segment bases */
    }
    return KERN_SUCCESS;
}
