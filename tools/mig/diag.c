/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Diagnostics.  The source line is read from the original file, since the
 * preprocessor's line markers name it; a file that cannot be read just has no
 * excerpt.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

#define MAX_ERRORS 50

static int error_count;

static void
show_excerpt(struct loc loc)
{
    char line[400];
    FILE *f;
    int n = 0;

    f = loc.file == NULL || loc.line <= 0 ? NULL : fopen(loc.file, "r");
    if (f == NULL) {
        return;
    }
    while (n < loc.line && fgets(line, sizeof(line), f) != NULL) {
        if (strchr(line, '\n') != NULL || strlen(line) < sizeof(line) - 1) {
            n++;
        }
    }
    fclose(f);
    if (n != loc.line) {
        return;
    }
    line[strcspn(line, "\r\n")] = '\0';
    fprintf(stderr, " %5d | %s\n       | ", loc.line, line);
    for (int i = 0; i + 1 < loc.col && line[i] != '\0'; i++) {
        fputc(line[i] == '\t' ? '\t' : ' ', stderr);
    }
    fputs("^\n", stderr);
}

static void
put_json_string(const char *s)
{
    fputc('"', stderr);
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\') {
            fprintf(stderr, "\\%c", *s);
        } else if ((unsigned char)*s < 0x20) {
            fprintf(stderr, "\\u%04x", (unsigned char)*s);
        } else {
            fputc(*s, stderr);
        }
    }
    fputc('"', stderr);
}

static void
report(struct loc loc, const char *kind, const char *name, const char *format,
       va_list ap)
{
    char text[600];
    char option[80] = "";

    vsnprintf(text, sizeof(text), format, ap);
    if (name != NULL) {
        snprintf(option, sizeof(option), "%c-%s",
                 kind[0] == 'e' ? 'E' : 'W', name);
    }
    if (options.json_diagnostics) {
        fprintf(stderr, "{\"kind\": \"%s\", \"file\": ", kind);
        put_json_string(loc.file == NULL ? "" : loc.file);
        fprintf(stderr, ", \"line\": %d, \"column\": %d, \"option\": \"%s\", "
                "\"message\": ", loc.line, loc.col, option);
        put_json_string(text);
        fputs("}\n", stderr);
        return;
    }
    fprintf(stderr, "%s:%d:%d: %s: %s", loc.file == NULL ? "?" : loc.file,
            loc.line, loc.col, kind, text);
    if (name != NULL) {
        fprintf(stderr, " [%s]", option);
    }
    fputc('\n', stderr);
    show_excerpt(loc);
}

void
diag_error(struct loc loc, const char *name, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    report(loc, "error", name, format, ap);
    va_end(ap);
    if (++error_count >= MAX_ERRORS) {
        diag_fatal("too many errors");
    }
}

void
diag_warning(struct loc loc, const char *name, const char *format, ...)
{
    va_list ap;

    if (options.no_warnings) {
        return;
    }
    va_start(ap, format);
    report(loc, options.warnings_are_errors ? "error" : "warning", name,
           format, ap);
    va_end(ap);
    if (options.warnings_are_errors) {
        error_count++;
    }
}

void
diag_note(struct loc loc, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    report(loc, "note", NULL, format, ap);
    va_end(ap);
}

int
diag_errors(void)
{
    return error_count;
}

void
diag_reset(void)
{
    error_count = 0;
}

void
diag_fatal(const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    fputs("mig: ", stderr);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}
