/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console of the kernel's log: the debug console (port 0xe9, which reads
 * as 0xe9 when it is there), else COM1 by polling.
 */
#include <machine/io.h>
#include "internal.h"
#include "x86.h"

#define DEBUGCON 0xe9
#define TRACE 0xe8 /* a second one, which reads as the first does */
#define COM1 0x3f8
#define LSR 5
#define LSR_THRE 0x20

static enum { CONSOLE_NONE, CONSOLE_DEBUG, CONSOLE_COM1 } console;

void
console_setup(void)
{
    if (inb(DEBUGCON) == DEBUGCON) {
        console = CONSOLE_DEBUG;
        return;
    }
    if (inb(COM1 + LSR) == 0xff) {
        return; /* no such device */
    }
    outb(COM1 + 1, 0);    /* no interrupts */
    outb(COM1 + 3, 0x80); /* 115200 8N1, FIFO on */
    outb(COM1 + 0, 1);
    outb(COM1 + 1, 0);
    outb(COM1 + 3, 3);
    outb(COM1 + 2, 7);
    console = CONSOLE_COM1;
}

static void
com1_put(char c)
{
    for (unsigned i = 0; i < 100000; i++) {
        if (inb(COM1 + LSR) & LSR_THRE) {
            break;
        }
    }
    outb(COM1, (uint8_t)c);
}

void
machine_console_write(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (console == CONSOLE_DEBUG) {
            outb(DEBUGCON, (uint8_t)text[i]);
        } else if (console == CONSOLE_COM1) {
            if (text[i] == '\n') {
                com1_put('\r');
            }
            com1_put(text[i]);
        }
    }
}

bool
machine_trace_present(void)
{
    return inb(TRACE) == DEBUGCON;
}

void
machine_trace_write(const void *data, size_t size)
{
    outs(TRACE, data, size);
}
