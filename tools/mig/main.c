/* SPDX-License-Identifier: BSD-2-Clause */
/* The interface generator: command line, and what runs after what. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "diag.h"
#include "emit.h"
#include "model.h"
#include "out.h"

struct options options;

static const struct {
    const char *option;
    enum output_kind kind;
    void (*emit)(struct out *o);
} outputs[] = {
    {"-header", OUT_HEADER, emit_user_header},
    {"-user", OUT_USER, emit_user},
    {"-sheader", OUT_SHEADER, emit_server_header},
    {"-server", OUT_SERVER, emit_server},
    {"-direct", OUT_DIRECT, emit_direct},
    {"-replies", OUT_REPLIES, emit_replies},
    {"-repliesheader", OUT_REPLIESHEADER, emit_replies_header},
    {"-dheader", OUT_DHEADER, emit_defines_header},
    {"-ir", OUT_IR, emit_ir},
    {"-doc", OUT_DOC, emit_doc},
    {"-skeleton", OUT_SKELETON, emit_skeleton},
    {"-fuzz", OUT_FUZZ, emit_fuzz},
    {"-decoder", OUT_DECODER, emit_decoder},
    {"-emit-types", OUT_TYPES, emit_types},
    {"-iheader", OUT_IHEADER, emit_internal_header},
    {"-list", OUT_LIST, emit_routine_list},
    {"-defs-list", OUT_LIST, emit_routine_list},
};

static const struct {
    const char *option;
    size_t offset;
} texts[] = {
    {"-prefix", offsetof(struct options, user_prefix)},
    {"-sprefix", offsetof(struct options, server_prefix)},
    {"-cpp", offsetof(struct options, cpp)},
    {"-MT", offsetof(struct options, dep_target)},
    {"-unroll", offsetof(struct options, unroll)},
};

static void
usage(void)
{
    fprintf(stderr,
            "usage: mig [-header F] [-user F] [-sheader F] [-server F]\n"
            "           [-direct F] [-replies F] [-repliesheader F]\n"
            "           [-dheader F] [-ir F] [-doc F] [-skeleton F] [-fuzz F]\n"
            "           [-decoder F] [-emit-types F] [-iheader F] [-list F]\n"
            "           [-i PREFIX]\n"
            "           [-prefix P] [-sprefix P] [-subrprefix P]\n"
            "           [-maxonstack N] [-binding message|sync] [-cpp CMD]\n"
            "           [-tables [-unroll ROUTINE,...]]\n"
            "           [-I DIR] [-D NAME[=V]] [-U NAME] [-MD F] [-MT TARGET]\n"
            "           [-Werror] [-w] [-fdiagnostics-format=json] [-version]\n"
            "           FILE.defs (or -: standard input)\n"
            "       mig -lint FILE.defs...\n"
            "       mig -diff OLD.defs NEW.defs\n"
            "       mig -lock|-update-lock LOCKFILE FILE.defs...\n");
    exit(1);
}

static const char *
next_word(int argc, char **argv, int *i)
{
    if (*i + 1 >= argc) {
        fprintf(stderr, "mig: %s needs an argument\n", argv[*i]);
        usage();
    }
    return argv[++*i];
}

static bool
option_with_text(int argc, char **argv, int *i)
{
    for (size_t k = 0; k < sizeof(outputs) / sizeof(outputs[0]); k++) {
        if (strcmp(argv[*i], outputs[k].option) == 0) {
            options.out[outputs[k].kind] = next_word(argc, argv, i);
            return true;
        }
    }
    for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
        if (strcmp(argv[*i], texts[k].option) == 0) {
            const char **slot = (const char **)(void *)
                                ((char *)&options + texts[k].offset);

            *slot = next_word(argc, argv, i);
            return true;
        }
    }
    return false;
}

/* Options of the older generators that change nothing here: the stubs always
 * have prototypes, and there is one layout. */
