/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two halves of the test: a client task and a server task.
 */
#ifndef TEST_RPC_H
#define TEST_RPC_H

#include <mach/mach.h>

/* Serve echo.defs at the receive right of this name, until echo_end(). */
_Noreturn void echo_serve(mach_port_t port);

#endif
