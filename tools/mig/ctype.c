/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types that stand for an interface type on either side. */
#include <string.h>

#include "emit.h"

bool
kernel_side(enum side side)
{
    return side == SIDE_SERVER ? subsystem.kernel_server
                               : subsystem.kernel_user;
}

enum shape
shape_of(const struct type *t, enum side side)
{
    if (side == SIDE_SERVER && type_is_translated(t)) {
        return SHAPE_VALUE;
    }
    if (t->ool) {
        return SHAPE_OOL;
    }
    if (t->kind == TYPE_STRING) {
        return t->variable ? SHAPE_VAR_STRING : SHAPE_ARRAY;
    }
    if (t->kind == TYPE_ARRAY) {
        if (t->variable) {
            return SHAPE_VAR_ARRAY;
        }
        return t->elem->ool ? SHAPE_OOL_ARRAY
               : t->elem->kind == TYPE_PORT ? SHAPE_PORTS
                                            : SHAPE_ARRAY;
    }
    return SHAPE_VALUE;
}

const char *
ctype_explicit(const struct type *t, enum side side)
{
    const char *own = side == SIDE_USER ? t->cuser : t->cserver;

    return own != NULL ? own : t->ctype;
}

/* The C type of t when nothing is said of translations. */
static const char *
plain_ctype(const struct type *t, enum side side)
{
    const char *written = ctype_explicit(t, side);

    if (written != NULL) {
        return written;
    }
    if (t->kind == TYPE_PORT) {
        return "mach_port_t";
    }
    if (t->kind == TYPE_NATIVE) {
        return t->native == NATIVE_VALUE
                   ? t->native_type
                   : mig_format("%s *", t->native_type);
    }
    if (t->name == NULL || t->plain_c || t->kind == TYPE_STRING) {
        return t->basic_c != NULL ? t->basic_c : "char";
    }
    return t->name;
}

const char *
ctype_wire(const struct type *t, enum side side)
{
    if (t->kind == TYPE_PORT) {
        return "mach_port_t";
    }
    if (side == SIDE_SERVER && t->intran != NULL && t->intran->param != NULL) {
        return t->intran->param;
    }
    if (side == SIDE_SERVER && t->outtran != NULL &&
        t->outtran->result != NULL) {
        return t->outtran->result;
    }
    return plain_ctype(t, side);
}

/* In the kernel a right is an object; mach_port_t is a user's name of one.
 * What it sends must be an object, whatever it is called. */
static const char *
kernel_port_ctype(const struct type *t, enum side side)
{
    const char *written = ctype_explicit(t, side);

    return side == SIDE_USER || written == NULL
                   || strcmp(written, "mach_port_t") == 0
               ? "struct ipc_port *"
               : written;
}

const char *
ctype_param(const struct type *t, enum side side)
{
    if (side == SIDE_SERVER) {
        if (t->intran != NULL && t->intran->result != NULL) {
            return t->intran->result;
        }
        if (t->payload != NULL && t->payload->result != NULL) {
            return t->payload->result;
        }
        if (t->outtran != NULL && t->outtran->param != NULL) {
            return t->outtran->param;
        }
    }
    if (t->kind == TYPE_PORT && kernel_side(side)) {
        return kernel_port_ctype(t, side);
    }
    return plain_ctype(t, side);
}

/* Nested fixed arrays count as one long array of their innermost element. */
static const struct type *
innermost(const struct type *t)
{
    const struct type *e = t->elem;

    while ((e->kind == TYPE_ARRAY && !e->ool && e->ctype == NULL) ||
           (e->kind == TYPE_STRUCT && e->name == NULL && e->elem != NULL)) {
        e = e->elem;
    }
    return e;
}

const char *
ctype_elem(const struct type *t, enum side side)
{
    const struct type *e;

    if (t->kind == TYPE_STRING) {
        return "char";
    }
    e = innermost(t);
    if (e->kind == TYPE_STRING) {
        return "char";
    }
    if (e->kind == TYPE_PORT && kernel_side(side)) {
        return kernel_port_ctype(e, side);
    }
    return plain_ctype(e, side);
}

unsigned
ctype_elem_size(const struct type *t)
{
    const struct type *e;

    if (t->kind == TYPE_STRING) {
        return 1;
    }
    e = innermost(t);
    return e->kind == TYPE_STRING ? 1 : (unsigned)e->size;
}

/* The type whose disposition counts: arrays have their element's. */
static const struct type *
port_type(const struct type *t)
{
    while (t->kind == TYPE_ARRAY) {
        t = t->elem;
    }
    return t;
}

bool
arg_has_poly(const struct arg *a, enum side side)
{
    const struct type *t = port_type(a->type);
    unsigned number;

    if (t->kind != TYPE_PORT || (side == SIDE_SERVER &&
                                 type_is_translated(a->type))) {
        return false;
    }
    if (a->kind == ARG_REQUEST_PORT) {
        /* The kernel sends to an object. */
        return side == SIDE_USER && t->sent == MT_POLYMORPHIC &&
               !kernel_side(side);
    }
    if (a->kind == ARG_INOUT) {
        return t->sent == MT_POLYMORPHIC || t->received == MT_POLYMORPHIC;
    }
    if (a->kind == ARG_OUT) {
        number = side == SIDE_USER ? t->received : t->sent;
    } else {
        number = side == SIDE_USER ? t->sent : t->received;
    }
    return number == MT_POLYMORPHIC;
}
