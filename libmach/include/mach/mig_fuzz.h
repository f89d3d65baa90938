/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages for fuzzing: what `mig -fuzz` writes of an interface, and what
 * makes messages of it (libmach/mig_fuzz.c).
 *
 * A message begins as a right one, made of the tables and of what the user's
 * callbacks supply (rights, memory, values of a type); most are then spoilt
 * in one to three places: size, id, bits, counts, descriptors, dispositions,
 * bytes.  All choices come from one source: a seed, or the bytes of
 * libFuzzer's input, so that each message can be made again.
 */
#ifndef MACH_MIG_FUZZ_H
#define MACH_MIG_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <mach/message.h>
#include <mach/mig_types.h>

enum mig_fuzz_kind {
    MIG_FUZZ_PORT,
    MIG_FUZZ_OOL,
    MIG_FUZZ_OOL_PORTS,
    MIG_FUZZ_COUNT,
    MIG_FUZZ_CAPACITY,
    MIG_FUZZ_VALUE,
    MIG_FUZZ_DATA
};

/* One member of a request, in its order. */
struct mig_fuzz_field {
    uint8_t kind;
    uint16_t repeat;     /* descriptors, counts: how many in a row */
    uint8_t text;        /* NUL-terminated */
    uint8_t align;
    uint8_t disposition; /* of rights: what the sender says, 0xff: any */
    uint32_t unit;       /* bytes of a value, of an element */
    uint32_t size;       /* in line; of the longest when it varies */
    uint32_t limit;      /* most elements, 0: none is given */
    const char *name;
    const char *type;    /* as declared; of arrays: the elements' */
};

struct mig_fuzz_routine {
    const char *name;
    mach_msg_id_t id;
    uint16_t descriptors;
    uint16_t body;       /* where NDR is */
    uint8_t simple;
    uint16_t fields;
    uint32_t min_size, max_size;
    const char *target;  /* type of the request port */
    const struct mig_fuzz_field *field;
};

struct mig_fuzz_interface {
    const char *name;
    mach_msg_id_t base, end;
    uint32_t count;
    const struct mig_fuzz_routine *routine;
};

struct mig_fuzz {
    uint64_t state;      /* the seed; never 0 */
    const uint8_t *data; /* used before the seed, to its end */
    size_t left;
    void *context;       /* the callbacks' */
    /*
     * A right to be sent: its name; *disposition may be changed to what fits
     * it.  type: the argument's, "" for none.
     */
    mach_port_name_t (*port)(struct mig_fuzz *f, const char *type,
                             mach_msg_type_name_t *disposition);
    /* Readable memory of this many bytes (at most 65536); *deallocate may
     * be set. */
    uint64_t (*memory)(struct mig_fuzz *f, uint32_t size, bool *deallocate);
    /* A value of the type; false: any will do.  NULL: always so. */
    bool (*value)(struct mig_fuzz *f, const char *type, uint64_t *value);
};

#define MIG_FUZZ_ROOM 0x12000u /* bytes of the buffer for a message */

uint64_t mig_fuzz_word(struct mig_fuzz *f);
/* 0 to n - 1; n is not 0. */
uint32_t mig_fuzz_below(struct mig_fuzz *f, uint32_t n);
/* Small, huge, negative, around powers of two, or any. */
uint64_t mig_fuzz_number(struct mig_fuzz *f);

/* A right request of the routine, but for the ports of its header. */
mach_msg_size_t mig_fuzz_request(struct mig_fuzz *f,
                                 const struct mig_fuzz_routine *r,
                                 mach_msg_header_t *m);
/* Make one thing wrong; the new size, which need not be msgh_size. */
mach_msg_size_t mig_fuzz_spoil(struct mig_fuzz *f, mach_msg_header_t *m,
                               mach_msg_size_t size);
/* A message with nothing right but its header, for a given id. */
mach_msg_size_t mig_fuzz_noise(struct mig_fuzz *f, mach_msg_header_t *m);
/* One of the interface's routines. */
const struct mig_fuzz_routine *
mig_fuzz_choose(struct mig_fuzz *f, const struct mig_fuzz_interface *i);
/* As the choices fall: a request of the routine, often spoilt, or noise. */
mach_msg_size_t mig_fuzz_message(struct mig_fuzz *f,
                                 const struct mig_fuzz_routine *r,
                                 mach_msg_header_t *m);

/*
 * For a harness on the host: make a message of the input and hand it to the
 * server.  mig_fuzz_deliver is the harness's.
 */
void mig_fuzz_serve(const struct mig_fuzz_interface *i,
                    const struct mig_subsystem *server, const uint8_t *data,
                    size_t size);
void mig_fuzz_deliver(const struct mig_subsystem *server,
                      mach_msg_header_t *m, mach_msg_size_t size);
void mig_fuzz_callbacks(struct mig_fuzz *f);

#endif
