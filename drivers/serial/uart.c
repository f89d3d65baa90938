/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The registers of a 16550A (see uart.h).
 */
#include "uart.h"

#define DATA 0      /* divisor latch low with LCR_DLAB */
#define IER 1       /* divisor latch high with LCR_DLAB */
#define IIR 2       /* read; write: FCR */
#define LCR 3
#define MCR 4
#define LSR 5
#define MSR 6
#define SCR 7

#define IER_RECEIVE 0x01
#define IER_TRANSMIT 0x02
#define IIR_NONE 0x01
#define FCR_ON_CLEAR 0xc7   /* FIFOs on, both cleared, trigger at 14 bytes */
#define LCR_8N1 0x03
#define LCR_DLAB 0x80
#define MCR_ON 0x0b         /* DTR, RTS, interrupts to the line (OUT2) */
#define LSR_DATA 0x01
#define LSR_THR_EMPTY 0x20

static uint8_t
in(const struct uart *u, unsigned offset)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0"
                     : "=a"(value)
                     : "Nd"((uint16_t)(u->base + offset)));
    return value;
}

static void
out(const struct uart *u, unsigned offset, uint8_t value)
{
    __asm__ volatile("outb %0, %1"
                     :
                     : "a"(value), "Nd"((uint16_t)(u->base + offset)));
}

bool
uart_probe(const struct uart *u)
{
    out(u, SCR, 0x5a);
    return in(u, SCR) == 0x5a;
}

void
uart_start(struct uart *u)
{
    out(u, IER, 0);
    out(u, LCR, LCR_DLAB);
    out(u, DATA, 1);
    out(u, IER, 0);
    out(u, LCR, LCR_8N1);
    out(u, IIR, FCR_ON_CLEAR);
    out(u, MCR, MCR_ON);
    in(u, LSR);
    in(u, MSR);
    u->enabled = IER_RECEIVE;
    out(u, IER, u->enabled);
}

int
uart_get(const struct uart *u)
{
    return (in(u, LSR) & LSR_DATA) != 0 ? in(u, DATA) : -1;
}

bool
uart_can_put(const struct uart *u)
{
    return (in(u, LSR) & LSR_THR_EMPTY) != 0;
}

void
uart_put(const struct uart *u, uint8_t c)
{
    out(u, DATA, c);
}

void
uart_enable(struct uart *u, bool receive, bool transmit)
{
    uint8_t wanted = (uint8_t)((receive ? IER_RECEIVE : 0) |
                               (transmit ? IER_TRANSMIT : 0));

    if (u->enabled != wanted) {
        u->enabled = wanted;
        out(u, IER, wanted);
    }
}

bool
uart_pending(const struct uart *u)
{
    return (in(u, IIR) & IIR_NONE) == 0;
}
