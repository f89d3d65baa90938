/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions: preconditions and states that only a kernel bug can break.
 * Nothing that a user can cause is asserted.
 */
#ifndef BASE_ASSERT_H
#define BASE_ASSERT_H

#include <base/panic.h>

#ifdef NDEBUG
#define assert(e) ((void)sizeof(e))
#else
#define assert(e)                                                       \
    (__builtin_expect(!!(e), 1)                                         \
         ? (void)0                                                      \
         : panic("assertion failed: %s, %s:%d", #e, __FILE__, __LINE__))
#endif

#endif
