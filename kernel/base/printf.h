/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text: into memory, and to the kernel's log.
 *
 * Conversions: %d %i %u %x %X %o %c %s %p %% with l, ll, z, h, hh, width,
 * precision, '0' and '-'.  No floating point.
 */
#ifndef BASE_PRINTF_H
#define BASE_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

int kvsnprintf(char *buf, size_t size, const char *format, va_list ap)
    __attribute__((format(printf, 3, 0)));
int ksnprintf(char *buf, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void kprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void kvprintf(const char *format, va_list ap)
    __attribute__((format(printf, 1, 0)));

/* The log: the machine's console and a ring of the last LOG_RING bytes. */
#define LOG_RING 16384
void log_write(const char *text, size_t size);

#endif
