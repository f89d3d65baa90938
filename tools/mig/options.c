/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options in the forms that the older generators have: a file per routine,
 * arguments for the preprocessor, `-MD` without a file, and the outputs that
 * are written when none is asked for.
 */
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "emit.h"
#include "model.h"

/* The words that take another, which is... */
static const struct {
    const char *word;
    size_t offset; /* ... put here, or (-1) ... */
    bool for_cpp;  /* ... given to the preprocessor, or of no use */
} with_text[] = {
    {"-i", offsetof(struct options, file_prefix), false},
    {"-subrprefix", offsetof(struct options, subr_prefix), false},
    {"-isystem", (size_t)-1, true},
    {"-iquote", (size_t)-1, true},
    {"-idirafter", (size_t)-1, true},
    {"-imacros", (size_t)-1, true},
    {"-include", (size_t)-1, true},
    {"-isysroot", (size_t)-1, true},
    {"-migcom", (size_t)-1, false},
    {"-arch", (size_t)-1, false},
    {"-target", (size_t)-1, false},
};

void
option_for_cpp(const char *word)
{
    options.cpp_args[options.cpp_nargs++] = word;
}

/* `-MD` alone, or followed by a file that is no input. */
static void
dependencies(int argc, char **argv, int *i)
{
    const char *next = *i + 1 < argc ? argv[*i + 1] : NULL;
    size_t n = next == NULL ? 0 : strlen(next);

    if (next == NULL || next[0] == '-' ||
        (n > 5 && strcmp(next + n - 5, ".defs") == 0)) {
        options.dep_default = true;
    } else {
        options.dep_file = next;
        ++*i;
    }
}

bool
option_of_a_compiler(const char *word)
{
    static const char *const starts[] = {
        "-f", "-W", "-m", "-std=", "-nostdinc", "-undef", "-pipe", "-g",
        "-O", "-pthread", "-ansi", "-pedantic",
    };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strncmp(word, starts[i], strlen(starts[i])) == 0) {
            return true;
        }
    }
    return false;
}

bool
option_classic(int argc, char **argv, int *i)
{
    const char *word = argv[*i];

    if (strcmp(word, "-cc") == 0 && *i + 1 < argc) {
        options.cpp = mig_format("%s -E -w -x c", argv[++*i]);
        return true;
    }
    if (strcmp(word, "-MD") == 0) {
        dependencies(argc, argv, i);
        return true;
    }
    for (size_t k = 0; k < sizeof(with_text) / sizeof(with_text[0]); k++) {
        if (strcmp(word, with_text[k].word) != 0) {
            continue;
        }
        if (*i + 1 >= argc) {
            diag_fatal("%s needs an argument", word);
        }
        ++*i;
        if (with_text[k].offset != (size_t)-1) {
            const char **slot = (const char **)(void *)
                                ((char *)&options + with_text[k].offset);

            *slot = argv[*i];
        } else if (with_text[k].for_cpp) {
            option_for_cpp(word);
            option_for_cpp(argv[*i]);
        }
        return true;
    }
    return false;
}

/* "dir/name.defs": name */
static char *
stem_of(const char *input)
{
    const char *slash = strrchr(input, '/');
    char *stem = mig_strdup(slash == NULL ? input : slash + 1);
    size_t n = strlen(stem);

    if (n > 5 && strcmp(stem + n - 5, ".defs") == 0) {
        stem[n - 5] = '\0';
    }
    return stem;
}

static bool
wants_output(void)
{
    for (int k = 0; k < OUT_KINDS; k++) {
        if (options.out[k] != NULL) {
            return true;
        }
    }
    return options.file_prefix != NULL;
}

/* Everything the preprocessor's rule is for. */
static const char *
all_outputs(void)
{
    const char *text = "";

    for (int k = 0; k < OUT_KINDS; k++) {
        if (options.out[k] != NULL &&
            strcmp(options.out[k], "/dev/null") != 0) {
            text = mig_format("%s%s%s", text, *text == '\0' ? "" : " ",
                              options.out[k]);
        }
    }
    return *text == '\0' ? NULL : text;
}

bool
options_from_standard_input(void)
{
    return options.mode == MODE_GENERATE && options.input_count == 0 &&
           wants_output() && !isatty(STDIN_FILENO);
}

void
options_settle(void)
{
    const char *stem = stem_of(options.input);

    if (strcmp(options.input, "-") == 0 &&
        (!wants_output() || options.dep_default)) {
        diag_fatal("standard input gives no name to the outputs: "
                   "name them (-user F, -server F, -header F, -MD F)");
    }
    if (!wants_output()) {
        options.out[OUT_USER] = mig_format("%sUser.c", stem);
        options.out[OUT_SERVER] = mig_format("%sServer.c", stem);
        options.out[OUT_HEADER] = mig_format("%s.h", stem);
    }
    if (options.dep_default) {
        options.dep_file = mig_format("%s.d", stem);
        if (options.dep_target == NULL) {
            options.dep_target = all_outputs();
        }
    }
}
