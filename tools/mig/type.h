/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of the interface language.
 *
 * A type is one of
 *   BASIC   a scalar of 1, 2, 4 or 8 bytes;
 *   PORT    a right, sent in a port descriptor;
 *   STRING  c_string[N] (N bytes travel) or c_string[*:N] (count and bytes);
 *   ARRAY   array[N] of, array[*:N] of (count and elements), array[] of;
 *   STRUCT  struct[N] of, struct { ... }: passed by value;
 *   NATIVE  PointerTo(T), PointerToIfNot(T, bad), ValueOf(T): raw host data;
 *   ERROR   a type that was refused; it is silent in later checks.
 * ool says that the data travels out of line, in a descriptor.  An array of
 * ports always does.
 */
#ifndef MIG_TYPE_H
#define MIG_TYPE_H

#include "mig.h"

enum type_kind {
    TYPE_BASIC,
    TYPE_PORT,
    TYPE_STRING,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_NATIVE,
    TYPE_ERROR
};

enum native_kind {
    NATIVE_POINTER,
    NATIVE_POINTER_IF_NOT,
    NATIVE_VALUE
};

/* Numbers of the wire types (Darwin's). */
enum {
    MT_UNSTRUCTURED = 0,
    MT_BIT = 0x100,
    MT_BOOLEAN = 0x101,
    MT_INTEGER_16 = 1,
    MT_INTEGER_32 = 2,
    MT_CHAR = 8,
    MT_BYTE = 9,
    MT_INTEGER_8 = 0x109,
    MT_REAL = 10,
    MT_REAL_32 = 0x10a,
    MT_REAL_64 = 0x10b,
    MT_INTEGER_64 = 11,
    MT_STRING = 12,
    MT_STRING_C = 0x10c,
    MT_PORT_NAME = 15,
    MT_MOVE_RECEIVE = 16,
    MT_MOVE_SEND = 17,
    MT_MOVE_SEND_ONCE = 18,
    MT_COPY_SEND = 19,
    MT_MAKE_SEND = 20,
    MT_MAKE_SEND_ONCE = 21,
    MT_POLYMORPHIC = 0x7fff
};

/* A function that translates, releases or finds: `RESULT function(PARAM)`. */
struct translation {
    char *result; /* C type, or NULL for destructors */
    char *function;
    char *param;  /* C type, or NULL for intranpayload */
    bool declared; /* proto.c has written its prototype */
};

struct type;

struct member {
    struct loc loc;
    char *name;
    struct type *type;
    struct member *next;
};

struct type {
    struct loc loc;
    const char *name;     /* declared name, or NULL */
    enum type_kind kind;
    bool ool;
    bool predefined;      /* may be declared again */

    unsigned sent;        /* MT_*: what the sender says */
    unsigned received;    /* MT_*: what the receiver sees */

    uint64_t size;        /* bytes in line; of the largest when variable */
    unsigned align;       /* 1, 2, 4 or 8 */

    bool variable;        /* STRING, ARRAY: a count travels */
    bool bounded;         /* the count has a limit: count */
    uint32_t count;       /* elements: fixed number, or the limit */
    struct type *elem;    /* ARRAY and STRUCT of elements */
    struct member *members;

    enum native_kind native;
    char *native_type;
    char *native_bad;

    const char *basic_c;  /* C type of the value itself, without a name */
    bool plain_c;         /* the C type is basic_c, not the declared name */
    char *ctype;          /* ctype:, cusertype:, cservertype: */
    char *cuser;
    char *cserver;
    struct translation *intran;
    struct translation *outtran;
    struct translation *payload;
    struct translation *destructor;
};

void type_setup(void); /* enters the predefined types */
void type_reset(void);
struct type *type_lookup(const char *name);
/* Enters name = spec; complains of duplicates.  Returns the new type. */
struct type *type_declare(struct loc loc, const char *name, struct type *spec);
/* The same for `argument: name = spec`: the name is the argument's only. */
struct type *type_inline(struct loc loc, const char *name, struct type *spec);

/* Constructors.  Each complains of what makes no sense and then returns an
 * ERROR type. */
struct type *type_error(struct loc loc);
struct type *type_copy(const struct type *t); /* without name, translations */
struct type *type_basic(struct loc loc, unsigned sent, unsigned received);
struct type *type_long_form(struct loc loc, unsigned sent, unsigned received,
                            int64_t bits);
struct type *type_fixed_array(struct loc loc, int64_t n, struct type *elem);
struct type *type_bounded_array(struct loc loc, int64_t n, struct type *elem);
struct type *type_unbounded_array(struct loc loc, struct type *elem);
struct type *type_struct_of(struct loc loc, int64_t n, struct type *elem);
struct type *type_struct(struct loc loc, struct member *members);
struct type *type_pointer(struct loc loc, struct type *target);
struct type *type_string(struct loc loc, int64_t n, bool variable);
struct type *type_native(struct loc loc, enum native_kind kind, char *ctype,
                         char *bad);

/* Reports translations that cannot work on this type. */
void type_check_translations(const struct type *t);

/* Predicates and views. */
bool type_is_port(const struct type *t);        /* one right */
bool type_is_inline_variable(const struct type *t);
bool type_is_fixed_data(const struct type *t);  /* in line, constant size */
bool type_is_integer32(const struct type *t);
bool type_is_translated(const struct type *t);
bool type_has_count(const struct type *t);      /* an argument nameCnt */
/* A basic wire type number as C text ("MACH_MSG_TYPE_COPY_SEND"). */
const char *type_port_text(unsigned number);
unsigned type_received_as(unsigned sent);

#endif
