/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Constructors and checks of types, see type.h.
 *
 * Alignment: a basic type has its own size; a struct has the largest power
 * of two up to 8 that divides its size, which is at least what the C compiler
 * wants of any C type of that size.
 */
#include <string.h>

#include "diag.h"
#include "names.h"
#include "type.h"

#define MAX_TYPE_SIZE 0x7fffffffu

struct type *
type_error(struct loc loc)
{
    struct type *t = mig_alloc(sizeof(*t));

    t->loc = loc;
    t->kind = TYPE_ERROR;
    t->align = 4;
    t->size = 4;
    t->basic_c = "int";
    return t;
}

static struct type *
new_type(struct loc loc, enum type_kind kind)
{
    struct type *t = mig_alloc(sizeof(*t));

    t->loc = loc;
    t->kind = kind;
    t->align = 4;
    return t;
}

struct type *
type_copy(const struct type *t)
{
    struct type *c = mig_alloc(sizeof(*c));

    *c = *t;
    c->name = NULL;
    c->predefined = false;
    c->plain_c = false;
    c->ctype = NULL;
    c->cuser = NULL;
    c->cserver = NULL;
    c->intran = NULL;
    c->outtran = NULL;
    c->payload = NULL;
    c->destructor = NULL;
    return c;
}

static unsigned
align_of_size(uint64_t size)
{
    return size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
}

static bool
set_size(struct type *t, uint64_t count, const struct type *elem)
{
    if (elem->size != 0 && count > MAX_TYPE_SIZE / elem->size) {
        diag_error(t->loc, "size-overflow",
                   "constant overflow: the type's size does not fit");
        return false;
    }
    t->size = count * elem->size;
    return true;
}

static bool
check_count(struct loc loc, int64_t n)
{
    if (n < 0) {
        diag_error(loc, "negative-size", "negative size %lld", (long long)n);
        return false;
    }
    if (n > (int64_t)MAX_TYPE_SIZE) {
        diag_error(loc, "size-overflow", "constant overflow: size %lld",
                   (long long)n);
        return false;
    }
    return true;
}

unsigned
type_received_as(unsigned sent)
{
    switch (sent) {
    case MT_COPY_SEND:
    case MT_MAKE_SEND:
        return MT_MOVE_SEND;
    case MT_MAKE_SEND_ONCE:
        return MT_MOVE_SEND_ONCE;
    default:
        return sent;
    }
}

static bool
is_port_number(unsigned n)
{
    return (n >= MT_MOVE_RECEIVE && n <= MT_MAKE_SEND_ONCE) ||
           n == MT_POLYMORPHIC;
}

/* Size in bytes and C type of a basic wire type; false for strings. */
static bool
basic_shape(unsigned number, unsigned *size, const char **ctype)
{
    static const struct {
        unsigned number;
        unsigned size;
        const char *ctype;
    } shapes[] = {
        {MT_UNSTRUCTURED, 1, "char"},     {MT_BIT, 1, "char"},
        {MT_BOOLEAN, 4, "boolean_t"},     {MT_INTEGER_8, 1, "int8_t"},
        {MT_INTEGER_16, 2, "int16_t"},    {MT_INTEGER_32, 4, "int32_t"},
        {MT_INTEGER_64, 8, "int64_t"},    {MT_CHAR, 1, "char"},
        {MT_BYTE, 1, "uint8_t"},          {MT_REAL, 4, "float"},
        {MT_REAL_32, 4, "float"},         {MT_REAL_64, 8, "double"},
        {MT_PORT_NAME, 4, "mach_port_name_t"},
    };

    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (shapes[i].number == number) {
            *size = shapes[i].size;
            *ctype = shapes[i].ctype;
            return true;
        }
    }
    return false;
}

struct type *
type_basic(struct loc loc, unsigned sent, unsigned received)
{
    struct type *t;
    unsigned size = 0;
    unsigned other = 0;
    const char *unused;

    if (is_port_number(sent) || is_port_number(received)) {
        bool both = is_port_number(sent) && is_port_number(received);

        if (!both && sent != MT_PORT_NAME && received != MT_PORT_NAME) {
            diag_error(loc, "pair-mismatch",
                       "sizes in type pair differ: a right and plain data");
            return type_error(loc);
        }
        t = new_type(loc, TYPE_PORT);
        t->sent = sent;
        t->received = sent == received ? type_received_as(received)
                                       : received;
        t->basic_c = "mach_port_t";
        t->size = 4;
        return t;
    }
    t = new_type(loc, TYPE_BASIC);
    t->sent = sent;
    t->received = received;
    if (!basic_shape(sent, &size, &t->basic_c) ||
        !basic_shape(received, &other, &unused)) {
        diag_error(loc, "string-size", "a string type needs a size");
        return type_error(loc);
    }
    if (size != other) {
        diag_error(loc, "pair-mismatch",
                   "sizes in type pair differ: %u and %u bytes", size, other);
        return type_error(loc);
    }
    t->size = size;
    t->align = size;
    return t;
}

