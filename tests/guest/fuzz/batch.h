/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The supervisor's own.
 */
#ifndef BATCH_H
#define BATCH_H

#include "fuzz.h"

extern mach_port_t supervisor_host_priv;

#define BATCH 250 /* messages of one attacker */

/* That batch, each message printed; fewer messages find the guilty one. */
void batch_again(uint64_t batch, uint64_t seed, uint64_t messages);
/* Every notification id at every port. */
void batch_forge(void);
/* Batches of messages until so many were sent; false: a check failed. */
bool batches_run(uint64_t messages, uint64_t seed);

#endif
