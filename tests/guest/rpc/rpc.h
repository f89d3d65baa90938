/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two halves of the test: a client task and a server task.
 */
#ifndef TEST_RPC_H
#define TEST_RPC_H

#include <mach/mach.h>

/* Codes for echo_fail(): how many requests have come as calls, or as messages,
 * is what is added. */
#define ECHO_CALLS 1000000
#define ECHO_MESSAGES 2000000

/* Serve echo.defs at the receive right of this name, until echo_end(). */
_Noreturn void echo_serve(mach_port_t port);

#endif
