/* SPDX-License-Identifier: BSD-2-Clause */
/* Comments of an interface file, see comment.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comment.h"
#include "diag.h"

/* The file that was read last: most questions are about one file.  It is
 * kept over runs, so it is not mig_alloc's. */
struct source {
    char *file;
    char *text; /* NUL-terminated */
};

/* Text from a to b. */
struct span {
    const char *from;
    const char *end;
};

static char *
read_file(const char *file)
{
    FILE *f = fopen(file, "rb");
    char *text = NULL;
    size_t size = 0;
    size_t room = 0;

    while (f != NULL && !feof(f) && !ferror(f)) {
        char *more;

        room = room * 2 + 16384;
        more = realloc(text, room);
        if (more == NULL) {
            diag_fatal("out of memory");
        }
        text = more;
        size += fread(text + size, 1, room - size - 1, f);
        text[size] = '\0';
    }
    if (f != NULL) {
        fclose(f);
    }
    return text;
}

static const struct source *
load(const char *file)
{
    static struct source last;

    if (file == NULL) {
        file = "";
    }
    if (last.file == NULL || strcmp(last.file, file) != 0) {
        free(last.file);
        free(last.text);
        last.text = read_file(file);
        last.file = strdup(file);
        if (last.text == NULL) {
            last.text = calloc(1, 1);
        }
        if (last.file == NULL || last.text == NULL) {
            diag_fatal("out of memory");
        }
    }
    return &last;
}

/* The text at loc, or NULL. */
static const char *
place(const struct source *s, struct loc loc)
{
    const char *p = s->text;

    for (int line = 1; line < loc.line; line++) {
        p = strchr(p, '\n');
        if (p == NULL) {
            return NULL;
        }
        p++;
    }
    for (int col = 1; col < loc.col && *p != '\0'; col++) {
        p++;
    }
    return *p == '\0' ? NULL : p;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* One line without the frame: ` * text`. */
static const char *
frameless(const char *p, const char *end, size_t *length)
{
    const char *from = p;

    while (from < end && is_blank(*from)) {
        from++;
    }
    if (from < end && *from == '*') {
        from++;
        from += from < end && *from == ' ';
    } else if (from - p > 3) {
        from = p + 3; /* as far in as the text after the opening */
    }
    while (end > from && is_blank(end[-1])) {
        end--;
    }
    *length = (size_t)(end - from);
    return from;
}

static const char *
clean(struct span comment)
{
    const char *p = comment.from + 2;
    const char *end = comment.end - 2;
    char *text = mig_alloc((size_t)(comment.end - comment.from) + 1);
    size_t n = 0;

    while (p < end && (*p == '*' || *p == ' ')) {
        p++;
    }
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t length;
        const char *line;

        stop = stop == NULL ? end : stop;
        line = frameless(p, stop, &length);
        if (length != 0 || n != 0) {
            memcpy(text + n, line, length);
            n += length;
            text[n++] = '\n';
        }
        p = stop + 1;
    }
    while (n > 0 && (text[n - 1] == '\n' || is_blank(text[n - 1]))) {
        n--;
    }
    text[n] = '\0';
    return n == 0 ? NULL : text;
}

/* The comment that ends at end (after its closing), when nothing else is on
 * the line where it begins. */
static bool
comment_ending(const struct source *s, const char *end, struct span *found)
{
    const char *p = end - 2;
    const char *q;

    if (end - s->text < 4 || p[0] != '*' || p[1] != '/') {
        return false;
    }
    do {
        if (p == s->text) {
            return false;
        }
        p--;
    } while (p[0] != '/' || p[1] != '*');
    for (q = p; q > s->text && is_blank(q[-1]); q--) {
    }
    found->from = p;
    found->end = end;
    return q == s->text || q[-1] == '\n';
}

/* Before the statement whose name is at p: back to the word that starts it,
 * then over blanks and one end of line. */
static bool
comment_before(const struct source *s, const char *p, struct span *found)
{
    int lines = 0;

    while (p > s->text && p[-1] != ';' && p[-1] != '/' && p[-1] != '\n') {
        p--;
    }
    while (p > s->text && (is_blank(p[-1]) || p[-1] == '\n')) {
        lines += p[-1] == '\n';
        p--;
    }
    return lines <= 1 && comment_ending(s, p, found);
}

/* After the end of the statement at p, on the same line. */
static bool
comment_after(const char *p, struct span *found)
{
    const char *q = strchr(p, ';');
    const char *brace = strchr(p, '{');
    const char *bracket = strchr(p, '(');
    const char *end;

    if (brace != NULL && brace < q && (end = strchr(brace, '}')) != NULL) {
        q = strchr(end, ';');
    } else if (bracket != NULL && bracket < q &&
               (end = strchr(bracket, ')')) != NULL) {
        q = strchr(end, ';');
    }
    if (q == NULL) {
        return false;
    }
    for (q++; is_blank(*q); q++) {
    }
    end = q[0] == '/' && q[1] == '*' ? strstr(q + 2, "*/") : NULL;
    if (end == NULL) {
        return false;
    }
    found->from = q;
    found->end = end + 2;
    return true;
}

const char *
comment_of(struct loc loc)
{
    const struct source *s = load(loc.file);
    const char *p = place(s, loc);
    struct span found;

    if (p != NULL &&
        (comment_before(s, p, &found) || comment_after(p, &found))) {
        return clean(found);
    }
    return NULL;
}

const char *
comment_head(const char *file)
{
    const char *p = load(file)->text;

    for (;;) {
        const char *text;
        struct span found;

        while (is_blank(*p) || *p == '\n') {
            p++;
        }
        found.from = p;
        found.end = p[0] == '/' && p[1] == '*' ? strstr(p + 2, "*/") : NULL;
        if (found.end == NULL) {
            return NULL;
        }
        found.end += 2;
        text = clean(found);
        if (text != NULL && strncmp(text, "SPDX", 4) != 0) {
            return text;
        }
        p = found.end;
    }
}

bool
comment_file_has(const char *file, const char *word)
{
    return strstr(load(file)->text, word) != NULL;
}
