/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Collects the C types that generated code names.  A name can be needed in
 * several ways; the strongest counts: a value's size is known, an array's
 * elements are, of anything else only that it is passed around.
 */
#include <ctype.h>
#include <string.h>

#include "cdecl.h"
#include "emit_types.h"
#include "need.h"

struct need *needs;
static struct need **needs_end = &needs;

static void want_type(const struct type *t, enum side side);

struct need *
need_find(const char *name, bool tag)
{
    for (struct need *n = needs; n != NULL; n = n->next) {
        if (n->tag == tag && strcmp(n->name, name) == 0) {
            return n;
        }
    }
    return NULL;
}

/* The name in "const struct name **"; counts its stars. */
const char *
need_base(const char *ctype, unsigned *stars, bool *tag)
{
    const char *name = NULL;

    *stars = 0;
    *tag = false;
    while (*ctype != '\0') {
        size_t n = 0;

        while (isalnum((unsigned char)ctype[n]) || ctype[n] == '_') {
            n++;
        }
        if (n == 0) {
            *stars += *ctype++ == '*' ? 1 : 0;
            continue;
        }
        if ((n == 6 && strncmp(ctype, "struct", n) == 0) ||
            (n == 5 && strncmp(ctype, "union", n) == 0)) {
            *tag = true;
        } else {
            const char *word = mig_format("%.*s", (int)n, ctype);

            name = known_c_word(word) ? name : word;
        }
        ctype += n;
    }
    return name;
}

static void
want(const char *ctype, enum need_kind kind, const struct type *t,
     const char *elem)
{
    unsigned stars;
    bool tag;
    const char *name = need_base(ctype, &stars, &tag);
    struct need *n;

    if (name == NULL) {
        return;
    }
    if (stars != 0) { /* only what it points to is named here */
        kind = NEED_OPAQUE;
    }
    n = need_find(name, tag);
    if (n == NULL) {
        n = mig_alloc(sizeof(*n));
        n->name = name;
        n->tag = tag;
        *needs_end = n;
        needs_end = &n->next;
    } else if (n->kind >= kind) {
        return;
    }
    n->kind = kind;
    n->type = t;
    n->elem = elem;
}

static void
want_members(const struct type *t, enum side side)
{
    if (t->kind == TYPE_STRUCT || t->kind == TYPE_ARRAY) {
        if (t->elem != NULL) {
            want_type(t->elem, side);
        }
        for (const struct member *m = t->members; m != NULL; m = m->next) {
            want_type(m->type, side);
        }
    }
}

/* A type as a value: in a message, a structure or an array. */
static void
want_type(const struct type *t, enum side side)
{
    bool pointer = t->kind == TYPE_ARRAY || t->kind == TYPE_STRING;

    want_members(t, side);
    if (t->kind == TYPE_NATIVE) {
        want(t->native_type, t->native == NATIVE_VALUE ? NEED_VALUE
                                                       : NEED_OPAQUE, t, NULL);
    } else if (pointer) {
        want(ctype_elem(t, side), NEED_OPAQUE, t, NULL);
        if (ctype_explicit(t, side) != NULL) {
            want(ctype_explicit(t, side), NEED_POINTER, t,
                 ctype_elem(t, side));
        }
    } else {
        want(ctype_wire(t, side), NEED_VALUE, t, NULL);
    }
}

static void
want_translations(const struct type *t)
{
    const struct translation *all[] = {t->intran, t->payload, t->destructor,
                                       t->outtran};

    /* What comes in and what goes out is in the message. */
    if (t->intran != NULL && t->intran->param != NULL) {
        want(t->intran->param, NEED_VALUE, t, NULL);
    }
    if (t->outtran != NULL && t->outtran->result != NULL) {
        want(t->outtran->result, NEED_VALUE, t, NULL);
    }
    if (t->payload != NULL && t->intran == NULL &&
        t->payload->result != NULL) {
        want(t->payload->result, NEED_VALUE, t, NULL);
    }
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i] != NULL && all[i]->result != NULL) {
            want(all[i]->result, NEED_OPAQUE, t, NULL);
        }
        if (all[i] != NULL && all[i]->param != NULL) {
            want(all[i]->param, NEED_OPAQUE, t, NULL);
        }
    }
}

void
need_collect(void)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            const struct type *t = a->type;

            for (enum side side = SIDE_USER; side <= SIDE_SERVER; side++) {
                want_type(t, side);
                if (shape_of(t, side) == SHAPE_VALUE) {
                    want(ctype_param(t, side),
                         side == SIDE_SERVER && type_is_translated(t)
                             ? NEED_OPAQUE : NEED_VALUE, t, NULL);
                }
            }
            want_translations(t);
        }
    }
}

/*
 * Types that one function takes, or gives, under several names are one type.
 */
struct signature {
    const char *function;
    const char *result;
    const char *param;
    struct signature *next;
};

static struct signature *signatures;

/* The need of a type that may be made the same as another, or NULL. */
static struct need *
unsettled(const char *ctype)
{
    unsigned stars;
    bool tag;
    const char *name = need_base(ctype, &stars, &tag);
    struct need *n;

    if (name == NULL || stars != 0 || tag) {
        return NULL;
    }
    n = need_find(name, false);
    while (n != NULL && n->same_as != NULL) {
        name = need_base(n->same_as, &stars, &tag);
        n = name == NULL || stars != 0 || tag ? NULL : need_find(name, false);
    }
    return n != NULL && n->kind == NEED_OPAQUE && known_type(n->name) == NULL
               ? n : NULL;
}

static void
make_same(const char *a, const char *b)
{
    struct need *x = a == NULL || b == NULL ? NULL : unsettled(a);
    struct need *y = a == NULL || b == NULL ? NULL : unsettled(b);

    if (x == y) {
        return;
    }
    if (x != NULL) {
        x->same_as = y == NULL ? b : y->name;
    } else {
        y->same_as = a;
    }
}

static void
add_signature(const struct type *t, const struct translation *tran)
{
    struct signature *s = signatures;

    if (tran == NULL) {
        return;
    }
    while (s != NULL && strcmp(s->function, tran->function) != 0) {
        s = s->next;
    }
    if (s == NULL) {
        s = mig_alloc(sizeof(*s));
        s->function = tran->function;
        s->next = signatures;
        signatures = s;
    }
    if (tran->result != NULL) {
        make_same(s->result, right_ctype(t, tran->result));
        s->result = right_ctype(t, tran->result);
    }
    if (tran->param != NULL) {
        make_same(s->param, right_ctype(t, tran->param));
        s->param = right_ctype(t, tran->param);
    }
}

/* What a server's value is, is what its destructor takes. */
void
need_settle(void)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        for (const struct arg *a = rt->args; a != NULL; a = a->next) {
            const struct type *t = a->type;

            add_signature(t, t->intran);
            add_signature(t, t->outtran);
            add_signature(t, t->payload);
            add_signature(t, t->destructor);
            if (t->destructor != NULL && t->destructor->param != NULL &&
                type_is_translated(t)) {
                make_same(ctype_param(t, SIDE_SERVER), t->destructor->param);
            }
            if (t->intran != NULL && t->payload != NULL) {
                make_same(t->intran->result, t->payload->result);
            }
            if (t->intran != NULL && t->outtran != NULL) {
                make_same(t->intran->result, t->outtran->param);
            }
        }
    }
}

void
need_reset(void)
{
    needs = NULL;
    needs_end = &needs;
    signatures = NULL;
}
