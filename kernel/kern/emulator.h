/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Redirection: sending a thread to its task's emulator (mach/emulator.h).
 */
#ifndef KERN_EMULATOR_H
#define KERN_EMULATOR_H

#include <stdbool.h>
#include <stdint.h>

struct thread;
struct task;

/* A non-negative system call that the entry code did not redirect itself. */
void emulator_syscall(struct thread *th);
/* AST_KICKFLAG: enter the kick entry, restart, or write the flag word. */
void emulator_deliver_kick(struct thread *th);
/* The exception entry, if there is one and it may be used; false: not. */
bool emulator_exception(struct thread *th, int exception, uint64_t code,
                        uint64_t subcode, uint64_t error);

#endif
