/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model of a subsystem: its routines, their arguments, and the messages
 * laid out for them.  The parser fills it, routine.c checks it, layout.c lays
 * the messages out, the emitters only read it.
 */
#ifndef MIG_ROUTINE_H
#define MIG_ROUTINE_H

#include "mig.h"
#include "type.h"

#define MIG_REPLY_DISTANCE 100 /* from a request's id to its reply's */

enum arg_kind {
    ARG_DEFAULT, /* no direction written: request port or in */
    ARG_IN,
    ARG_OUT,
    ARG_INOUT,
    ARG_REQUEST_PORT,
    ARG_REPLY_PORT,   /* both sides */
    ARG_SREPLY_PORT,  /* server only */
    ARG_UREPLY_PORT,  /* user only */
    ARG_WAIT_TIME,
    ARG_SEND_TIME,
    ARG_MSG_OPTION,
    ARG_MSG_SEQNO,
    ARG_SECURITY_TOKEN,
    ARG_SERVER_SECURITY_TOKEN,
    ARG_USER_SECURITY_TOKEN,
    ARG_AUDIT_TOKEN,
    ARG_SERVER_AUDIT_TOKEN,
    ARG_USER_AUDIT_TOKEN,
    ARG_SERVER_CONTEXT,
    ARG_SERVER_IMPL,
    ARG_USER_IMPL
};

enum arg_flag {
    FLAG_DEALLOC = 1u << 0,
    FLAG_NOT_DEALLOC = 1u << 1,
    FLAG_DEALLOC_DYNAMIC = 1u << 2, /* dealloc[]: an argument says so */
    FLAG_COUNT_IN_OUT = 1u << 3,
    FLAG_RETCODE = 1u << 4,
    FLAG_SAME_COUNT = 1u << 5,
    FLAG_PHYSICAL_COPY = 1u << 6,
    FLAG_OVERWRITE = 1u << 7,
    FLAG_AUTO = 1u << 8,
    FLAG_CONST = 1u << 9,
    FLAG_ISLONG = 1u << 10,
    FLAG_ISNOTLONG = 1u << 11,
    FLAG_SERVER_COPY = 1u << 12
};

struct arg {
    struct loc loc;
    enum arg_kind kind;
    const char *name;
    struct type *type;
    unsigned flags;
    struct arg *same; /* samecount: the array whose count this one has */
    struct arg *next;
};

enum field_kind {
    FIELD_PORT,      /* port descriptors: `repeat` of them */
    FIELD_OOL,       /* out-of-line memory descriptors */
    FIELD_OOL_PORTS, /* out-of-line port array descriptors */
    FIELD_COUNT,     /* u32: count of the FIELD_DATA or descriptor of arg */
    FIELD_CAPACITY,  /* u32: how much the caller can take (countinout) */
    FIELD_VALUE,     /* data of constant size */
    FIELD_DATA       /* count elements: everything after it is dynamic.  With
                      * samecount the last FIELD_COUNT before is another's. */
};

/* One member of a message.  offset is where it is when every variable array
 * before it is as long as it may be; when `dynamic`, it moves forward. */
struct field {
    enum field_kind kind;
    struct arg *arg;
    const char *name;
    uint64_t offset;
    uint64_t size;
    unsigned align;
    unsigned repeat;     /* descriptors and counts: how many in a row */
    unsigned descriptor; /* index of the first descriptor */
    unsigned port;       /* index among the port descriptors */
    unsigned elem_size;  /* FIELD_DATA, descriptors of arrays */
    uint32_t limit;      /* FIELD_DATA: most elements */
    bool dynamic;
    struct field *next;
};

struct message {
    struct field *fields;
    unsigned descriptors;
    unsigned ports;      /* port descriptors among them */
    bool variable;
    bool has_retcode;
    uint64_t body;       /* offset of what follows the descriptors: NDR */
    uint64_t fixed_end;  /* end of the members that never move */
    uint64_t min_size;   /* multiples of 4 */
    uint64_t max_size;
};

struct routine {
    struct loc loc;
    const char *name;
    bool simple;
    int64_t id;
    struct arg *args;
    const char *msg_option;  /* statement in force, or NULL */
    const char *wait_time;
    const char *send_time;
    const char *error_proc;
    unsigned consume;        /* ConsumeOnSendError: 0 none 1 timeout 2 any */
    struct arg *request_port;
    struct arg *reply_port;  /* user side: replyport, ureplyport, or NULL */
    struct arg *sreply_port; /* server side: replyport, sreplyport, or NULL */
    struct arg *wait_arg;
    struct arg *send_arg;
    struct arg *option_arg;
    struct arg *seqno_arg;
    struct arg *retcode_arg;
    struct message request;
    struct message reply;
    struct routine *next;
};

enum import_kind {
    IMPORT_ALL,
    IMPORT_USER,
    IMPORT_SERVER,
    IMPORT_I,
    IMPORT_D
};

struct import {
    enum import_kind kind;
    const char *file; /* with its quotes or angle brackets */
    struct import *next;
};

struct subsystem {
    struct loc loc;
    const char *name; /* NULL: no subsystem statement */
    const char *file; /* of several: the one that was named */
    int64_t base;
    int64_t next_id;
    bool kernel_user;
    bool kernel_server;
    bool ownership_take;
    const char *user_prefix;
    const char *server_prefix;
    const char *server_demux;
    const char *rcsid;
    const char *msg_option;
    const char *wait_time;
    const char *send_time;
    const char *error_proc;
    unsigned consume;
    unsigned user_type_limit;
    unsigned on_stack_limit;
    struct routine *routines;
    struct import *imports;
};

extern struct subsystem subsystem;

/* statement.c: what the parser calls.  reset forgets the last file. */
void statement_reset(void);
void statement_subsystem(struct loc loc, const char *name, int64_t base,
                         bool kernel_user, bool kernel_server);
void statement_skip(struct loc loc, int64_t n);
void statement_import(struct loc loc, enum import_kind kind,
                      const char *file);
/* A prefix or the demultiplexer's name. */
void statement_name(struct loc loc, const char **slot, const char *what,
                    const char *name);
void statement_ownership(struct loc loc, const char *word);
void statement_consume(struct loc loc, const char *word);
void statement_routine(struct loc loc, const char *name, bool simple,
                       struct arg *args);
/* Checks that need the whole file. */
void statement_finish(struct loc end);

/* routine.c */
void routine_check(struct routine *rt);
unsigned routine_flag(struct loc loc, const char *word, bool brackets);
bool arg_is_in(const struct arg *a);  /* travels in the request */
bool arg_is_out(const struct arg *a); /* travels in the reply */
bool arg_in_user(const struct arg *a);   /* appears in the user's prototype */
bool arg_in_server(const struct arg *a); /* appears in the server's */
const char *arg_count(const struct arg *a); /* its count's name in C */
/* Most elements that a and the arrays with its count can all take; or
 * UINT32_MAX. */
uint32_t arg_limit(const struct arg *a);

/* layout.c */
void layout_routine(struct routine *rt);

#endif
