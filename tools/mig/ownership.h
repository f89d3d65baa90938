/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who owns the rights and the memory of an argument, as one word for each
 * side.
 *
 *   user side   in    kept      the caller has it afterwards as before (a
 *                               right is copied or made, memory is copied)
 *                     given     the caller's goes with a request that is sent;
 *                               one that cannot be sent has taken nothing
 *               out   received  the caller owns what a successful call gave
 *   server side in    lent      generated code drops it when the routine has
 *                               returned, unless it was taken (mig_take_*)
 *                     owned     the routine's when it returns KERN_SUCCESS;
 *                               on an error generated code drops it
 *                     deferred  the reply port: the routine's when it returns
 *                               MIG_NO_REPLY, else the reply goes through it
 *               out   kept      the server has it afterwards as before
 *                     given     goes with the reply of a routine that returns
 *                               KERN_SUCCESS; on an error it stays the
 *                               routine's
 *   both              chosen    an argument of the call (xPoly, xDealloc)
 *                               says which
 *                     value     nothing to own: bytes are copied
 *                     none      does not appear on this side
 */
#ifndef MIG_OWNERSHIP_H
#define MIG_OWNERSHIP_H

#include "emit.h"

enum ownership {
    OWN_NONE,
    OWN_VALUE,
    OWN_KEPT,
    OWN_GIVEN,
    OWN_CHOSEN,
    OWN_RECEIVED,
    OWN_LENT,
    OWN_OWNED,
    OWN_DEFERRED
};

/* s: the subsystem of the argument.  reply: what an inout argument is on its
 * way back. */
enum ownership ownership_of(const struct subsystem *s, const struct arg *a,
                            enum side side, bool reply);
const char *ownership_word(enum ownership o);

#endif
