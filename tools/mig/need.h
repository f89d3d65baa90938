/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types that generated code names (-emit-types). */
#ifndef MIG_NEED_H
#define MIG_NEED_H

#include "emit.h"

enum need_kind {
    NEED_OPAQUE,  /* passed around only */
    NEED_POINTER, /* the address of elements */
    NEED_VALUE    /* it has the model's size */
};

struct need {
    const char *name;
    bool tag; /* struct name */
    enum need_kind kind;
    const struct type *type;
    const char *elem;
    const char *same_as; /* the C type that it must be */
    bool done;
    struct need *next;
};

extern struct need *needs;

/* Lists what the subsystem's outputs name. */
void need_collect(void);
/* Finds out which names must be of one type. */
void need_settle(void);
void need_reset(void);
struct need *need_find(const char *name, bool tag);
/* The name in "const struct name **", or NULL: only words of C.  Counts its
 * stars. */
const char *need_base(const char *ctype, unsigned *stars, bool *tag);

#endif
