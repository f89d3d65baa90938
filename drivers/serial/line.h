/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A serial line: a UART, its interrupt, and its clients' requests.
 */
#ifndef SERIAL_LINE_H
#define SERIAL_LINE_H

#include <server/object.h>
#include "uart.h"

#define LINE_RING 16384u /* received, not yet asked for */

struct line_write {
    struct line_write *next;
    mach_port_t client; /* a send right */
    uint32_t size, sent;
    uint8_t data[];
};

struct line_irq {
    struct server_object object; /* interrupts come to its port */
    struct line *line;
};

struct line {
    struct server_object object; /* the service */
    struct uart uart;
    struct line_irq irq;
    mach_port_t irq_line;        /* the right to the interrupt */
    uint8_t ring[LINE_RING];
    uint64_t in, out;            /* counters; in - out bytes are in the ring */
    mach_port_t reader;          /* a send right; null: nobody reads */
    uint32_t amount;             /* that it takes at most */
    struct line_write *writes;   /* the first is being sent */
    uint64_t timer;              /* set while the transmitter is waited for */
};

/* The service NAME on I/O ports base..base+7 and this interrupt, by grants of
 * these names; NULL (and a line in the log) when there is no such device. */
struct line *line_start(const char *ports_grant, uint16_t base,
                        const char *irq_grant);

/* work.c: bytes from the device into the ring. */
void line_receive(struct line *l);
/* Do whatever can be done now. */
void line_work(struct line *l);

extern const struct server_class line_class;

#endif
