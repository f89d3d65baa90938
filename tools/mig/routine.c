/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks of one routine: the roles of its arguments and their flags. */
#include <string.h>

#include "diag.h"
#include "names.h"
#include "routine.h"

static const struct {
    const char *word;
    unsigned flag;
} flag_words[] = {
    {"dealloc", FLAG_DEALLOC},
    {"notdealloc", FLAG_NOT_DEALLOC},
    {"countinout", FLAG_COUNT_IN_OUT},
    {"retcode", FLAG_RETCODE},
    {"samecount", FLAG_SAME_COUNT},
    {"physicalcopy", FLAG_PHYSICAL_COPY},
    {"overwrite", FLAG_OVERWRITE},
    {"auto", FLAG_AUTO},
    {"const", FLAG_CONST},
    {"islong", FLAG_ISLONG},
    {"isnotlong", FLAG_ISNOTLONG},
    {"servercopy", FLAG_SERVER_COPY},
};

unsigned
routine_flag(struct loc loc, const char *word, bool brackets)
{
    for (size_t i = 0; i < sizeof(flag_words) / sizeof(flag_words[0]); i++) {
        if (mig_word_equal(word, flag_words[i].word)) {
            if (!brackets) {
                return flag_words[i].flag;
            }
            if (flag_words[i].flag == FLAG_DEALLOC) {
                return FLAG_DEALLOC_DYNAMIC;
            }
            break;
        }
    }
    diag_error(loc, "flag", "unknown argument flag '%s%s'", word,
               brackets ? "[]" : "");
    return 0;
}

bool
arg_is_in(const struct arg *a)
{
    return a->kind == ARG_IN || a->kind == ARG_INOUT;
}

bool
arg_is_out(const struct arg *a)
{
    return a->kind == ARG_OUT || a->kind == ARG_INOUT;
}

bool
arg_in_user(const struct arg *a)
{
    switch (a->kind) {
    case ARG_SREPLY_PORT:
    case ARG_MSG_SEQNO:
    case ARG_SERVER_SECURITY_TOKEN:
    case ARG_SERVER_AUDIT_TOKEN:
    case ARG_SERVER_CONTEXT:
    case ARG_SERVER_IMPL:
        return false;
    default:
        return (a->flags & FLAG_RETCODE) == 0 || a->kind != ARG_OUT;
    }
}

bool
arg_in_server(const struct arg *a)
{
    switch (a->kind) {
    case ARG_UREPLY_PORT:
    case ARG_WAIT_TIME:
    case ARG_SEND_TIME:
    case ARG_MSG_OPTION:
    case ARG_USER_SECURITY_TOKEN:
    case ARG_USER_AUDIT_TOKEN:
    case ARG_USER_IMPL:
        return false;
    default:
        return (a->flags & FLAG_RETCODE) == 0 || a->kind != ARG_OUT;
    }
}

const char *
arg_count(const struct arg *a)
{
    return mig_format("%sCnt", a->same != NULL ? a->same->name : a->name);
}

uint32_t
arg_limit(const struct arg *a)
{
    uint32_t limit = a->type->bounded ? a->type->count : UINT32_MAX;

    for (const struct arg *b = a->next; b != NULL; b = b->next) {
        if (b->same == a && b->type->bounded && b->type->count < limit) {
            limit = b->type->count;
        }
    }
    return limit;
}

static bool
is_message_member(const char *name)
{
    static const char *const words[] = {
        "Head", "NDR", "RetCode", "msgh_body", "Mess", "InHeadP", "OutHeadP",
        "In0P", "OutP",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, "mig_", 4) == 0;
}

static void
check_names(const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (name_is_c_keyword(a->name)) {
            diag_error(a->loc, "c-keyword",
                       "argument name '%s' is a C keyword", a->name);
        } else if (is_message_member(a->name)) {
            diag_error(a->loc, "reserved-name",
                       "argument name '%s' is a name of the stubs' own",
                       a->name);
        }
        for (const struct arg *p = rt->args; p != a; p = p->next) {
            if (strcmp(p->name, a->name) == 0) {
                diag_error(a->loc, "duplicate-argument",
                           "duplicate argument name '%s'", a->name);
                diag_note(p->loc, "previous argument is here");
                break;
            }
        }
    }
}

