/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Output files: collected in memory, written to a temporary file beside the
 * target and renamed, so that a failed run leaves nothing behind and a target
 * is never half written.
 */
#ifndef MIG_OUT_H
#define MIG_OUT_H

#include "mig.h"

struct out {
    const char *path;
    char *text;
    size_t size;
    size_t room;
};

struct out *out_open(const char *path);
void out_put(struct out *o, const char *format, ...) MIG_PRINTF(2, 3);
/* Writes all opened outputs, or none when one cannot be written. */
void out_commit_all(void);
void out_reset(void);

#endif
