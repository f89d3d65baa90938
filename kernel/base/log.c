/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log: each line goes to the machine's console, and the last
 * LOG_RING bytes stay in a ring that a debugger can read.
 */
#include <base/printf.h>
#include <machine/io.h>

char log_ring[LOG_RING];
size_t log_next; /* count of all bytes so far */

void
log_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        log_ring[log_next++ % LOG_RING] = text[i];
    }
    machine_console_write(text, size);
}

void
kvprintf(const char *format, va_list ap)
{
    char line[512];
    int n = kvsnprintf(line, sizeof(line), format, ap);

    log_write(line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

void
kprintf(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    kvprintf(format, ap);
    va_end(ap);
}
