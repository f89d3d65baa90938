/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that the generated C and C++ cannot have. */
#include <string.h>

#include "diag.h"
#include "emit.h"
#include "names.h"

static const char *const c_keywords[] = {
    "auto", "break", "case", "char", "const", "continue", "default", "do",
    "double", "else", "enum", "extern", "float", "for", "goto", "if",
    "inline", "int", "long", "register", "restrict", "return", "short",
    "signed", "sizeof", "static", "struct", "switch", "typedef", "union",
    "unsigned", "void", "volatile", "while", "_Alignas", "_Alignof",
    "_Atomic", "_Bool", "_Complex", "_Generic", "_Imaginary", "_Noreturn",
    "_Static_assert", "_Thread_local", "asm", NULL,
};

/* Those among them that are C's own types, which may be declared again. */
static const char *const c_types[] = {
    "char", "double", "float", "int", "long", "short", "signed", "unsigned",
    "void", NULL,
};

static const char *const cxx_keywords[] = {
    "alignas", "alignof", "and", "and_eq", "bitand", "bitor", "bool",
    "catch", "char16_t", "char32_t", "class", "compl", "const_cast",
    "constexpr", "decltype", "delete", "dynamic_cast", "explicit", "export",
    "false", "friend", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected",
    "public", "reinterpret_cast", "static_assert", "static_cast",
    "template", "this", "thread_local", "throw", "true", "try", "typeid",
    "typename", "typeof", "typeof_unqual", "using", "virtual", "wchar_t",
    "xor", "xor_eq", NULL,
};

static bool
is_listed(const char *name, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strcmp(name, *words) == 0) {
            return true;
        }
    }
    return false;
}

bool
name_is_c_keyword(const char *name)
{
    return is_listed(name, c_keywords);
}

bool
name_is_cxx_keyword(const char *name)
{
    return is_listed(name, cxx_keywords);
}

void
name_check_type(struct loc loc, const char *name)
{
    if (name_is_c_keyword(name) && !is_listed(name, c_types)) {
        diag_error(loc, "c-keyword", "type name '%s' is a C keyword", name);
    }
}

void
name_check_member(struct loc loc, const char *name)
{
    if (name_is_c_keyword(name)) {
        diag_error(loc, "c-keyword", "member name '%s' is a C keyword", name);
    }
}

/* Is it what the subsystem's table or its demultiplexers are called? */
static bool
is_generated(const char *name)
{
    static const char *const ends[] = {
        "_subsystem", "_server", "_server_routine",
    };
    const char *symbol = mig_format("%s%s", server_prefix(), subsystem.name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (strcmp(name, mig_format("%s%s", symbol, ends[i])) == 0) {
            return true;
        }
    }
    return subsystem.server_demux != NULL &&
           strcmp(name, subsystem.server_demux) == 0;
}

void
name_check_routines(void)
{
    for (const struct routine *rt = subsystem.routines; rt != NULL;
         rt = rt->next) {
        const char *both[] = {user_name(rt), server_name(rt)};

        for (size_t i = 0; i < 2; i++) {
            if (name_is_c_keyword(both[i])) {
                diag_error(rt->loc, "c-keyword", "the %s function of '%s' "
                           "would be called '%s', a C keyword",
                           i == 0 ? "user's" : "server's", rt->name, both[i]);
                break;
            }
        }
        if (name_is_cxx_keyword(both[0]) || name_is_cxx_keyword(both[1])) {
            diag_warning(rt->loc, "cxx-keyword", "'%s' is a word of C++: its "
                         "stubs can be compiled as C only", rt->name);
        }
        if (is_generated(both[1])) {
            diag_error(rt->loc, "name-clash", "the server's function of '%s' "
                       "has the name of the subsystem's own '%s'", rt->name,
                       both[1]);
        }
    }
}
