/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Register state of a thread, as thread_get_state/thread_set_state, exception
 * messages, upcalls and thread_set_self_state carry it.
 */
#ifndef MACH_THREAD_STATUS_H
#define MACH_THREAD_STATUS_H

#include <mach/types.h>

#define x86_THREAD_STATE64 4
#define x86_FLOAT_STATE64 5 /* the XSAVE (or FXSAVE) image */

struct x86_thread_state64 {
    uint64_t rax, rbx, rcx, rdx, rdi, rsi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags;
    uint64_t cs, ss; /* ignored by set: the kernel's user selectors are used */
    uint64_t fs_base, gs_base;
};
typedef struct x86_thread_state64 x86_thread_state64_t;
#define x86_THREAD_STATE64_COUNT \
    ((natural_t)(sizeof(x86_thread_state64_t) / sizeof(natural_t)))
_Static_assert(sizeof(x86_thread_state64_t) == 176, "ABI");

#define THREAD_STATE_MAX 1024 /* natural_t words */

#endif
