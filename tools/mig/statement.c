/* SPDX-License-Identifier: BSD-2-Clause */
/* Statements: what the parser says is entered into the subsystem. */
#include <string.h>

#include "diag.h"
#include "names.h"
#include "routine.h"

struct subsystem subsystem;

static bool told_missing;

void
statement_reset(void)
{
    memset(&subsystem, 0, sizeof(subsystem));
    told_missing = false;
}

void
statement_subsystem(struct loc loc, const char *name, int64_t base,
                    bool kernel_user, bool kernel_server)
{
    if (subsystem.name != NULL) {
        diag_error(loc, "duplicate-subsystem", "subsystem given twice");
        diag_note(subsystem.loc, "the first one is here");
        return;
    }
    subsystem.loc = loc;
    subsystem.name = mig_strdup(name);
    subsystem.kernel_user = kernel_user;
    subsystem.kernel_server = kernel_server;
    if (base < 0 || base > INT32_MAX - MIG_REPLY_DISTANCE) {
        diag_error(loc, "base", "number out of range for msgh_id: %lld",
                   (long long)base);
        base = 0;
    }
    subsystem.base = base;
    subsystem.next_id = base;
}

/* Ids are handed out by position, so a routine or a skip needs a base. */
static bool
have_subsystem(struct loc loc)
{
    if (subsystem.name != NULL) {
        return true;
    }
    if (!told_missing) {
        diag_error(loc, "no-subsystem",
                   "no subsystem declaration before this");
        told_missing = true;
    }
    return false;
}

void
statement_skip(struct loc loc, int64_t n)
{
    if (!have_subsystem(loc)) {
        return;
    }
    if (n < 0 || n > INT32_MAX - MIG_REPLY_DISTANCE - subsystem.next_id) {
        diag_error(loc, "skip", "cannot skip %lld ids", (long long)n);
        return;
    }
    subsystem.next_id += n;
}

void
statement_import(struct loc loc, enum import_kind kind, const char *file)
{
    struct import *im = mig_alloc(sizeof(*im));
    struct import **end = &subsystem.imports;

    if (strlen(file) <= 2) {
        diag_error(loc, "import", "import of a file without a name");
    }
    im->kind = kind;
    im->file = mig_strdup(file);
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = im;
}

void
statement_name(struct loc loc, const char **slot, const char *what,
               const char *name)
{
    if (*slot != NULL && strcmp(*slot, name) != 0) {
        diag_warning(loc, "overridden", "%s was '%s' and is now '%s', for "
                     "all routines", what, *slot, name);
    }
    *slot = name;
}

void
statement_ownership(struct loc loc, const char *word)
{
    if (mig_word_equal(word, "take")) {
        subsystem.ownership_take = true;
    } else if (mig_word_equal(word, "classic")) {
        subsystem.ownership_take = false;
    } else {
        diag_error(loc, "ownership", "ownership is 'take' or 'classic', "
                   "not '%s'", word);
    }
}

void
statement_consume(struct loc loc, const char *word)
{
    if (mig_word_equal(word, "none")) {
        subsystem.consume = 0;
    } else if (mig_word_equal(word, "timeout")) {
        subsystem.consume = 1;
    } else if (mig_word_equal(word, "any")) {
        subsystem.consume = 2;
    } else {
        diag_error(loc, "consume", "ConsumeOnSendError is None, Timeout or "
                   "Any, not '%s'", word);
    }
}

static void
check_duplicate(const struct routine *rt)
{
    for (const struct routine *p = subsystem.routines; p != NULL;
         p = p->next) {
        if (strcmp(p->name, rt->name) == 0) {
            diag_error(rt->loc, "duplicate-routine",
                       "routine '%s' is defined twice", rt->name);
            diag_note(p->loc, "previous definition is here");
            return;
        }
    }
}

void
statement_routine(struct loc loc, const char *name, bool simple,
                  struct arg *args)
{
    struct routine *rt = mig_alloc(sizeof(*rt));
    struct routine **end = &subsystem.routines;
    bool known = have_subsystem(loc);

    rt->loc = loc;
    rt->name = mig_strdup(name);
    rt->simple = simple;
    rt->args = args;
    rt->msg_option = subsystem.msg_option;
    rt->wait_time = subsystem.wait_time;
    rt->send_time = subsystem.send_time;
    rt->error_proc = subsystem.error_proc;
    rt->consume = subsystem.consume;
    rt->id = subsystem.next_id;
    check_duplicate(rt);
    routine_check(rt);
    if (!known || diag_errors() != 0) {
        return;
    }
    if (rt->id > INT32_MAX - MIG_REPLY_DISTANCE - 1) {
        diag_error(loc, "id", "no message id is left for '%s'", name);
        return;
    }
    subsystem.next_id++;
    layout_routine(rt);
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = rt;
}

void
statement_finish(struct loc end)
{
    struct loc none = {end.file, end.line, 1};

    if (diag_errors() != 0 || !have_subsystem(none)) {
        return;
    }
    name_check_routines();
    if (subsystem.next_id - subsystem.base > MIG_REPLY_DISTANCE) {
        diag_warning(subsystem.loc, "reply-range",
                     "the replies' ids (from %lld) run into the requests' "
                     "(up to %lld)",
                     (long long)(subsystem.base + MIG_REPLY_DISTANCE),
                     (long long)(subsystem.next_id - 1));
    }
}
