/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `mig -lint`: what is wrong between interfaces, each of which is right by
 * itself.  Two routines with one id are an error; what works as long as no
 * port serves both is a warning.
 */
#include <string.h>

#include "diag.h"
#include "emit.h"
#include "model.h"

/* The kernel's notifications, MACH_NOTIFY_FIRST to _LAST. */
#define NOTIFY_FIRST 64
#define NOTIFY_LAST 79

struct range {
    int64_t from;
    int64_t end; /* the first id that is not in it */
};

static struct range
requests_of(const struct subsystem *s)
{
    struct range r = {s->base, s->next_id};

    return r;
}

static struct range
replies_of(const struct subsystem *s)
{
    struct range r = {s->base + MIG_REPLY_DISTANCE,
                      s->next_id + MIG_REPLY_DISTANCE};

    return r;
}

static bool
meet(struct range a, struct range b)
{
    return a.from < b.end && b.from < a.end;
}

static struct range
common(struct range a, struct range b)
{
    struct range r = {a.from > b.from ? a.from : b.from,
                      a.end < b.end ? a.end : b.end};

    return r;
}

/* Same ids, different routines: a message means two things. */
static void
lint_routines(const struct subsystem *a, const struct subsystem *b)
{
    for (const struct routine *r = b->routines; r != NULL; r = r->next) {
        for (const struct routine *q = a->routines; q != NULL; q = q->next) {
            if (q->id == r->id) {
                diag_error(r->loc, "same-id", "'%s' of %s has id %lld, as "
                           "'%s' of %s has", r->name, b->name,
                           (long long)r->id, q->name, a->name);
                diag_note(q->loc, "'%s' is here", q->name);
            }
            if (strcmp(q->name, r->name) == 0) {
                diag_warning(r->loc, "same-routine", "'%s' is a routine of "
                             "%s, too: a program cannot be linked with both "
                             "stubs", r->name, a->name);
                diag_note(q->loc, "the other one is here");
            }
        }
    }
}

static void
lint_overlap(const struct subsystem *a, const struct subsystem *b)
{
    struct range r = common(requests_of(a), requests_of(b));

    if (meet(requests_of(a), requests_of(b))) {
        diag_warning(b->loc, "id-overlap", "ids %lld to %lld of %s are in "
                     "the range of %s", (long long)r.from,
                     (long long)(r.end - 1), b->name, a->name);
        diag_note(a->loc, "%s is here", a->name);
    }
}

/* A reply of one that looks like a request of the other. */
static void
lint_replies(const struct subsystem *a, const struct subsystem *b)
{
    struct range r = common(replies_of(a), requests_of(b));

    if (meet(replies_of(a), requests_of(b))) {
        diag_warning(b->loc, "reply-overlap", "requests %lld to %lld of %s "
                     "have ids of replies of %s", (long long)r.from,
                     (long long)(r.end - 1), b->name, a->name);
        diag_note(a->loc, "%s is here", a->name);
    }
}

static void
lint_pair(const struct subsystem *a, const struct subsystem *b)
{
    if (strcmp(a->name, b->name) == 0) {
        diag_error(b->loc, "same-subsystem", "a second subsystem is called "
                   "'%s'", b->name);
        diag_note(a->loc, "the first one is here");
    }
    lint_routines(a, b);
    lint_overlap(a, b);
    lint_replies(a, b);
    lint_replies(b, a);
}

static void
lint_one(const struct subsystem *s)
{
    struct range notify = {NOTIFY_FIRST, NOTIFY_LAST + 1};

    if (s->routines == NULL) {
        diag_warning(s->loc, "no-routine", "%s has no routine", s->name);
    }
    if (!s->kernel_user && meet(requests_of(s), notify)) {
        diag_warning(s->loc, "notify-ids", "ids of %s are those of the "
                     "kernel's notifications (%d to %d)", s->name,
                     NOTIFY_FIRST, NOTIFY_LAST);
    }
}

/* Types that two files declare differently under one name. */
struct seen {
    const struct type *type;
    struct seen *next;
};

static bool
same_type(const struct type *a, const struct type *b)
{
    return a->kind == b->kind && a->size == b->size &&
           a->align == b->align && a->ool == b->ool &&
           a->variable == b->variable && a->count == b->count &&
           a->sent == b->sent && a->received == b->received;
}

static struct seen *
lint_type(struct seen *list, const struct type *t)
{
    const struct type *other = NULL;
    struct seen *new;

    if (t->name == NULL || t->predefined || t->kind == TYPE_ERROR) {
        return list;
    }
    for (struct seen *s = list; s != NULL; s = s->next) {
        if (strcmp(s->type->name, t->name) == 0) {
            if (same_type(s->type, t)) {
                return list;
            }
            other = s->type;
        }
    }
    if (other != NULL) {
        diag_warning(t->loc, "same-type", "type '%s' is something else in "
                     "another file", t->name);
        diag_note(other->loc, "the other one is here");
    }
    new = mig_alloc(sizeof(*new));
    new->type = t;
    new->next = list;
    return new;
}

static void
lint_types(struct subsystem *const *all, int count)
{
    struct seen *list = NULL;

    for (int i = 0; i < count; i++) {
        for (const struct routine *r = all[i]->routines; r != NULL;
             r = r->next) {
            for (const struct arg *a = r->args; a != NULL; a = a->next) {
                list = lint_type(list, a->type);
            }
        }
    }
}

int
lint_run(char *const *paths, int count)
{
    struct subsystem **all = model_read_all(paths, count);

    if (all == NULL) {
        return 1;
    }
    for (int i = 0; i < count; i++) {
        lint_one(all[i]);
        for (int k = 0; k < i; k++) {
            lint_pair(all[k], all[i]);
        }
    }
    lint_types(all, count);
    return diag_errors() == 0 ? 0 : 1;
}
