/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machine contract: floating point and vector state.
 *
 * A thread has none until it executes such an instruction; the registers are
 * switched when another thread does.
 */
#ifndef MACHINE_FPU_H
#define MACHINE_FPU_H

#include <stddef.h>
#include <base/codes.h>

struct thread;

void fpu_setup(void);
/* The current thread used the FPU while it was off: KERN_SUCCESS (again), or
 * KERN_RESOURCE_SHORTAGE. */
kern_return_t fpu_enable(struct thread *th);
/* The thread goes: forget its registers, free its state. */
void fpu_release(struct thread *th);
size_t fpu_state_size(void);
/* Copies of the whole state (fpu_state_size() bytes).  A thread without one
 * has the initial state.  set checks what would fault when loaded. */
kern_return_t fpu_get_state(struct thread *th, void *buf);
kern_return_t fpu_set_state(struct thread *th, const void *buf);

#endif
