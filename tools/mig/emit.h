/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the emitters share: names, C types of either side, prototypes and
 * message structures.  Each emit_*.c writes one kind of output.
 */
#ifndef MIG_EMIT_H
#define MIG_EMIT_H

#include "layout.h"
#include "out.h"
#include "routine.h"

enum side {
    SIDE_USER,
    SIDE_SERVER
};

/* How an argument looks in a prototype. */
enum shape {
    SHAPE_VALUE,      /* T x, or T *x when it comes out */
    SHAPE_ARRAY,      /* pointer to a fixed number of elements, strings */
    SHAPE_VAR_ARRAY,  /* pointer and count, in line */
    SHAPE_VAR_STRING, /* pointer, NUL-terminated */
    SHAPE_OOL,        /* pointer (and count), out of line */
    SHAPE_PORTS,      /* fixed array of rights */
    SHAPE_OOL_ARRAY   /* fixed array of out-of-line ranges */
};

/* ctype.c */
enum shape shape_of(const struct type *t, enum side side);
/* The C type that was written for t on this side, or NULL. */
const char *ctype_explicit(const struct type *t, enum side side);
/* The C type of a value as it stands in the message. */
const char *ctype_wire(const struct type *t, enum side side);
/* The C type of a value as it stands in the prototype. */
const char *ctype_param(const struct type *t, enum side side);
/* The C type of the elements (of strings: char), and their size. */
const char *ctype_elem(const struct type *t, enum side side);
unsigned ctype_elem_size(const struct type *t);
/* Is this argument's disposition an argument of its own (xPoly)? */
bool arg_has_poly(const struct arg *a, enum side side);
bool kernel_side(enum side side);

/* proto.c */
const char *user_name(const struct routine *rt);
const char *server_name(const struct routine *rt);
const char *server_prefix(void);
bool server_has_demux(void); /* by a name of its own */
/* `TYPE name, ...` on lines of their own, closed by `)`. */
void emit_params(struct out *o, const struct routine *rt, enum side side);
void emit_prototype(struct out *o, const struct routine *rt, enum side side);
/* Around prototypes: their linkage, and names that compilers know. */
void emit_prototypes_begin(struct out *o, enum side side);
void emit_prototypes_end(struct out *o, enum side side);
void emit_file_head(struct out *o, const char *what);
/* The headers that the input imports for this side, and the types of
 * -emit-types. */
void emit_imports(struct out *o, enum side side);
void emit_common_imports(struct out *o); /* of `import` only */
void emit_import(struct out *o, const struct import *im);
/* A translation function's C type of a right. */
const char *right_ctype(const struct type *t, const char *ctype);
void emit_translations(struct out *o); /* prototypes of the functions used */
char *guard_name(const char *path);

/* emit_message.c */
void emit_message_types(struct out *o, const struct routine *rt,
                        enum side side);

/* The outputs. */
void emit_user_header(struct out *o);
void emit_server_header(struct out *o);
void emit_defines_header(struct out *o);
void emit_user(struct out *o);
void emit_server(struct out *o);
void emit_direct(struct out *o);
void emit_replies(struct out *o);
void emit_replies_header(struct out *o);
void emit_ir(struct out *o);
void emit_doc(struct out *o);
void emit_skeleton(struct out *o);
void emit_fuzz(struct out *o);
void emit_decoder(struct out *o);
void emit_types(struct out *o);
void emit_internal_header(struct out *o);
void emit_routine_list(struct out *o);
void emit_user_files(void); /* -i: each routine's stub in a file */

#endif
