/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A terminal's serial line: one read and one write stand at a time.
 */
#include <bootstrap/bootstrap.h>
#include <serial/serial.h>
#include <serial_client/tty_S_serial_client_server.h>
#include <newlib/sys.h>
#include "internal.h"

#define READ_AT_A_TIME 1024u
#define WRITE_AT_A_TIME 4096u

static const struct mig_subsystem *const client_subsystems[] = {
    &tty_S_serial_client_subsystem, NULL};
const struct server_class tty_client_class = {
    .sc_name = "serial client", .sc_subsystems = client_subsystems};

static struct terminal *
terminal_of(mach_port_t port)
{
    return server_object_lookup(port, &tty_client_class) != NULL &&
                   tty_console.client.so_port == port
               ? &tty_console
               : NULL;
}

void
tty_device_start(struct terminal *t, const char *service)
{
    kern_return_t kr = bootstrap_look_up(bootstrap_port, service, &t->line);
    mach_port_t port;

    if (kr != KERN_SUCCESS) {
        server_log("tty: no service %s: %s; there is no terminal", service,
                   mach_error_string(kr));
        t->line = MACH_PORT_NULL;
        return;
    }
    server_object_init(&t->client, &tty_client_class);
    port = server_object_to_port(&t->client);
    if (port == MACH_PORT_NULL ||
        mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND) !=
            KERN_SUCCESS) {
        server_log("tty: no port for %s", service);
        t->line = MACH_PORT_NULL;
        return;
    }
    t->client_right = port;
}

/* A terminal that nobody has opened yet asks for nothing: what is typed
 * before waits in the driver. */
void
tty_device_receive(struct terminal *t)
{
    if (t->line == MACH_PORT_NULL || t->reading ||
        !ldisc_input_room(&t->ldisc, READ_AT_A_TIME)) {
        return;
    }
    t->reading = serial_read(t->line, t->client_right, READ_AT_A_TIME) ==
                 KERN_SUCCESS;
}

void
tty_device_transmit(struct terminal *t)
{
    uint8_t data[WRITE_AT_A_TIME];
    size_t n;

    if (t->line == MACH_PORT_NULL || t->in_flight > 0) {
        return;
    }
    n = ldisc_output(&t->ldisc, data, sizeof(data));
    if (n > 0 && serial_write(t->line, t->client_right, data,
                              (mach_msg_type_number_t)n) == KERN_SUCCESS) {
        t->in_flight = (uint32_t)n;
    }
}

kern_return_t
tty_S_serial_read_done(mach_port_t client, const uint8_t *data,
                       mach_msg_type_number_t dataCnt)
{
    struct terminal *t = terminal_of(client);

    if (t == NULL) {
        return KERN_INVALID_ARGUMENT;
    }
    t->reading = false;
    for (mach_msg_type_number_t i = 0; i < dataCnt; i++) {
        ldisc_input(&t->ldisc, data[i]);
    }
    terminal_pump(t);
    return KERN_SUCCESS;
}

kern_return_t
tty_S_serial_write_done(mach_port_t client, uint32_t count)
{
    struct terminal *t = terminal_of(client);

    if (t == NULL || count > t->in_flight) {
        return KERN_INVALID_ARGUMENT;
    }
    t->in_flight = 0;
    terminal_pump(t);
    return KERN_SUCCESS;
}
