/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: what the mach_port routines ask of the roof.  The rights of
 * requests are the test's own (its hand), so nothing is to be taken out of a
 * message.
 */
#include <kern/mig_kernel.h>

struct ipc_port *
mig_take_port(struct ipc_port *port)
{
    return port;
}

bool
mig_dead_right(void)
{
    return false;
}

struct ipc_port *
mig_answered_port(void)
{
    return NULL;
}