/* Is it the name of a C type in the routine's prototypes? */
static bool
names_c_type(const struct routine *rt, const char *name)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        const struct type *t = a->type;
        const char *const texts[] = {t->name, t->ctype, t->cuser, t->cserver,
                                     t->elem == NULL ? NULL : t->elem->name};

        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            if (texts[i] != NULL && strcmp(texts[i], name) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool
is_argument(const struct routine *rt, const char *name)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        if (strcmp(a->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The count of an array is an argument, too. */
static void
check_count_names(const struct routine *rt)
{
    for (const struct arg *a = rt->args; a != NULL; a = a->next) {
        size_t n = strlen(a->name);

        for (const struct arg *p = rt->args; p != NULL; p = p->next) {
            if (type_has_count(p->type) && n == strlen(p->name) + 3 &&
                strncmp(p->name, a->name, n - 3) == 0 &&
                strcmp(a->name + n - 3, "Cnt") == 0) {
                diag_error(a->loc, "duplicate-argument", "argument name '%s' "
                           "is the count of '%s'", a->name, p->name);
            }
        }
    }
}

/* Names that are good in the definition but not in its output. */
static void
settle_names(struct routine *rt)
{
    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        if (name_is_cxx_keyword(a->name) ||
            names_c_type(rt, a->name)) {
            const char *name = mig_format("%s_", a->name);

            while (is_argument(rt, name)) {
                name = mig_format("%s_", name);
            }
            a->name = name;
        }
    }
}

/* Makes a the routine's *role argument, or warns and makes it nothing. */
static void
take_role(struct arg **role, struct arg *a, const char *what)
{
    if (*role != NULL) {
        diag_warning(a->loc, "multiple-role", "multiple %s arguments; "
                     "'%s' will not be used", what, (*role)->name);
        diag_note((*role)->loc, "the first one is here");
    }
    *role = a;
}

static void
want_integer(const struct arg *a, const char *what)
{
    if (!type_is_integer32(a->type)) {
        diag_error(a->loc, "not-integer",
                   "%s argument '%s' is not a proper integer", what, a->name);
    }
}

static void
want_port(const struct arg *a, const char *what)
{
    if (a->type->kind != TYPE_PORT && a->type->kind != TYPE_ERROR) {
        diag_error(a->loc, "not-port", "'%s' is not a proper %s port",
                   a->name, what);
    }
}

/* What comes from the trailer: one value of so many bytes. */
static void
want_value(const struct arg *a, uint64_t size, const char *what)
{
    const struct type *t = a->type;

    if (t->kind != TYPE_ERROR &&
        ((t->kind != TYPE_BASIC && t->kind != TYPE_STRUCT) || t->ool ||
         t->size != size)) {
        diag_error(a->loc, "token", "'%s' is not a proper %s: that is a "
                   "structure of %llu bytes", a->name, what,
                   (unsigned long long)size);
    }
}

static void
assign_role(struct routine *rt, struct arg *a)
{
    switch (a->kind) {
    case ARG_REQUEST_PORT:
        want_port(a, "request");
        take_role(&rt->request_port, a, "requestport");
        break;
    case ARG_REPLY_PORT:
        want_port(a, "reply");
        take_role(&rt->reply_port, a, "replyport");
        rt->sreply_port = a;
        break;
    case ARG_SREPLY_PORT:
        want_port(a, "reply");
        take_role(&rt->sreply_port, a, "sreplyport");
        break;
    case ARG_UREPLY_PORT:
        want_port(a, "reply");
        take_role(&rt->reply_port, a, "ureplyport");
        break;
    case ARG_WAIT_TIME:
        want_integer(a, "waittime");
        take_role(&rt->wait_arg, a, "waittime");
        break;
    case ARG_SEND_TIME:
        want_integer(a, "sendtime");
        take_role(&rt->send_arg, a, "sendtime");
        break;
    case ARG_MSG_OPTION:
        want_integer(a, "msgoption");
        take_role(&rt->option_arg, a, "msgoption");
        break;
    case ARG_MSG_SEQNO:
        want_integer(a, "msgseqno");
        take_role(&rt->seqno_arg, a, "msgseqno");
        break;
    case ARG_AUDIT_TOKEN:
    case ARG_SERVER_AUDIT_TOKEN:
    case ARG_USER_AUDIT_TOKEN:
        want_value(a, 32, "audit token");
        break;
    case ARG_SECURITY_TOKEN:
    case ARG_SERVER_SECURITY_TOKEN:
    case ARG_USER_SECURITY_TOKEN:
        want_value(a, 8, "security token");
        break;
    case ARG_SERVER_CONTEXT:
        if (a->type->kind != TYPE_ERROR && a->type->kind != TYPE_BASIC) {
            diag_error(a->loc, "token", "the context '%s' is not a proper "
                       "integer", a->name);
        }
        break;
    default:
        break;
    }
}

/* The first argument without a direction is the request port, unless one is
 * named; the others without one are in. */
static void
assign_roles(struct routine *rt)
{
    bool named = false;

    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        named = named || a->kind == ARG_REQUEST_PORT;
    }
    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        if (a->kind == ARG_DEFAULT) {
            a->kind = named ? ARG_IN : ARG_REQUEST_PORT;
            named = true;
        }
        assign_role(rt, a);
    }
    /* Arguments that could not be read have been complained of. */
    if (rt->request_port == NULL &&
        (rt->args != NULL || diag_errors() == 0)) {
        diag_error(rt->loc, "no-request-port",
                   "'%s' has no request port argument", rt->name);
    }
}

static void
warn_flag(const struct arg *a, const char *flag, const char *why)
{
    diag_warning(a->loc, "flag-ignored", "%s on argument '%s' is ignored: %s",
                 flag, a->name, why);
}

