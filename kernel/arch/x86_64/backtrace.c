/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces without frame pointers: words on the stack that point behind a
 * call instruction.
 */
#include <machine/cpu.h>
#include "internal.h"

/* Interrupts and exceptions have stacks of their own, all in the image. */
#define WORDS_MAX 512u

static bool
in_text(uint64_t pc)
{
    /* The longest call is 7 bytes. */
    return pc >= (uintptr_t)kernel_start + 7 &&
           pc <= (uintptr_t)kernel_text_end;
}

/* CALL rel32, or CALL r/m64 with a register, memory, or memory with an index,
 * and a displacement of 0, 1 or 4 bytes. */
static bool
follows_call(uint64_t pc)
{
    static const uint8_t indirect[] = { 2, 3, 4, 6, 7 };
    const uint8_t *p = (const uint8_t *)(uintptr_t)pc;

    if (p[-5] == 0xe8) {
        return true;
    }
    for (unsigned i = 0; i < sizeof(indirect); i++) {
        const uint8_t *call = p - indirect[i];

        if (call[0] == 0xff && (call[1] & 0x38) == 0x10) {
            return true;
        }
    }
    return false;
}

unsigned
machine_backtrace(uint64_t sp, uint64_t *pcs, unsigned max)
{
    uint64_t end = THIS_CPU->cpu_stack;
    unsigned n = 0;

    if (sp == 0) {
        sp = (uintptr_t)__builtin_frame_address(0);
    }
    sp &= ~7ull;
    if (sp < (uintptr_t)kernel_rodata_end || sp >= (uintptr_t)kernel_end) {
        return 0;
    }
    if (sp >= end) {
        end = (uintptr_t)kernel_end;
    }
    for (unsigned i = 0; i < WORDS_MAX && sp < end && n < max; i++, sp += 8) {
        uint64_t word = *(const uint64_t *)(uintptr_t)sp;

        if (in_text(word) && follows_call(word)) {
            pcs[n++] = word;
        }
    }
    return n;
}
