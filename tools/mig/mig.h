/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every part of the interface generator uses: places in the source,
 * memory that is never freed (the program is short-lived), strings, options.
 */
#ifndef MIG_H
#define MIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in an input file, 1-based. */
struct loc {
    const char *file;
    int line;
    int col;
};

#define MIG_PRINTF(f, a) __attribute__((format(printf, f, a)))

void *mig_alloc(size_t size);
char *mig_strdup(const char *s);
char *mig_format(const char *format, ...) MIG_PRINTF(1, 2);
bool mig_word_equal(const char *a, const char *b); /* ignoring case */

/* Outputs that can be asked for; NULL = not wanted. */
enum output_kind {
    OUT_HEADER,
    OUT_USER,
    OUT_SHEADER,
    OUT_SERVER,
    OUT_DIRECT,
    OUT_REPLIES,
    OUT_REPLIESHEADER,
    OUT_DHEADER,
    OUT_IR,
    OUT_KINDS
};

struct options {
    const char *input;
    const char *out[OUT_KINDS];
    const char *user_prefix;   /* -prefix, or NULL: from the file */
    const char *server_prefix; /* -sprefix, or NULL */
    const char *cpp;           /* -cpp COMMAND, or NULL: gcc */
    const char *dep_file;      /* -MD */
    const char *dep_target;    /* -MT */
    const char **cpp_args;     /* -D, -I, -U as given */
    int cpp_nargs;
    unsigned max_on_stack;     /* larger message buffers are allocated */
    bool warnings_are_errors;
    bool json_diagnostics;
    bool no_warnings;
    bool verbose;
};

extern struct options options;

/* cpp.c: the preprocessed input as text, or NULL when the preprocessor
 * failed (it has said why). */
char *cpp_read(const struct options *opt);

/* lexer.l, parser.y */
void lexer_begin(const char *text, const char *file);
int parser_run(void);

#endif