/* The array before a whose count is the last one in the messages that carry
 * a, so that whoever reads them in order has it. */
static struct arg *
same_count(struct routine *rt, const struct arg *a)
{
    struct arg *found = NULL;

    for (struct arg *b = rt->args; b != a; b = b->next) {
        bool meets = (arg_is_in(a) && arg_is_in(b)) ||
                     (arg_is_out(a) && arg_is_out(b));
        bool counts = type_has_count(b->type) ||
                      type_is_inline_variable(b->type) ||
                      (b->type->kind == TYPE_ARRAY &&
                       type_has_count(b->type->elem));

        if (meets && counts && b->same == NULL) {
            found = b;
        }
    }
    if (found == NULL || found->kind != a->kind ||
        !type_has_count(found->type) ||
        (found->type->ool && !a->type->ool)) {
        return NULL;
    }
    return found;
}

static void
check_same_count(struct routine *rt, struct arg *a)
{
    if (type_has_count(a->type)) {
        a->same = same_count(rt, a);
    }
    if (a->same == NULL) {
        warn_flag(a, "samecount",
                  "there is no array before it whose count it could have");
        a->flags &= ~(unsigned)FLAG_SAME_COUNT;
    } else {
        a->flags &= ~(unsigned)FLAG_COUNT_IN_OUT; /* the other's says it */
    }
}

static void
check_flags(struct routine *rt, struct arg *a)
{
    if (a->type->kind == TYPE_ERROR) {
        return;
    }
    if ((a->flags & FLAG_COUNT_IN_OUT) &&
        (!arg_is_out(a) || !type_is_inline_variable(a->type))) {
        /* Other systems send short unbounded arrays in line. */
        if (!arg_is_out(a) || !type_has_count(a->type)) {
            warn_flag(a, "countinout",
                      "it is for out variable in-line arrays");
        }
        a->flags &= ~(unsigned)FLAG_COUNT_IN_OUT;
    }
    if (a->flags & FLAG_SAME_COUNT) {
        check_same_count(rt, a);
    }
    if ((a->flags & FLAG_OVERWRITE) &&
        (a->kind != ARG_OUT || !a->type->ool)) {
        warn_flag(a, "overwrite", "it is for out out-of-line data");
        a->flags &= ~(unsigned)FLAG_OVERWRITE;
    }
    if ((a->flags & (FLAG_DEALLOC | FLAG_DEALLOC_DYNAMIC)) &&
        !a->type->ool && a->type->kind != TYPE_PORT &&
        !(a->type->kind == TYPE_ARRAY && a->type->elem->ool)) {
        warn_flag(a, "dealloc", "it is for out-of-line data");
        a->flags &= ~(unsigned)(FLAG_DEALLOC | FLAG_DEALLOC_DYNAMIC);
    }
    if (a->flags & FLAG_RETCODE) {
        if (!type_is_integer32(a->type)) {
            diag_error(a->loc, "retcode", "the retcode argument '%s' is not "
                       "a proper integer", a->name);
        }
        take_role(&rt->retcode_arg, a, "retcode");
    }
}

static void
check_direction(const struct routine *rt, const struct arg *a)
{
    const struct type *t = a->type;

    if (rt->simple && arg_is_out(a)) {
        diag_error(a->loc, "simple-out",
                   "simpleroutine '%s' has %s argument '%s': there is no "
                   "reply to carry it", rt->name,
                   a->kind == ARG_OUT ? "out" : "inout", a->name);
    }
    if (t->kind == TYPE_STRUCT && t->name == NULL &&
        t->ctype == NULL && (t->cuser == NULL || t->cserver == NULL)) {
        diag_error(a->loc, "struct-name", "the structure of '%s' has no name "
                   "that C could use", a->name);
    }
    if (t->kind == TYPE_NATIVE && arg_is_out(a)) {
        diag_error(a->loc, "native-out", "%s is only valid for in arguments",
                   t->native == NATIVE_VALUE ? "ValueOf" : "PointerTo");
    }
    if (a->kind == ARG_INOUT && type_is_inline_variable(t)) {
        diag_error(a->loc, "inout-variable", "'%s' is inout and a variable "
                   "in-line array: give an in and an out argument", a->name);
    }
    if (arg_is_out(a) && t->intran != NULL && t->outtran == NULL) {
        diag_warning(a->loc, "no-outtran", "out argument '%s' with no "
                     "out-translation function", a->name);
    }
    if (arg_is_in(a) && t->outtran != NULL && t->intran == NULL) {
        diag_warning(a->loc, "no-intran", "in argument '%s' with no "
                     "in-translation function", a->name);
    }
}

void
routine_check(struct routine *rt)
{
    assign_roles(rt);
    check_names(rt);
    check_count_names(rt);
    settle_names(rt);
    for (struct arg *a = rt->args; a != NULL; a = a->next) {
        check_flags(rt, a);
        check_direction(rt, a);
    }
}
