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
/* One argument for the call: there are many of them. */
#define ASSERT_TEXT(line) #line
#define ASSERT_LINE(line) ASSERT_TEXT(line)
#define assert(e)                                                       \
    (__builtin_expect(!!(e), 1)                                         \
         ? (void)0                                                      \
         : assert_failed(#e ", " __FILE__ ":" ASSERT_LINE(__LINE__)))
#endif

#endif
