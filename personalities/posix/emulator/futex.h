/* SPDX-License-Identifier: BSD-2-Clause */
/* Futexes as other files need them. */
#ifndef EMULATOR_FUTEX_H
#define EMULATOR_FUTEX_H

#include "emulator.h"

/* The thread ends: mark the robust mutexes that it holds. */
void futex_robust_exit(struct thread *t);

#endif
