/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 16550A: eight I/O ports, two FIFOs of 16 bytes.  No state of its own but the
 * interrupt enables; what to send and where to put what came is the caller's.
 */
#ifndef SERIAL_UART_H
#define SERIAL_UART_H

#include <stdbool.h>
#include <stdint.h>

struct uart {
    uint16_t base;
    uint8_t enabled; /* the interrupt enable register as written */
};

/* Is there a UART at these ports? */
bool uart_probe(const struct uart *u);
/* 115200 8N1, FIFOs on and empty, receive interrupts on.  Turning the FIFOs on
 * loses what has been received: read it before. */
void uart_start(struct uart *u);
/* A received byte, or -1. */
int uart_get(const struct uart *u);
/* Room for a byte to send? */
bool uart_can_put(const struct uart *u);
void uart_put(const struct uart *u, uint8_t c);
void uart_enable(struct uart *u, bool receive, bool transmit);
/* Is an interrupt pending?  Reading it acknowledges some causes. */
bool uart_pending(const struct uart *u);

#endif
