/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lock file of message ids: one line for each routine that there is or
 * was,
 *
 *     ID SUBSYSTEM ROUTINE
 *     ID SUBSYSTEM ROUTINE gone
 *
 * sorted by id; '#' starts a comment.  `mig -lock` checks interfaces against
 * it and changes nothing; `mig -update-lock` writes it anew.  A routine that
 * was taken away stays, as gone, so that its id means nothing else later.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"
#include "model.h"
#include "out.h"

struct entry {
    long long id;
    char *subsystem;
    char *routine;
    bool gone;
    int line;
    struct loc loc; /* of those that were read from an interface */
};

struct lock {
    struct entry *entries;
    size_t count;
    size_t room;
};

static void
add(struct lock *l, struct entry e)
{
    if (l->count == l->room) {
        size_t room = l->room * 2 + 64;
        struct entry *more = mig_alloc(sizeof(*more) * room);

        if (l->count != 0) {
            memcpy(more, l->entries, sizeof(*more) * l->count);
        }
        l->entries = more;
        l->room = room;
    }
    l->entries[l->count++] = e;
}

static const struct entry *
find_routine(const struct lock *l, const struct entry *wanted)
{
    for (size_t i = 0; i < l->count; i++) {
        if (strcmp(l->entries[i].subsystem, wanted->subsystem) == 0 &&
            strcmp(l->entries[i].routine, wanted->routine) == 0) {
            return &l->entries[i];
        }
    }
    return NULL;
}

static const struct entry *
find_id(const struct lock *l, long long id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->entries[i].id == id) {
            return &l->entries[i];
        }
    }
    return NULL;
}

static void
read_line(struct lock *l, const char *path, char *text, int line)
{
    char *words[5];
    char *end = NULL;
    int n = 0;
    struct entry e = {.line = line};

    text[strcspn(text, "#\r\n")] = '\0';
    for (char *w = strtok(text, " \t"); w != NULL && n < 5;
         w = strtok(NULL, " \t")) {
        words[n++] = w;
    }
    if (n == 0) {
        return;
    }
    e.id = strtoll(words[0], &end, 10);
    e.gone = n == 4 && strcmp(words[3], "gone") == 0;
    if (*end != '\0' || (n != 3 && !e.gone)) {
        struct loc loc = {path, line, 1};

        diag_error(loc, "lock-file", "expected ID SUBSYSTEM ROUTINE [gone]");
        return;
    }
    e.subsystem = mig_strdup(words[1]);
    e.routine = mig_strdup(words[2]);
    add(l, e);
}

/* False when the file cannot be opened: errno says why. */
static bool
read_lock(const char *path, struct lock *l)
{
    FILE *f = fopen(path, "r");
    char text[1024];
    int line = 0;

    if (f == NULL) {
        return false;
    }
    while (fgets(text, sizeof(text), f) != NULL) {
        read_line(l, path, text, ++line);
    }
    fclose(f);
    return true;
}

static bool
read_interfaces(char *const *paths, int count, struct lock *l)
{
    struct subsystem **all = model_read_all(paths, count);

    for (int i = 0; all != NULL && i < count; i++) {
        for (const struct routine *r = all[i]->routines; r != NULL;
             r = r->next) {
            struct entry e = {.id = r->id, .loc = r->loc};

            e.subsystem = mig_strdup(all[i]->name);
            e.routine = mig_strdup(r->name);
            add(l, e);
        }
    }
    return all != NULL;
}

static void
check_routine(const char *path, const struct lock *locked,
              const struct entry *now)
{
    const struct entry *same = find_routine(locked, now);
    const struct entry *other = find_id(locked, now->id);
    const struct entry *at = same != NULL ? same : other;
    struct loc there = {path, at == NULL ? 0 : at->line, 1};

    if (same != NULL && same->id == now->id && !same->gone) {
        return;
    }
    if (same != NULL && same->id != now->id) {
        diag_error(now->loc, "id-changed", "the id of '%s' was %lld and is "
                   "now %lld", now->routine, same->id, now->id);
        diag_note(there, "locked here");
    } else if (other != NULL && other != same) {
        diag_error(now->loc, "id-used", "'%s' has id %lld, which %s '%s'",
                   now->routine, now->id,
                   other->gone ? "was given to" : "is that of",
                   other->routine);
        diag_note(there, "locked here");
    } else {
        diag_error(now->loc, "not-locked", "'%s' (id %lld) is not in the "
                   "lock file %s; mig -update-lock adds it", now->routine,
                   now->id, path);
    }
}

int
lock_check(const char *path, char *const *paths, int count)
{
    struct lock locked = {0};
    struct lock now = {0};

    if (!read_lock(path, &locked)) {
        diag_fatal("%s: %s", path, strerror(errno));
    }
    if (!read_interfaces(paths, count, &now)) {
        return 1;
    }
    for (size_t i = 0; i < now.count; i++) {
        check_routine(path, &locked, &now.entries[i]);
    }
    for (size_t i = 0; i < locked.count; i++) {
        const struct entry *e = &locked.entries[i];
        struct loc there = {path, e->line, 1};

        if (!e->gone && find_routine(&now, e) == NULL) {
            diag_error(there, "id-lost", "'%s' of %s (id %lld) is gone: mig "
                       "-update-lock says so in the lock file", e->routine,
                       e->subsystem, e->id);
        }
    }
    return diag_errors() == 0 ? 0 : 1;
}

static int
by_id(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    if (x->id != y->id) {
        return x->id < y->id ? -1 : 1;
    }
    return strcmp(x->subsystem, y->subsystem);
}

int
lock_update(const char *path, char *const *paths, int count)
{
    struct lock locked = {0};
    struct lock now = {0};
    struct out *o;

    if (!read_lock(path, &locked) && errno != ENOENT) {
        diag_fatal("%s: %s", path, strerror(errno));
    }
    if (diag_errors() != 0 || !read_interfaces(paths, count, &now)) {
        return 1;
    }
    for (size_t i = 0; i < locked.count; i++) {
        struct entry e = locked.entries[i];

        if (find_routine(&now, &e) == NULL && find_id(&now, e.id) == NULL) {
            e.gone = true;
            add(&now, e);
        }
    }
    if (now.count != 0) {
        qsort(now.entries, now.count, sizeof(now.entries[0]), by_id);
    }
    o = out_open(path);
    out_put(o, "# SPDX-License-Identifier: BSD-2-Clause\n"
            "# Message ids that have been given out: ID SUBSYSTEM ROUTINE.  "
            "Written by\n# mig -update-lock, checked by mig -lock; an id "
            "never changes its meaning.\n");
    for (size_t i = 0; i < now.count; i++) {
        const struct entry *e = &now.entries[i];

        out_put(o, "%lld %s %s%s\n", e->id, e->subsystem, e->routine,
                e->gone ? " gone" : "");
    }
    out_commit_all();
    return 0;
}
