/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end: what the host is told, and powering off once it has been.
 */
#include <stdarg.h>
#include <stdio.h>
#include <bootstrap/bootstrap.h>
#include <host/host.h>
#include <newlib/sys.h>
#include <tty_control/tty_control.h>
#include "internal.h"

#define CODE_GOOD 0
#define CODE_FAILED 62 /* QEMU ends with status 125 */
#define PATIENCE_NS 5000000000ull /* for a line that nobody reads */

static int exit_code;

static void
power_off(void)
{
    mach_port_t host = MACH_PORT_NULL;
    kern_return_t kr = bootstrap_grant(bootstrap_port, "host-priv", &host);

    if (kr == KERN_SUCCESS) {
        kr = host_reboot(host, 0, exit_code);
    }
    server_log("init: cannot power off: %s", mach_error_string(kr));
}

static void
out_of_patience(void *arg)
{
    (void)arg;
    power_off();
}

static void
power_off_when_sent(int code)
{
    exit_code = code;
    server_timer(clock_uptime() + PATIENCE_NS, out_of_patience, NULL);
    init_channel_when_sent(power_off);
}

void
init_finish_drained(void)
{
    power_off_when_sent(CODE_GOOD);
}

void
init_finish(int status, bool drain_terminal)
{
    uint8_t payload[4];
    mig_handle_t tty = MIG_HANDLE_NULL;

    for (int i = 0; i < 4; i++) {
        payload[i] = (uint8_t)((uint32_t)status >> (8 * i));
    }
    init_channel_send(FRAME_EXIT, payload, sizeof(payload));
    if (drain_terminal) {
        tty = component_handle("tty");
    }
    if (tty == MIG_HANDLE_NULL) {
        init_finish_drained();
        return;
    }
    server_timer(clock_uptime() + PATIENCE_NS, out_of_patience, NULL);
    tty_drain(tty, init_notify);
    handle_release(tty);
}

void
init_fail(const char *format, ...)
{
    char text[256];
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(text, sizeof(text), format, ap);
    va_end(ap);
    server_log("init: %s", text);
    init_channel_send(FRAME_ERROR, text,
                 n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
    power_off_when_sent(CODE_FAILED);
}

void
init_complain(const char *format, ...)
{
    char text[POSIX_PATH_MAX + 128] = "polymach: ";
    va_list ap;
    int n;

    va_start(ap, format);
    n = 10 + vsnprintf(text + 10, sizeof(text) - 11, format, ap);
    va_end(ap);
    n = n < (int)sizeof(text) - 1 ? n : (int)sizeof(text) - 2;
    text[n++] = '\n';
    init_channel_send(FRAME_STDERR, text, (size_t)n);
}
