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
CHECK(machine_regs, fs_base, R_FS_BASE);
CHECK(machine_regs, gs_base, R_GS_BASE);
CHECK(thread, th_regs, 0);
CHECK(thread, th_ast, T_AST);
CHECK(thread, th_emulator, T_EMULATOR);
CHECK(thread, th_upcall, T_UPCALL);
CHECK(thread, th_trap_deadline, T_TRAP_DEADLINE);
CHECK(upcall_state, kind, U_KIND);
CHECK(upcall_state, exception, U_KIND + 4);
CHECK(upcall_state, code, U_CODE);
CHECK(upcall_state, subcode, U_SUBCODE);
CHECK(upcall_state, error, U_ERROR);
CHECK(upcall_state, state, U_STATE);
CHECK(cpu, cpu_thread, C_THREAD);
CHECK(cpu, cpu_stack, C_STACK);
CHECK(cpu, cpu_scratch, C_SCRATCH);
CHECK(emulator_info, base, EMU_BASE);
CHECK(emulator_info, end, EMU_END);
CHECK(emulator_info, syscall_entry, EMU_SYSCALL);
CHECK(emulator_info, exception_entry, EMU_EXCEPTION);
_Static_assert(AST_IRET == ASM_AST_IRET, "th_ast");
_Static_assert(KERN_CODES_FIRST == ASM_CODES_FIRST, "codes");
_Static_assert(KERN_GENERAL == ASM_GENERAL, "codes");
