/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of the system: panic prints the reason, the registers, a backtrace
 * with symbols and the last trace events, and stops the machine
 * (debug/panic.c).
 */
#ifndef BASE_PANIC_H
#define BASE_PANIC_H

void panic(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2), cold));

/* What assert() calls (base/assert.h). */
void assert_failed(const char *what) __attribute__((noreturn, cold));

#endif
