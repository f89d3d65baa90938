/* SPDX-License-Identifier: BSD-2-Clause */
/* `mig -diff`: subsystems and routines, see diff.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diag.h"
#include "diff.h"
#include "model.h"

enum {
    STATUS_SOURCE = 2,
    STATUS_BREAKING = 3
};

static const char *const verdict_words[] = {
    [VERDICT_COMPATIBLE] = "compatible",
    [VERDICT_SOURCE] = "source-compatible",
    [VERDICT_BREAKING] = "breaking",
};

static unsigned found[3];

void
diff_report(struct loc loc, enum verdict v, const char *name,
            const char *format, ...)
{
    va_list ap;

    found[v]++;
    printf("%s:%d:%d: %s: ", loc.file, loc.line, loc.col, verdict_words[v]);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf(" [%s]\n", name);
}

static const struct routine *
find_name(const struct subsystem *s, const char *name)
{
    for (const struct routine *r = s->routines; r != NULL; r = r->next) {
        if (strcmp(r->name, name) == 0) {
            return r;
        }
    }
    return NULL;
}

static const struct routine *
find_id(const struct subsystem *s, int64_t id)
{
    for (const struct routine *r = s->routines; r != NULL; r = r->next) {
        if (r->id == id) {
            return r;
        }
    }
    return NULL;
}

static bool
same_text(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static void
diff_name(struct loc loc, const char *what, const char *old, const char *new)
{
    if (!same_text(old, new)) {
        diff_report(loc, VERDICT_BREAKING, "name", "the %s was '%s' and is "
                    "'%s'", what, old == NULL ? "" : old,
                    new == NULL ? "" : new);
    }
}

static void
diff_subsystem(const struct subsystem *old, const struct subsystem *new)
{
    diff_name(new->loc, "subsystem's name", old->name, new->name);
    diff_name(new->loc, "prefix of stubs", old->user_prefix,
              new->user_prefix);
    diff_name(new->loc, "prefix of routines", old->server_prefix,
              new->server_prefix);
    diff_name(new->loc, "demultiplexer's name", old->server_demux,
              new->server_demux);
    if (old->ownership_take != new->ownership_take) {
        diff_report(new->loc, VERDICT_BREAKING, "ownership", "routines now "
                    "%s what they got", new->ownership_take
                    ? "must take (ownership take)" : "own");
    }
    if (old->kernel_server != new->kernel_server ||
        old->kernel_user != new->kernel_user) {
        diff_report(new->loc, VERDICT_BREAKING, "kernel-side", "the kernel "
                    "is on another side");
    }
}

static void
diff_statements(const struct pair *p)
{
    const struct routine *a = p->old;
    const struct routine *b = p->new;

    if (!same_text(a->msg_option, b->msg_option) ||
        !same_text(a->wait_time, b->wait_time) ||
        !same_text(a->send_time, b->send_time) ||
        !same_text(a->error_proc, b->error_proc)) {
        diff_report(b->loc, VERDICT_COMPATIBLE, "options", "'%s' is sent "
                    "with other options or times", b->name);
    }
    if (a->consume != b->consume) {
        diff_report(b->loc, VERDICT_BREAKING, "consume", "'%s': what becomes "
                    "of rights that could not be sent has changed", b->name);
    }
}

static void
diff_routine(const struct pair *p)
{
    const struct routine *a = p->old;
    const struct routine *b = p->new;

    if (a->simple != b->simple) {
        diff_report(b->loc, VERDICT_BREAKING, "reply", "'%s' %s", b->name,
                    b->simple ? "has no reply any more"
                              : "has a reply, and its callers wait for it");
        return;
    }
    if (a->id != b->id) {
        diff_report(b->loc, VERDICT_SOURCE, "id", "the id of '%s' was %lld "
                    "and is %lld", b->name, (long long)a->id,
                    (long long)b->id);
    }
    diff_statements(p);
    diff_arguments(p);
}

static void
diff_added(const struct subsystem *old, const struct routine *r)
{
    const struct routine *before = find_id(old, r->id);

    if (before == NULL) {
        diff_report(r->loc, VERDICT_COMPATIBLE, "routine-added", "'%s' is "
                    "new; an old server answers it with MIG_BAD_ID", r->name);
    } else {
        diff_report(r->loc, VERDICT_SOURCE, "id-reused", "'%s' is new and "
                    "has id %lld, which was that of '%s'", r->name,
                    (long long)r->id, before->name);
    }
}

static int
finish(void)
{
    enum verdict v = found[VERDICT_BREAKING] != 0 ? VERDICT_BREAKING
                     : found[VERDICT_SOURCE] != 0 ? VERDICT_SOURCE
                                                  : VERDICT_COMPATIBLE;

    printf("verdict: %s (%u breaking, %u source-compatible, "
           "%u compatible)\n", verdict_words[v], found[VERDICT_BREAKING],
           found[VERDICT_SOURCE], found[VERDICT_COMPATIBLE]);
    return v == VERDICT_BREAKING ? STATUS_BREAKING
           : v == VERDICT_SOURCE ? STATUS_SOURCE
                                 : 0;
}

int
diff_run(const char *old_path, const char *new_path)
{
    char *paths[] = {mig_strdup(old_path), mig_strdup(new_path)};
    struct subsystem **both = model_read_all(paths, 2);

    if (both == NULL) {
        return 1;
    }
    memset(found, 0, sizeof(found));
    diff_subsystem(both[0], both[1]);
    for (const struct routine *r = both[0]->routines; r != NULL;
         r = r->next) {
        struct pair p = {both[0], both[1], r, find_name(both[1], r->name)};

        if (p.new != NULL) {
            diff_routine(&p);
        } else {
            diff_report(r->loc, VERDICT_BREAKING, "routine-removed",
                        "'%s' (id %lld) is gone", r->name, (long long)r->id);
        }
    }
    for (const struct routine *r = both[1]->routines; r != NULL;
         r = r->next) {
        if (find_name(both[0], r->name) == NULL) {
            diff_added(both[0], r);
        }
    }
    return finish();
}
