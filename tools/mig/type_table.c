/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of named types, the predefined ones, and views of types. */
#include <string.h>

#include "diag.h"
#include "names.h"
#include "type.h"

#define TABLE_SIZE 1021u

struct entry {
    struct type *type;
    struct entry *next;
};

static struct entry *table[TABLE_SIZE];

static unsigned
hash(const char *s)
{
    unsigned h = 5381;

    for (; *s != '\0'; s++) {
        h = h * 33u + (unsigned char)*s;
    }
    return h % TABLE_SIZE;
}

static struct entry *
find(const char *name)
{
    for (struct entry *e = table[hash(name)]; e != NULL; e = e->next) {
        if (strcmp(e->type->name, name) == 0) {
            return e;
        }
    }
    return NULL;
}

struct type *
type_lookup(const char *name)
{
    struct entry *e = find(name);

    return e == NULL ? NULL : e->type;
}

static void
enter(struct type *t)
{
    struct entry *e = mig_alloc(sizeof(*e));
    unsigned h = hash(t->name);

    e->type = t;
    e->next = table[h];
    table[h] = e;
}

static struct type *
named_copy(struct loc loc, const char *name, struct type *spec)
{
    struct type *t = spec->name == NULL ? spec : type_copy(spec);

    t->name = mig_strdup(name);
    t->loc = loc;
    return t;
}

struct type *
type_inline(struct loc loc, const char *name, struct type *spec)
{
    struct type *t = named_copy(loc, name, spec);

    type_check_translations(t);
    return t;
}

struct type *
type_declare(struct loc loc, const char *name, struct type *spec)
{
    struct entry *old = find(name);
    struct type *t = named_copy(loc, name, spec);

    if (old != NULL && !old->type->predefined) {
        diag_error(loc, "duplicate-type", "type '%s' is defined twice", name);
        diag_note(old->type->loc, "previous definition is here");
        return t;
    }
    name_check_type(loc, name);
    type_check_translations(t);
    if (old != NULL) {
        if (t->kind == TYPE_BASIC) { /* its name is a word of C */
            if (t->size == old->type->size) {
                t->basic_c = old->type->basic_c;
            }
            t->plain_c = true;
        }
        old->type = t;
    } else {
        enter(t);
    }
    return t;
}

void
type_setup(void)
{
    static const struct {
        const char *name;
        unsigned number;
        const char *ctype;
    } predefined[] = {
        {"char", MT_CHAR, "char"},
        {"short", MT_INTEGER_16, "short"},
        {"int", MT_INTEGER_32, "int"},
        {"unsigned", MT_INTEGER_32, "unsigned"},
        {"byte", MT_BYTE, "uint8_t"},
        {"boolean", MT_BOOLEAN, "boolean_t"},
        {"boolean_t", MT_BOOLEAN, "boolean_t"},
        {"float", MT_REAL_32, "float"},
        {"double", MT_REAL_64, "double"},
        {"intptr_t", MT_INTEGER_64, "intptr_t"},
        {"uintptr_t", MT_INTEGER_64, "uintptr_t"},
        {"int8_t", MT_INTEGER_8, "int8_t"},
        {"uint8_t", MT_INTEGER_8, "uint8_t"},
        {"int16_t", MT_INTEGER_16, "int16_t"},
        {"uint16_t", MT_INTEGER_16, "uint16_t"},
        {"int32_t", MT_INTEGER_32, "int32_t"},
        {"uint32_t", MT_INTEGER_32, "uint32_t"},
        {"int64_t", MT_INTEGER_64, "int64_t"},
        {"uint64_t", MT_INTEGER_64, "uint64_t"},
    };
    struct loc nowhere = {"<predefined>", 0, 0};

    memset(table, 0, sizeof(table));
    for (size_t i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++) {
        struct type *t = type_basic(nowhere, predefined[i].number,
                                    predefined[i].number);

        t->name = predefined[i].name;
        t->basic_c = predefined[i].ctype;
        t->predefined = true;
        t->plain_c = true;
        enter(t);
    }
}

void
type_reset(void)
{
    memset(table, 0, sizeof(table));
}

/* The functions of a type speak of the same two C types. */
static void
check_agreement(const struct type *t, const char *what, const char *one,
                const char *other)
{
    if (one != NULL && other != NULL && strcmp(one, other) != 0) {
        diag_warning(t->loc, "translation", "conflicting %s: '%s', '%s'",
                     what, one, other);
    }
}

static void
check_functions(const struct type *t)
{
    const char *object = t->intran != NULL ? t->intran->result
                         : t->payload != NULL ? t->payload->result : NULL;

    if (t->payload != NULL) {
        check_agreement(t, "translated types", object, t->payload->result);
    }
    if (t->outtran != NULL) {
        check_agreement(t, "translated types", object, t->outtran->param);
    }
    if (t->destructor != NULL && object != NULL) {
        check_agreement(t, "translated types", object, t->destructor->param);
    }
    if (t->intran != NULL && t->outtran != NULL) {
        check_agreement(t, "types before translation", t->intran->param,
                        t->outtran->result);
    }
}

void
type_check_translations(const struct type *t)
{
    if (t->kind == TYPE_ERROR) {
        return;
    }
    if (t->intran == NULL && t->outtran == NULL && t->destructor == NULL &&
        t->payload == NULL) {
        return;
    }
    if (type_is_inline_variable(t)) {
        diag_error(t->loc, "translate-variable",
                   "cannot translate or destroy a variable-sized array");
    } else if (t->kind == TYPE_NATIVE) {
        diag_error(t->loc, "translate-native",
                   "cannot translate raw host data");
    } else if (t->payload != NULL && t->kind != TYPE_PORT) {
        diag_error(t->loc, "payload", "intranpayload needs a port type");
    }
    check_functions(t);
}

bool
type_is_port(const struct type *t)
{
    return t->kind == TYPE_PORT;
}

bool
type_is_inline_variable(const struct type *t)
{
    return t->variable && !t->ool;
}

bool
type_is_fixed_data(const struct type *t)
{
    return !t->ool && !t->variable && t->kind != TYPE_PORT &&
           t->kind != TYPE_NATIVE &&
           !(t->kind == TYPE_ARRAY &&
             (t->elem->kind == TYPE_PORT || t->elem->ool));
}

bool
type_is_integer32(const struct type *t)
{
    return t->kind == TYPE_ERROR || (t->kind == TYPE_BASIC && t->size == 4);
}

bool
type_is_translated(const struct type *t)
{
    return t->intran != NULL || t->outtran != NULL || t->payload != NULL;
}

bool
type_has_count(const struct type *t)
{
    return t->kind == TYPE_ARRAY && t->variable;
}

const char *
type_port_text(unsigned number)
{
    switch (number) {
    case MT_MOVE_RECEIVE:
        return "MACH_MSG_TYPE_MOVE_RECEIVE";
    case MT_MOVE_SEND:
        return "MACH_MSG_TYPE_MOVE_SEND";
    case MT_MOVE_SEND_ONCE:
        return "MACH_MSG_TYPE_MOVE_SEND_ONCE";
    case MT_COPY_SEND:
        return "MACH_MSG_TYPE_COPY_SEND";
    case MT_MAKE_SEND:
        return "MACH_MSG_TYPE_MAKE_SEND";
    case MT_MAKE_SEND_ONCE:
        return "MACH_MSG_TYPE_MAKE_SEND_ONCE";
    default:
        return "MACH_MSG_TYPE_POLYMORPHIC";
    }
}