struct type *
type_long_form(struct loc loc, unsigned sent, unsigned received, int64_t bits)
{
    struct type *t;

    if (!check_count(loc, bits)) {
        return type_error(loc);
    }
    if (bits % 8 != 0) {
        diag_error(loc, "bit-size", "size of %lld bits is not whole bytes",
                   (long long)bits);
        return type_error(loc);
    }
    if (sent == MT_STRING_C || sent == MT_STRING) {
        return type_string(loc, bits / 8, false);
    }
    t = type_basic(loc, sent, received);
    if (t->kind != TYPE_BASIC || (uint64_t)bits == t->size * 8) {
        return t;
    }
    if (bits == 0 || (uint64_t)bits % (t->size * 8) != 0) {
        diag_error(loc, "bit-size",
                   "%lld bits are no multiple of the type's %llu",
                   (long long)bits, (unsigned long long)t->size * 8);
        return type_error(loc);
    }
    return type_fixed_array(loc, bits / 8 / (int64_t)t->size, t);
}

struct type *
type_string(struct loc loc, int64_t n, bool variable)
{
    struct type *t = new_type(loc, TYPE_STRING);

    if (!check_count(loc, n)) {
        return type_error(loc);
    }
    if (n == 0) {
        diag_error(loc, "empty-string",
                   "zero-length string: there is no room for the final NUL");
        return type_error(loc);
    }
    t->variable = variable;
    t->bounded = true;
    t->count = (uint32_t)n;
    t->size = (uint64_t)n;
    t->align = 1;
    t->basic_c = "char";
    return t;
}

/* What may be an element; ports are allowed where ports_too. */
static bool
elem_valid(struct loc loc, const struct type *elem, bool ports_too)
{
    if (elem->kind == TYPE_ERROR) {
        return false;
    }
    if (elem->kind == TYPE_NATIVE || type_is_inline_variable(elem)) {
        diag_error(loc, "element", "an element must have a fixed size");
        return false;
    }
    if (!ports_too && (elem->ool || elem->kind == TYPE_PORT)) {
        diag_error(loc, "element", "elements must be in line: rights and "
                   "out-of-line data are not supported here");
        return false;
    }
    return true;
}

/* array[N] of port or of out-of-line data is N descriptors. */
struct type *
type_fixed_array(struct loc loc, int64_t n, struct type *elem)
{
    struct type *t = new_type(loc, TYPE_ARRAY);

    if (!check_count(loc, n) || !elem_valid(loc, elem, true)) {
        return type_error(loc);
    }
    if (elem->kind == TYPE_ARRAY && elem->elem->kind == TYPE_PORT &&
        !elem->ool) {
        diag_error(loc, "element", "arrays of arrays of rights must be one "
                   "array");
        return type_error(loc);
    }
    t->count = (uint32_t)n;
    t->elem = elem;
    t->align = elem->align;
    return set_size(t, (uint64_t)n, elem) ? t : type_error(loc);
}

struct type *
type_bounded_array(struct loc loc, int64_t n, struct type *elem)
{
    struct type *t = new_type(loc, TYPE_ARRAY);

    if (!check_count(loc, n) || !elem_valid(loc, elem, true)) {
        return type_error(loc);
    }
    if (elem->ool) {
        diag_error(loc, "element",
                   "a variable array of out-of-line data is not supported");
        return type_error(loc);
    }
    t->variable = true;
    t->bounded = true;
    t->count = (uint32_t)n;
    t->elem = elem;
    t->align = elem->align;
    t->ool = elem->kind == TYPE_PORT;
    return set_size(t, (uint64_t)n, elem) ? t : type_error(loc);
}

struct type *
type_unbounded_array(struct loc loc, struct type *elem)
{
    struct type *t = type_bounded_array(loc, 0, elem);

    t->bounded = false;
    t->ool = t->kind != TYPE_ERROR;
    return t;
}

