/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every part of the interface generator uses: places in the source,
 * memory that lasts as long as the run, strings, options.
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

void *mig_alloc(size_t size); /* zeros; never NULL */
void mig_free_all(void);
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
    OUT_DOC,
    OUT_SKELETON,
    OUT_FUZZ,
    OUT_DECODER,
    OUT_TYPES,
    OUT_IHEADER,
    OUT_LIST,
    OUT_KINDS
};

/* What the program is asked to do. */
enum mode {
    MODE_GENERATE,
    MODE_LINT,        /* several inputs */
    MODE_DIFF,        /* two inputs: old and new */
    MODE_LOCK,        /* several inputs, mode_file: ids must be as locked */
    MODE_UPDATE_LOCK
};

struct options {
    enum mode mode;
    const char *mode_file;
    char **inputs;
    int input_count;
    const char *input;         /* the one that is being read */
    const char *out[OUT_KINDS];
    const char *user_prefix;   /* -prefix, or NULL: from the file */
    const char *server_prefix; /* -sprefix, or NULL */
    const char *cpp;           /* -cpp COMMAND, or NULL: gcc */
    const char *subr_prefix;   /* -subrprefix: before the user's names */
    const char *file_prefix;   /* -i: a file of stubs for each routine */
    const char *dep_file;      /* -MD */
    const char *dep_target;    /* -MT */
    const char **cpp_args;     /* -D, -I, -U as given */
    int cpp_nargs;
    unsigned max_on_stack;     /* larger message buffers are allocated */
    bool dep_default;          /* -MD without a file */
    bool warnings_are_errors;
    bool json_diagnostics;
    bool no_warnings;
    bool tables;               /* -tables: kernel servers as tables */
    const char *unroll;        /* -unroll A,B: but not these */
    bool sync;                 /* -binding sync: calls by synchronous IPC */
    bool verbose;
};

extern struct options options;

/* options.c: a word of the command line that other generators have, too. */
bool option_classic(int argc, char **argv, int *i);
void option_for_cpp(const char *word);
/* What follows from all of them; the input is known. */
void options_settle(void);
/* Does it stand in a compiler's flags, which makefiles give to mig whole? */
bool option_of_a_compiler(const char *word);
/* Outputs are named, but no input: does it come by standard input? */
bool options_from_standard_input(void);

/* cpp.c: the preprocessed input as text, or NULL when the preprocessor
 * failed (it has said why). */
char *cpp_read(const struct options *opt);
/* The same for a few lines of C that include headers; says nothing. */
char *cpp_scan(const struct options *opt, const char *source);

/* reset.c: forgets the run and frees its memory; another may follow. */
void mig_reset(void);

/* lexer.l, parser.y */
void lexer_begin(const char *text, const char *file);
void lexer_end(void);
int parser_run(void);

#endif
