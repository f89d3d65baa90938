/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines: set-up, serial.defs, interrupts as messages.
 */
#include <stdlib.h>
#include <string.h>
#include <mach/mach.h>
#include <mach/mig_server.h>
#include <mach/mig_take.h>
#include <bootstrap/bootstrap.h>
#include <device/device.h>
#include <serial/serial_server.h>
#include "line.h"
#include <newlib/sys.h>

#define DEVICE_INTERRUPT 5200
#define WRITES_MAX 8 /* of one line, waiting */

/* ---- interrupts: empty messages to the object of the interrupt ---------- */

static void
interrupt_stub(mach_msg_header_t *in, mach_msg_header_t *out)
{
    struct line_irq *irq =
        server_object_of_payload(mig_request_payload(in), NULL);

    line_work(irq->line);
    device_irq_ack(irq->line->irq_line);
    mig_reject(in, out, MIG_NO_REPLY);
}

static boolean_t
interrupt_server(mach_msg_header_t *in, mach_msg_header_t *out)
{
    interrupt_stub(in, out);
    return TRUE;
}

static const struct mig_routine interrupt_routines[] = {
    {interrupt_stub, sizeof(mig_reply_error_t), sizeof(mach_msg_header_t),
     "device_interrupt"},
};
static const struct mig_subsystem interrupt_subsystem = {
    interrupt_server, DEVICE_INTERRUPT, DEVICE_INTERRUPT + 1,
    sizeof(mig_reply_error_t), sizeof(mach_msg_header_t), "device_interrupt",
    interrupt_routines,
};

static const struct mig_subsystem *const irq_subsystems[] = {
    &interrupt_subsystem, NULL};
static const struct server_class irq_class = {
    .sc_name = "interrupt", .sc_subsystems = irq_subsystems};

/* ---- the service -------------------------------------------------------- */

static const struct mig_subsystem *const line_subsystems[] = {
    &serial_subsystem, NULL};
const struct server_class line_class = {
    .sc_name = "serial line", .sc_subsystems = line_subsystems};

static bool
start_irq(struct line *l, const char *grant)
{
    mach_port_t port;
    kern_return_t kr;

    server_object_init(&l->irq.object, &irq_class);
    l->irq.line = l;
    kr = bootstrap_grant(bootstrap_port, grant, &l->irq_line);
    if (kr != KERN_SUCCESS) {
        server_log("serial: no right to %s: %s", grant, mach_error_string(kr));
        return false;
    }
    port = server_object_to_port(&l->irq);
    mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND);
    kr = device_irq_register(l->irq_line, port);
    mach_port_mod_refs_trap(port, MACH_PORT_RIGHT_SEND, -1);
    if (kr != KERN_SUCCESS) {
        server_log("serial: cannot register for %s: %s", grant,
                   mach_error_string(kr));
        return false;
    }
    return true;
}

struct line *
line_start(const char *ports_grant, uint16_t base, const char *irq_grant)
{
    struct line *l = calloc(1, sizeof(*l));
    mach_port_t range;
    kern_return_t kr;

    if (l == NULL) {
        return NULL;
    }
    server_object_init(&l->object, &line_class);
    l->uart.base = base;
    kr = bootstrap_grant(bootstrap_port, ports_grant, &range);
    if (kr == KERN_SUCCESS) {
        kr = device_io_ports_enable(range, mach_task_self());
        mach_port_deallocate_trap(range);
    }
    if (kr != KERN_SUCCESS) {
        server_log("serial: no %s: %s", ports_grant, mach_error_string(kr));
        free(l);
        return NULL;
    }
    if (!uart_probe(&l->uart)) {
        server_log("serial: no UART at 0x%x", base);
        free(l);
        return NULL;
    }
    line_receive(l); /* typed before there was a driver */
    uart_start(&l->uart);
    if (!start_irq(l, irq_grant)) {
        return NULL; /* its interrupt object stays: the kernel may know it */
    }
    /* What came before the interrupt was registered, and a pending edge. */
    line_work(l);
    device_irq_ack(l->irq_line);
    return l;
}

/* ---- serial.defs -------------------------------------------------------- */

kern_return_t
serial_read(mach_port_t port, mach_port_t client, uint32_t amount)
{
    struct line *l = server_object_lookup(port, &line_class);

    if (l == NULL || !MACH_PORT_VALID(client) || amount == 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (l->reader != MACH_PORT_NULL) {
        mach_port_deallocate_trap(l->reader); /* the last one counts */
    }
    l->reader = mig_take_port(client);
    l->amount = amount;
    line_work(l);
    return KERN_SUCCESS;
}

kern_return_t
serial_write(mach_port_t port, mach_port_t client, const uint8_t *data,
             mach_msg_type_number_t dataCnt)
{
    struct line *l = server_object_lookup(port, &line_class);
    struct line_write *w, **at;
    unsigned waiting = 0;

    if (l == NULL || !MACH_PORT_VALID(client)) {
        return KERN_INVALID_ARGUMENT;
    }
    for (at = &l->writes; *at != NULL; at = &(*at)->next) {
        waiting++;
    }
    w = waiting < WRITES_MAX ? malloc(sizeof(*w) + dataCnt) : NULL;
    if (w == NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *w = (struct line_write){.client = mig_take_port(client), .size = dataCnt};
    memcpy(w->data, data, dataCnt);
    *at = w;
    line_work(l);
    return KERN_SUCCESS;
}
