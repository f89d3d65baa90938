/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names that need no declaration of ours: words of C, the tree's headers, and
 * whatever the imported headers contain.  In C a name is declared before it
 * is used, so every name in them counts as declared.  That a header is there
 * now does not say that it is when the output is compiled.
 */
#include <ctype.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>

#include "emit_types.h"
#include "routine.h"

#define NAME_TABLE 4093u

struct name {
    const char *text;
    const char *headers; /* the condition */
    bool extension;      /* only with the C library's extensions */
    struct name *next;
};

static struct name *names[NAME_TABLE];
static bool scanned;

const struct known_type *
known_type(const char *name)
{
    for (const struct known_type *k = known_types; k->name != NULL; k++) {
        if (strcmp(k->name, name) == 0) {
            return k;
        }
    }
    return NULL;
}

bool
known_c_word(const char *word)
{
    static const char *const words[] = {
        "void", "char", "short", "int", "long", "unsigned", "signed", "float",
        "double", "const", "volatile", "_Bool", "bool", "int8_t", "uint8_t",
        "int16_t", "uint16_t", "int32_t", "uint32_t", "int64_t", "uint64_t",
        "intptr_t", "uintptr_t", "size_t", "ptrdiff_t",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static struct name **
bucket(const char *text, size_t length)
{
    unsigned h = 5381;

    for (size_t i = 0; i < length; i++) {
        h = h * 33u + (unsigned char)text[i];
    }
    return &names[h % NAME_TABLE];
}

static struct name *
find(const char *text, size_t length)
{
    for (struct name *n = *bucket(text, length); n != NULL; n = n->next) {
        if (strncmp(n->text, text, length) == 0 && n->text[length] == '\0') {
            return n;
        }
    }
    return NULL;
}

static void
enter(const char *text, size_t length, const char *condition, bool extension)
{
    struct name *n = find(text, length);

    if (n == NULL) {
        struct name **head = bucket(text, length);

        n = mig_alloc(sizeof(*n));
        n->text = mig_format("%.*s", (int)length, text);
        n->headers = condition;
        n->extension = extension;
        n->next = *head;
        *head = n;
    } else if (strstr(n->headers, condition) == NULL) {
        n->headers = mig_format("%s || %s", n->headers, condition);
    }
}

static void
list_names(const char *text, const char *condition, bool extension)
{
    while (*text != '\0') {
        size_t length = 0;

        if (*text == '#') { /* a line marker */
            text += strcspn(text, "\n");
            continue;
        }
        while (isalnum((unsigned char)text[length]) || text[length] == '_') {
            length++;
        }
        if (length != 0) {
            enter(text, length, condition, extension);
        }
        text += length == 0 ? 1 : length;
    }
}

static void
scan_imports(void)
{
    scanned = true;
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        const char *condition = mig_format("__has_include(%s)", im->file);
        const char *source = mig_format("#if %s\n#include %s\n#endif\n",
                                        condition, im->file);
        const char *text = cpp_scan(&options, source);

        if (text != NULL) {
            list_names(text, condition, false);
        }
    }
}

/* After the names that are always there. */
static void
scan_extensions(void)
{
    for (const struct import *im = subsystem.imports; im != NULL;
         im = im->next) {
        const char *condition = mig_format("__has_include(%s)", im->file);
        const char *text = cpp_scan(&options, mig_format(
            "#define _GNU_SOURCE 1\n#if %s\n#include %s\n#endif\n", condition,
            im->file));

        if (text != NULL) {
            list_names(text, condition, true);
        }
    }
}

const char *
known_from_imports(const char *name)
{
    const struct name *n;

    if (!scanned) {
        scan_imports();
        scan_extensions();
    }
    n = find(name, strlen(name));
    return n == NULL || n->extension ? NULL : n->headers;
}

bool
known_as_extension(const char *name)
{
    const struct name *n = find(name, strlen(name));

    return n != NULL && n->extension;
}

size_t
known_library_size(const char *name)
{
    static const struct {
        const char *name;
        size_t size;
    } types[] = {
        {"dev_t", sizeof(dev_t)},         {"gid_t", sizeof(gid_t)},
        {"id_t", sizeof(id_t)},           {"ino_t", sizeof(ino_t)},
        {"key_t", sizeof(key_t)},         {"mode_t", sizeof(mode_t)},
        {"nlink_t", sizeof(nlink_t)},     {"off_t", sizeof(off_t)},
        {"pid_t", sizeof(pid_t)},         {"ssize_t", sizeof(ssize_t)},
        {"time_t", sizeof(time_t)},       {"uid_t", sizeof(uid_t)},
        {"clock_t", sizeof(clock_t)},     {"blkcnt_t", sizeof(blkcnt_t)},
        {"blksize_t", sizeof(blksize_t)}, {"clockid_t", sizeof(clockid_t)},
        {"fsblkcnt_t", sizeof(fsblkcnt_t)},
        {"fsfilcnt_t", sizeof(fsfilcnt_t)},
        {"suseconds_t", sizeof(suseconds_t)},
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].size;
        }
    }
    return 0;
}

void
known_reset(void)
{
    memset(names, 0, sizeof(names));
    scanned = false;
}