struct type *
type_struct_of(struct loc loc, int64_t n, struct type *elem)
{
    struct type *t = new_type(loc, TYPE_STRUCT);

    if (!check_count(loc, n)) {
        return type_error(loc);
    }
    if (elem->ool) {
        diag_error(loc, "struct-ool",
                   "struct of out-of-line data is not supported");
        return type_error(loc);
    }
    if (elem->kind == TYPE_PORT) {
        diag_error(loc, "struct-port", "port right inside a struct: it would "
                   "travel as a bare number");
        return type_error(loc);
    }
    if (!elem_valid(loc, elem, false)) {
        return type_error(loc);
    }
    t->count = (uint32_t)n;
    t->elem = elem;
    if (!set_size(t, (uint64_t)n, elem)) {
        return type_error(loc);
    }
    t->align = align_of_size(t->size);
    return t;
}

static bool
member_valid(const struct member *m, const struct member *first)
{
    for (const struct member *p = first; p != m; p = p->next) {
        if (strcmp(p->name, m->name) == 0) {
            diag_error(m->loc, "duplicate-member",
                       "duplicate struct member '%s'", m->name);
            diag_note(p->loc, "previous member is here");
            return false;
        }
    }
    if (m->type->kind == TYPE_PORT ||
        (m->type->kind == TYPE_ARRAY && m->type->elem->kind == TYPE_PORT)) {
        diag_error(m->loc, "struct-port",
                   "port right inside a struct (member '%s'): it would travel "
                   "as a bare number", m->name);
        return false;
    }
    if (m->type->ool || m->type->kind == TYPE_NATIVE ||
        type_is_inline_variable(m->type)) {
        diag_error(m->loc, "struct-member",
                   "struct member '%s' must be in line and of fixed size",
                   m->name);
        return false;
    }
    return m->type->kind != TYPE_ERROR;
}

/* What the C compiler aligns the type to as a member of a structure. */
static unsigned
c_align(const struct type *t)
{
    unsigned align = 1;

    if (t->elem != NULL) {
        return c_align(t->elem);
    }
    for (const struct member *m = t->members; m != NULL; m = m->next) {
        unsigned a = c_align(m->type);

        align = a > align ? a : align;
    }
    return t->members == NULL ? t->align : align;
}

struct type *
type_struct(struct loc loc, struct member *members)
{
    struct type *t = new_type(loc, TYPE_STRUCT);
    unsigned align = 1;
    uint64_t size = 0;
    bool valid = true;

    for (struct member *m = members; m != NULL; m = m->next) {
        unsigned a = c_align(m->type);

        name_check_member(m->loc, m->name);
        if (!member_valid(m, members)) {
            valid = false;
            continue;
        }
        align = a > align ? a : align;
        size = (size + a - 1) / a * a + m->type->size;
        if (size > MAX_TYPE_SIZE) {
            diag_error(m->loc, "size-overflow", "the struct is too large");
            return type_error(loc);
        }
    }
    t->members = members;
    t->align = align;
    t->size = (size + align - 1) / align * align;
    return valid ? t : type_error(loc);
}

struct type *
type_pointer(struct loc loc, struct type *target)
{
    struct type *t;

    if (target->kind == TYPE_ERROR) {
        return target;
    }
    if (target->ool && target->bounded == false && target->name == NULL) {
        return target; /* ^array[] of: out of line already by itself */
    }
    if (target->ool && target->kind == TYPE_ARRAY &&
        target->elem->kind == TYPE_PORT && target->name == NULL) {
        return target; /* ^array[*:N] of port */
    }
    if (target->ool) {
        diag_error(loc, "double-pointer", "the type is already out of line");
        return type_error(loc);
    }
    if (target->kind == TYPE_PORT || target->kind == TYPE_NATIVE) {
        diag_error(loc, "pointer", "one right cannot travel out of line");
        return type_error(loc);
    }
    t = type_copy(target);
    t->loc = loc;
    t->ool = true;
    if (t->kind != TYPE_ARRAY && t->kind != TYPE_STRING) {
        struct type *one = type_copy(target);

        one->name = target->name;
        one->ctype = target->ctype;
        t = type_fixed_array(loc, 1, one);
        t->ool = true;
    }
    return t;
}

struct type *
type_native(struct loc loc, enum native_kind kind, char *ctype, char *bad)
{
    struct type *t = new_type(loc, TYPE_NATIVE);

    t->native = kind;
    t->native_type = ctype;
    t->native_bad = bad;
    t->align = 8;
    t->size = 8;
    return t;
}
