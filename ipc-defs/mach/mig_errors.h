/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the interface generator's messages have in common: error codes, the
 * data representation record, the shape of a reply that only says an error.
 */
#ifndef MACH_MIG_ERRORS_H
#define MACH_MIG_ERRORS_H

#include <mach/message.h>
#include <mach/kern_return.h>

#define MIG_TYPE_ERROR -300      /* a descriptor is not what it should be */
#define MIG_REPLY_MISMATCH -301  /* the reply's id is wrong */
#define MIG_REMOTE_ERROR -302
#define MIG_BAD_ID -303          /* no such routine */
#define MIG_BAD_ARGUMENTS -304   /* size, count or string is wrong */
#define MIG_NO_REPLY -305        /* the routine answers later, or never */
#define MIG_EXCEPTION -306
#define MIG_ARRAY_TOO_LARGE -307 /* does not fit in the message or buffer */
#define MIG_SERVER_DIED -308     /* the request was destroyed unanswered */
#define MIG_TRAILER_ERROR -309

/* Distance between the ids of a request and its reply. */
#define MIG_REPLY_DISTANCE 100

typedef struct {
    unsigned char mig_vers;
    unsigned char if_vers;
    unsigned char reserved1;
    unsigned char mig_encoding;
    unsigned char int_rep;   /* 1: little-endian */
    unsigned char char_rep;  /* 0: ASCII */
    unsigned char float_rep; /* 0: IEEE */
    unsigned char reserved2;
} NDR_record_t;

static const NDR_record_t NDR_record = {0, 0, 0, 0, 1, 0, 0, 0};

typedef struct {
    mach_msg_header_t Head;
    NDR_record_t NDR;
    kern_return_t RetCode;
} mig_reply_error_t;

#endif
