/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Server stubs as tables (mig -tables): what one function of the kernel,
 * mig_table_serve(), needs to know of a routine in order to check a request,
 * call the routine and fill the reply as an unrolled stub does.
 *
 * Every argument is one or two words, which the routine gets in the order of
 * its prototype: integers, addresses in the request or the reply, rights, and
 * addresses of places that the reply is filled from.  A structure passed by
 * value, a field behind a variable array, a destructor, ...: mig unrolls the
 * stub of such a routine.
 */
#ifndef MACH_MIG_TABLE_H
#define MACH_MIG_TABLE_H

#include <mach/mig_types.h>

/* Any function; it is cast to what it is before it is called. */
typedef void (*mig_function_t)(void);

#define MIG_TABLE_WORDS 14 /* of all arguments of a routine */
#define MIG_TABLE_SLOTS 24 /* results that are not written into the reply */

enum mig_op_kind {
    /* Fields of a request. */
    MIG_IN_PORT,     /* a right; any disposition: also that, as a word */
    MIG_IN_PORTS,    /* size rights: the address of an array of them */
    MIG_IN_OOL,      /* memory; aux: its size must be `size`, also a word */
    MIG_IN_OOL_PORTS, /* an array of rights; aux: of `size` */
    MIG_IN_COUNT,    /* a count, of memory at aux: at most size (0: any) */
    MIG_IN_PORT_COUNT, /* the same of rights */
    MIG_IN_WORD32,
    MIG_IN_WORD64,
    MIG_IN_BYTES,    /* the address of bytes in the request */
    MIG_IN_STRING,   /* the same, `size` of them; one must be a NUL */
    MIG_IN_ARRAY,    /* count at aux, at most size elements; the last field */
    MIG_IN_VAR_STRING, /* the same, one word; ends with its only NUL */
    /* Results. */
    MIG_OUT_PORT,
    MIG_OUT_PORTS,
    MIG_OUT_OOL,       /* of `size` bytes, or count at aux */
    MIG_OUT_OOL_PORTS,
    MIG_OUT_BYTES,     /* the address of bytes in the reply */
    MIG_OUT_INOUT,     /* the same, `size` copied from the request's aux */
    MIG_OUT_STRING,    /* the same, `size` of them, the last one a NUL */
    MIG_OUT_ARRAY,     /* as MIG_IN_ARRAY */
    MIG_OUT_VAR_STRING
};

#define MIG_ANY_DISPOSITION 255

struct mig_op {
    uint8_t kind;
    uint8_t word;        /* its first word */
    uint8_t disposition; /* MACH_MSG_TYPE_* of rights */
    uint8_t function;    /* 1 +: the translation of a right; 0: none */
    uint16_t at;         /* place in the message */
    uint16_t aux;
    uint16_t size;
    uint16_t element;    /* bytes of one */
};

#define MIG_TABLE_SIMPLE 1u  /* no reply */
#define MIG_TABLE_MOVES 2u   /* the request ends with a variable array */
#define MIG_TABLE_NOTHING 4u /* the reply has no results */

struct mig_table {
    mig_function_t routine;
    const struct mig_op *ops; /* of the request, then of the reply */
    const mig_function_t *functions; /* translations */
    uint16_t least; /* sizes of a request */
    uint16_t most;
    uint16_t clear;      /* bytes of the reply behind its code */
    uint16_t reply_size; /* without the variable array at its end */
    uint8_t in;  /* operations of the request */
    uint8_t out; /* of the reply */
    uint8_t in_descriptors;
    uint8_t out_descriptors;
    uint8_t reply_body; /* place of the reply's NDR record */
    uint8_t flags;
    uint8_t object;          /* word of the port that it was sent to */
    uint8_t object_function; /* its translation, as in an operation */
    uint8_t words;
};

#ifdef __cplusplus
extern "C" {
#endif

/* A stub: see mig_stub_t. */
void mig_table_serve(const struct mig_table *t, mach_msg_header_t *in,
                     mach_msg_header_t *out);

#ifdef __cplusplus
}
#endif

#endif
