/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs the C preprocessor over the input and reads what it prints.  Its errors
 * become ours; warnings (a stray quote, a NUL) are silenced, since the lexer
 * says them better.
 *
 * The same command reads the headers that the input imports, when -emit-types
 * wants to know what they declare.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "diag.h"

#define MOST_CPP_WORDS 40

/* The command without its input: a -cpp command is split at blanks. */
static int
build_command(const struct options *opt, char **argv)
{
    int n = 0;

    if (opt->cpp == NULL) {
        argv[n++] = mig_strdup("gcc");
        argv[n++] = mig_strdup("-E");
        argv[n++] = mig_strdup("-std=c17");
        argv[n++] = mig_strdup("-w");
    } else {
        char *words = mig_strdup(opt->cpp);
        char *word = strtok(words, " ");

        for (; word != NULL && n < MOST_CPP_WORDS; word = strtok(NULL, " ")) {
            argv[n++] = word;
        }
        if (n == 0) {
            diag_fatal("-cpp needs a command");
        }
    }
    argv[n++] = mig_strdup("-D__MIG__=1");
    for (int i = 0; i < opt->cpp_nargs; i++) {
        argv[n++] = mig_strdup(opt->cpp_args[i]);
    }
    return n;
}

static int
add_dependencies(const struct options *opt, char **argv, int n)
{
    if (opt->dep_file != NULL) {
        argv[n++] = mig_strdup("-MD");
        argv[n++] = mig_strdup("-MF");
        argv[n++] = mig_strdup(opt->dep_file);
        if (opt->dep_target != NULL) {
            argv[n++] = mig_strdup("-MT");
            argv[n++] = mig_strdup(opt->dep_target);
        }
    }
    return n;
}

static void
add_input(const struct options *opt, char **argv, int n, const char *path)
{
    if (opt->cpp == NULL) {
        argv[n++] = mig_strdup("-x");
        argv[n++] = mig_strdup("c");
    }
    argv[n++] = mig_strdup(path);
    argv[n] = NULL;
}

static char *
read_all(int fd)
{
    size_t size = 0;
    size_t room = 65536;
    char *text = mig_alloc(room);

    for (;;) {
        ssize_t n = read(fd, text + size, room - size - 1);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            diag_fatal("cannot read from the preprocessor: %s",
                       strerror(errno));
        }
        if (n == 0) {
            break;
        }
        size += (size_t)n;
        if (room - size < 2) {
            char *more = mig_alloc(room * 2);

            memcpy(more, text, size);
            text = more;
            room *= 2;
        }
    }
    text[size] = '\0';
    return text;
}

/* The preprocessor drops NUL bytes, so they are looked for here; standard
 * input can be read only once. */
static void
refuse_nul(const char *path)
{
    FILE *f;
    struct loc loc = {path, 1, 1};
    int c;

    if (strcmp(path, "-") == 0) {
        return;
    }
    f = fopen(path, "rb");
    if (f == NULL) {
        diag_fatal("%s: %s", path, strerror(errno));
    }
    while ((c = getc(f)) != EOF) {
        if (c == '\0') {
            diag_error(loc, "character", "illegal character: NUL");
        }
        loc.col++;
        if (c == '\n') {
            loc.line++;
            loc.col = 1;
        }
    }
    fclose(f);
}

/* One line of a preprocessor: `FILE:LINE[:COLUMN]: [fatal ]error: TEXT` is
 * an error of ours.  False: it is something else. */
static bool
take_error(char *line)
{
    char *text = strstr(line, "error: ");
    char *colon = text;
    struct loc loc = {NULL, 0, 1};
    unsigned numbers[2];
    int n = 0;

    if (text == NULL) {
        return false;
    }
    text += strlen("error: ");
    while (colon > line && *colon != ':') {
        colon--;
    }
    /* Back over the numbers: what is before them is the file. */
    while (colon > line && n < 2) {
        char *digits = colon;

        while (digits > line && isdigit((unsigned char)digits[-1])) {
            digits--;
        }
        if (digits == colon || digits == line || digits[-1] != ':') {
            break;
        }
        numbers[n++] = (unsigned)strtoul(digits, NULL, 10);
        colon = digits - 1;
    }
    if (n == 0) {
        return false;
    }
    *colon = '\0';
    loc.file = mig_strdup(line);
    loc.line = numbers[n - 1];
    loc.col = n == 2 ? numbers[0] : 1;
    diag_error(loc, "preprocessor", "%s", text);
    return true;
}

/* What a preprocessor said that failed. */
static void
take_errors(char *said)
{
    bool any = false;
    char *end;

    for (char *line = said; *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        if (*end == '\n') {
            *end++ = '\0';
        }
        any = take_error(line) || any;
    }
    if (!any) {
        diag_fatal("the preprocessor failed: %s", said);
    }
}

/* What a command prints, or NULL when it fails; of a quiet one the errors
 * are of no interest. */
static char *
run(char **argv, bool quiet)
{
    FILE *said = tmpfile();
    int fds[2];
    int status;
    char *text;
    pid_t pid;

    if (said == NULL || pipe(fds) != 0 || (pid = fork()) < 0) {
        diag_fatal("cannot start the preprocessor: %s", strerror(errno));
    }
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        dup2(fileno(said), STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        execvp(argv[0], argv);
        fprintf(stderr, "cannot run %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    close(fds[1]);
    text = read_all(fds[0]);
    close(fds[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        if (!quiet) {
            rewind(said);
            take_errors(read_all(fileno(said)));
        }
        text = NULL;
    }
    fclose(said);
    return text;
}

static char **
new_command(const struct options *opt)
{
    return mig_alloc(sizeof(char *) *
                     (size_t)(opt->cpp_nargs + 2 * MOST_CPP_WORDS));
}

char *
cpp_read(const struct options *opt)
{
    char **argv = new_command(opt);
    int n = build_command(opt, argv);

    refuse_nul(opt->input);
    add_input(opt, argv, add_dependencies(opt, argv, n), opt->input);
    return run(argv, false);
}

char *
cpp_scan(const struct options *opt, const char *source)
{
    char **argv = new_command(opt);
    int n = build_command(opt, argv);
    char name[] = "/tmp/mig-scan-XXXXXX.c";
    int fd = mkstemps(name, 2);
    size_t size = strlen(source);
    char *text = NULL;

    if (fd < 0) {
        return NULL;
    }
    if (write(fd, source, size) == (ssize_t)size) {
        add_input(opt, argv, n, name);
        text = run(argv, true);
    }
    close(fd);
    unlink(name);
    return text;
}
