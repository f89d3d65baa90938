/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a line does on an interrupt, on a request, and when its timer says
 * that an interrupt may have been lost.
 *
 * Back-pressure: when the ring is full receive interrupts are turned off and
 * the FIFO is left alone, so that the sender at the other end is held by its
 * hardware (or QEMU); reading from the ring turns them on again.
 *
 * The transmitter is polled while it takes bytes (an emulated one always does),
 * and waited for by interrupt when it does not.
 */
#include <stdlib.h>
#include <mach/mach.h>
#include <serial_client/serial_client.h>
#include "line.h"

#define CHUNK 4096u             /* of serial_client.defs */
#define WATCHDOG_NS 20000000ull /* how long an interrupt may take */

static uint32_t
ring_used(const struct line *l)
{
    return (uint32_t)(l->in - l->out);
}

void
line_receive(struct line *l)
{
    while (ring_used(l) < LINE_RING) {
        int c = uart_get(&l->uart);

        if (c < 0) {
            return;
        }
        l->ring[l->in++ % LINE_RING] = (uint8_t)c;
    }
}

static void
answer_reader(struct line *l)
{
    uint8_t data[CHUNK];
    uint32_t n = ring_used(l);
    mach_port_t client = l->reader;

    if (client == MACH_PORT_NULL || n == 0) {
        return;
    }
    n = n < l->amount ? n : l->amount;
    n = n < CHUNK ? n : CHUNK;
    for (uint32_t i = 0; i < n; i++) {
        data[i] = l->ring[(l->out + i) % LINE_RING];
    }
    /* A client that can't be told keeps its bytes in the ring. */
    if (serial_read_done(client, data, n) == KERN_SUCCESS) {
        l->out += n;
    }
    l->reader = MACH_PORT_NULL;
    mach_port_deallocate_trap(client);
}

static void
finish_write(struct line *l)
{
    struct line_write *w = l->writes;

    l->writes = w->next;
    serial_write_done(w->client, w->size);
    mach_port_deallocate_trap(w->client);
    free(w);
}

static void
transmit(struct line *l)
{
    while (l->writes != NULL) {
        struct line_write *w = l->writes;

        while (w->sent < w->size && uart_can_put(&l->uart)) {
            uart_put(&l->uart, w->data[w->sent++]);
        }
        if (w->sent < w->size) {
            return;
        }
        finish_write(l);
    }
}

static void
watchdog(void *arg)
{
    struct line *l = arg;

    l->timer = 0;
    line_work(l);
}

void
line_work(struct line *l)
{
    /* Reading the cause clears "transmitter empty", so look at both after. */
    do {
        line_receive(l);
        answer_reader(l);
        transmit(l);
        uart_enable(&l->uart, ring_used(l) < LINE_RING, l->writes != NULL);
    } while (uart_pending(&l->uart) &&
             (ring_used(l) < LINE_RING || l->writes != NULL) &&
             (l->writes == NULL || uart_can_put(&l->uart)));
    if (l->writes != NULL && l->timer == 0) {
        l->timer = server_timer(clock_uptime() + WATCHDOG_NS, watchdog, l);
    }
}
