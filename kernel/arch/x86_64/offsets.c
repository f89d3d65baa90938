/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The offsets that assembly uses are those of the structures.
 */
#include <stddef.h>
#include <machine/cpu.h>
#include <sched/thread.h>
#include "offsets.h"

#define CHECK(s, m, o) _Static_assert(offsetof(struct s, m) == (o), #m)

CHECK(machine_regs, rax, R_RAX);
CHECK(machine_regs, rdx, R_RDX);
CHECK(machine_regs, rsp, R_RSP);
CHECK(machine_regs, r15, R_R15);
CHECK(machine_regs, rip, R_RIP);
CHECK(machine_regs, rflags, R_RFLAGS);
CHECK(machine_regs, cs, R_CS);
CHECK(machine_regs, ss, R_SS);
CHECK(thread, th_regs, 0);
CHECK(thread, th_ast, T_AST);
CHECK(thread, th_emulator, T_EMULATOR);
CHECK(cpu, cpu_thread, C_THREAD);
CHECK(cpu, cpu_stack, C_STACK);
CHECK(cpu, cpu_scratch, C_SCRATCH);
CHECK(emulator_info, base, EMU_BASE);
CHECK(emulator_info, end, EMU_END);
CHECK(emulator_info, syscall_entry, EMU_SYSCALL);
_Static_assert(AST_IRET == ASM_AST_IRET, "th_ast");
_Static_assert(KERN_CODES_FIRST == ASM_CODES_FIRST, "codes");
_Static_assert(KERN_GENERAL == ASM_GENERAL, "codes");
