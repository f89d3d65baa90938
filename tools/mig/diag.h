/* SPDX-License-Identifier: BSD-2-Clause */
/* Diagnostics: `file:line:col: error: text [E-name]` with the source line. */
#ifndef MIG_DIAG_H
#define MIG_DIAG_H

#include "mig.h"

/* name is the part after E- or W-: it identifies the diagnostic. */
void diag_error(struct loc loc, const char *name, const char *format, ...)
    MIG_PRINTF(3, 4);
void diag_warning(struct loc loc, const char *name, const char *format, ...)
    MIG_PRINTF(3, 4);
/* Points at a related place; follows an error or warning. */
void diag_note(struct loc loc, const char *format, ...) MIG_PRINTF(2, 3);

int diag_errors(void);
void diag_reset(void);

/* Ends the program: something outside the input is wrong. */
void diag_fatal(const char *format, ...)
    MIG_PRINTF(1, 2) __attribute__((noreturn));

#endif
