/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host channel: frames over the second serial line.
 *
 * Out: a ring of bytes, sent in pieces, one of which stands at the driver.
 * In: a decoder that is fed whatever comes, frame by frame across pieces.
 */
#include <string.h>
#include <bootstrap/bootstrap.h>
#include <newlib/sys.h>
#include <serial/serial.h>
#include <serial_client/init_S_serial_client_server.h>
#include <tty_control/tty_control.h>
#include "internal.h"

#define PIECE 4096u

static const struct mig_subsystem *const client_subsystems[] = {
    &init_S_serial_client_subsystem, NULL};
static const struct server_class client_class = {
    .sc_name = "serial client", .sc_subsystems = client_subsystems};

static struct {
    struct server_object client;
    mach_port_t line;   /* null: no channel */
    mach_port_t right;  /* a send right to client's port */
    uint8_t out[CHANNEL_OUT];
    uint64_t head, tail; /* counters: tail - head bytes wait */
    uint32_t in_flight;
    bool reading;
    void (*when_sent)(void);
    /* the frame that is coming in */
    uint8_t header[3];
    unsigned header_size;
    uint32_t left;       /* of its payload */
    uint8_t window[4];
    unsigned window_size;
} channel;

void
init_channel_start(const char *service)
{
    mach_port_t port;

    if (bootstrap_look_up(bootstrap_port, service, &channel.line) !=
        KERN_SUCCESS) {
        channel.line = MACH_PORT_NULL;
        return;
    }
    server_object_init(&channel.client, &client_class);
    port = server_object_to_port(&channel.client);
    if (port == MACH_PORT_NULL ||
        mach_port_insert_right_trap(port, port, MACH_MSG_TYPE_MAKE_SEND) !=
            KERN_SUCCESS) {
        server_log("init: no port for %s", service);
        channel.line = MACH_PORT_NULL;
        return;
    }
    channel.right = port;
    init_channel_receive();
}

/* ---- out ---------------------------------------------------------------- */

static size_t
waiting(void)
{
    return (size_t)(channel.tail - channel.head);
}

size_t
init_channel_room(void)
{
    size_t used = waiting() + CHANNEL_RESERVE + 3;

    return used < CHANNEL_OUT ? CHANNEL_OUT - used : 0;
}

static void
transmit(void)
{
    uint8_t piece[PIECE];
    size_t n = waiting() < PIECE ? waiting() : PIECE;

    if (channel.line == MACH_PORT_NULL || channel.in_flight > 0 || n == 0) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        piece[i] = channel.out[(channel.head + i) % CHANNEL_OUT];
    }
    if (serial_write(channel.line, channel.right, piece,
                     (mach_msg_type_number_t)n) == KERN_SUCCESS) {
        channel.in_flight = (uint32_t)n;
        channel.head += n;
    }
}

static void
put(const void *data, size_t size)
{
    const uint8_t *from = data;

    for (size_t i = 0; i < size; i++) {
        channel.out[channel.tail++ % CHANNEL_OUT] = from[i];
    }
}

void
init_channel_send(char type, const void *payload, size_t size)
{
    uint8_t header[3] = {(uint8_t)type, (uint8_t)size, (uint8_t)(size >> 8)};

    if (channel.line == MACH_PORT_NULL) {
        mach_print(payload, type == FRAME_EXIT ? 0 : size);
        return;
    }
    if (waiting() + size + sizeof(header) > CHANNEL_OUT) {
        return; /* a flood of reports: what is lost is the latest */
    }
    put(header, sizeof(header));
    put(payload, size);
    transmit();
}

static void
check_sent(void)
{
    void (*fn)(void) = channel.when_sent;

    if (fn != NULL && (channel.line == MACH_PORT_NULL ||
                       (waiting() == 0 && channel.in_flight == 0))) {
        channel.when_sent = NULL;
        fn();
    }
}

void
init_channel_when_sent(void (*fn)(void))
{
    channel.when_sent = fn;
    check_sent();
}

kern_return_t
init_S_serial_write_done(mach_port_t client, uint32_t count)
{
    if (client != channel.client.so_port || count > channel.in_flight) {
        return KERN_INVALID_ARGUMENT;
    }
    channel.in_flight = 0;
    transmit();
    init_streams_pump();
    check_sent();
    return KERN_SUCCESS;
}

/* ---- in ----------------------------------------------------------------- */

void
init_channel_receive(void)
{
    size_t room = init_stdin_room();

    if (channel.line == MACH_PORT_NULL || channel.reading || room == 0) {
        return;
    }
    channel.reading =
        serial_read(channel.line, channel.right,
                    (uint32_t)(room < PIECE ? room : PIECE)) == KERN_SUCCESS;
}

static void
window_byte(uint8_t c)
{
    static mig_handle_t tty;

    if (channel.window_size < sizeof(channel.window)) {
        channel.window[channel.window_size++] = c;
    }
    if (channel.left > 0 || channel.window_size < sizeof(channel.window)) {
        return;
    }
    if (tty == MIG_HANDLE_NULL) {
        tty = component_handle("tty");
    }
    if (tty != MIG_HANDLE_NULL) {
        const uint8_t *w = channel.window;

        tty_set_window(tty, w[0] | (uint32_t)w[1] << 8,
                       w[2] | (uint32_t)w[3] << 8);
    }
}

/* A frame of unknown type is passed over. */
static size_t
payload(const uint8_t *data, size_t size)
{
    size_t n = size < channel.left ? size : channel.left;

    channel.left -= (uint32_t)n;
    if (channel.header[0] == '0') {
        init_stdin_put(data, n);
    } else if (channel.header[0] == 'W') {
        uint32_t behind = channel.left;

        for (size_t i = 0; i < n; i++) {
            channel.left = behind + (uint32_t)(n - 1 - i);
            window_byte(data[i]);
        }
    }
    return n;
}

static void
decode(const uint8_t *data, size_t size)
{
    size_t at = 0;

    while (at < size) {
        if (channel.left > 0) {
            at += payload(data + at, size - at);
            continue;
        }
        if (channel.header_size == 0 && data[at] == 0) {
            at++; /* padding before a frame: see tools/polymach/frames.py */
            continue;
        }
        channel.header[channel.header_size++] = data[at++];
        if (channel.header_size < sizeof(channel.header)) {
            continue;
        }
        channel.header_size = 0;
        channel.window_size = 0;
        channel.left = channel.header[1] | (uint32_t)channel.header[2] << 8;
        if (channel.header[0] == '0' && channel.left == 0) {
            init_stdin_end();
        }
    }
}

kern_return_t
init_S_serial_read_done(mach_port_t client, const uint8_t *data,
                        mach_msg_type_number_t dataCnt)
{
    if (client != channel.client.so_port) {
        return KERN_INVALID_ARGUMENT;
    }
    channel.reading = false;
    decode(data, dataCnt);
    init_streams_pump();
    init_channel_receive();
    return KERN_SUCCESS;
}
