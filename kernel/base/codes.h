/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Codes that only the kernel's own functions return; none reaches a user.
 */
#ifndef BASE_CODES_H
#define BASE_CODES_H

#include <mach/kern_return.h>

/*
 * The current thread waits now (thread_wait() was called).  Each caller up to
 * the trap or fault dispatcher returns it unchanged, after dropping what it holds.
 * With a continuation the thread goes on there; without one
 * the trap (or faulting instruction) is executed again from its start.
 */
#define KERN_BLOCKED 0x7f000001

#endif