static bool
option_without_effect(const char *word)
{
    static const char *const words[] = {
        "-q", "-r", "-R", "-s", "-S", "-l", "-L", "-k", "-K", "-n", "-N",
        "-x", "-X", "-split", "-traditional", "-t", "-T", "-novouchers",
        "-p", "-P", "-d", "-mach_msg2", "-xtracemig",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What else than generating is to be done. */
static bool
option_mode(int argc, char **argv, int *i)
{
    static const struct {
        const char *option;
        enum mode mode;
        bool with_file;
    } modes[] = {
        {"-lint", MODE_LINT, false},
        {"-diff", MODE_DIFF, false},
        {"-lock", MODE_LOCK, true},
        {"-update-lock", MODE_UPDATE_LOCK, true},
    };

    for (size_t k = 0; k < sizeof(modes) / sizeof(modes[0]); k++) {
        if (strcmp(argv[*i], modes[k].option) == 0) {
            options.mode = modes[k].mode;
            if (modes[k].with_file) {
                options.mode_file = next_word(argc, argv, i);
            }
            return true;
        }
    }
    return false;
}

static void
one_option(int argc, char **argv, int *i)
{
    const char *word = argv[*i];

    if (option_with_text(argc, argv, i) || option_without_effect(word) ||
        option_mode(argc, argv, i) || option_classic(argc, argv, i)) {
        return;
    }
    if (word[1] == 'I' || word[1] == 'D' || word[1] == 'U') {
        option_for_cpp(word);
        if (word[2] == '\0') {
            option_for_cpp(next_word(argc, argv, i));
        }
    } else if (strcmp(word, "-maxonstack") == 0) {
        options.max_on_stack = (unsigned)strtoul(next_word(argc, argv, i),
                                                 NULL, 0);
    } else if (strcmp(word, "-binding") == 0) {
        const char *binding = next_word(argc, argv, i);

        options.sync = strcmp(binding, "sync") == 0;
        if (!options.sync && strcmp(binding, "message") != 0) {
            fprintf(stderr, "mig: no binding %s\n", binding);
            usage();
        }
    } else if (strcmp(word, "-tables") == 0) {
        options.tables = true;
    } else if (strcmp(word, "-Werror") == 0) {
        options.warnings_are_errors = true;
    } else if (strcmp(word, "-w") == 0 || strcmp(word, "-Q") == 0) {
        options.no_warnings = strcmp(word, "-w") == 0;
    } else if (strcmp(word, "-v") == 0 || strcmp(word, "-V") == 0) {
        options.verbose = word[1] == 'v';
    } else if (strcmp(word, "-fdiagnostics-format=json") == 0) {
        options.json_diagnostics = true;
    } else if (strcmp(word, "-version") == 0) {
        printf("mig (Polymach) 1\n");
        exit(0);
    } else if (option_of_a_compiler(word)) {
        option_for_cpp(word);
    } else {
        fprintf(stderr, "mig: unknown option %s\n", word);
        usage();
    }
}

static void
read_options(int argc, char **argv)
{
    options.max_on_stack = 2048;
    options.cpp_args = mig_alloc(sizeof(char *) * (size_t)(argc + 1));
    options.inputs = mig_alloc(sizeof(char *) * (size_t)(argc + 1));
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1] != '\0') {
            one_option(argc, argv, &i);
        } else {
            options.inputs[options.input_count++] = argv[i];
        }
    }
    if (options_from_standard_input()) {
        options.inputs[options.input_count++] = mig_strdup("-");
    }
    if (options.input_count == 0 ||
        (options.mode == MODE_GENERATE && options.input_count != 1) ||
        (options.mode == MODE_DIFF && options.input_count != 2)) {
        fprintf(stderr, "mig: %d input files\n", options.input_count);
        usage();
    }
    options.input = options.inputs[0];
}

static void
emit_all(void)
{
    for (size_t k = 0; k < sizeof(outputs) / sizeof(outputs[0]); k++) {
        const char *path = options.out[outputs[k].kind];

        if (k > 0 && outputs[k].kind == outputs[k - 1].kind) {
            continue; /* another name of it */
        }
        if (outputs[k].kind == OUT_USER && options.file_prefix != NULL) {
            emit_user_files();
        } else if (path != NULL && strcmp(path, "/dev/null") != 0) {
            outputs[k].emit(out_open(path));
        }
    }
}

static int
generate(void)
{
    bool good;

    options_settle();
    good = model_read(options.input);
    if (good) {
        emit_all();
    }
    if (!good || diag_errors() != 0) {
        if (options.dep_file != NULL) {
            unlink(options.dep_file);
        }
        return 1;
    }
    out_commit_all();
    return 0;
}

int
main(int argc, char **argv)
{
    char **files;

    read_options(argc, argv);
    files = options.inputs;
    switch (options.mode) {
    case MODE_LINT:
        return lint_run(files, options.input_count);
    case MODE_DIFF:
        return diff_run(files[0], files[1]);
    case MODE_LOCK:
        return lock_check(options.mode_file, files, options.input_count);
    case MODE_UPDATE_LOCK:
        return lock_update(options.mode_file, files, options.input_count);
    default:
        return generate();
    }
}
