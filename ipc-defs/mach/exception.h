/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception types and codes.
 */
#ifndef MACH_EXCEPTION_H
#define MACH_EXCEPTION_H

#include <mach/types.h>

#define EXC_BAD_ACCESS 1      /* code: kern_return_t, subcode: address */
#define EXC_BAD_INSTRUCTION 2 /* code: EXC_I386_*, subcode: rip */
#define EXC_ARITHMETIC 3
#define EXC_EMULATION 4
#define EXC_SOFTWARE 5
#define EXC_BREAKPOINT 6
#define EXC_SYSCALL 7         /* a non-negative syscall, and no emulator */
#define EXC_RESOURCE 11       /* the ledger is exhausted; subcode: address */
#define EXC_TYPES_COUNT 14
#define EXC_MASK(e) (1u << (e))
#define EXC_MASK_ALL ((1u << EXC_TYPES_COUNT) - 2u)

/* code of EXC_BAD_INSTRUCTION, _ARITHMETIC, _BREAKPOINT: the x86 vector */
#define EXC_I386_DIV 0
#define EXC_I386_SGL 1
#define EXC_I386_BPT 3
#define EXC_I386_INVOP 6
#define EXC_I386_GPFLT 13
#define EXC_I386_EXTERR 16
#define EXC_I386_ALIGN 17
#define EXC_I386_SSEEXTERR 19

/* behaviors: exception_raise, _raise_state, _raise_state_identity of exc.defs */
#define EXCEPTION_DEFAULT 1        /* thread and task */
#define EXCEPTION_STATE 2          /* the state, back with the answer */
#define EXCEPTION_STATE_IDENTITY 3 /* both */
/* Allowed with each and remembered: codes are 64 bits wide always. */
#define MACH_EXCEPTION_CODES ((int)0x80000000)
/* At most so many handlers are told of by task_get_exception_ports(). */
#define EXCEPTION_HANDLERS_MAX 14

#endif
