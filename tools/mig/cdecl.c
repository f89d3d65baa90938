/* SPDX-License-Identifier: BSD-2-Clause */
/* C types and function names, see cdecl.h. */
#include <ctype.h>
#include <string.h>

#include "cdecl.h"
#include "diag.h"

static bool
ends_in_star(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && text[n - 1] == '*';
}

char *
cdecl_join(const char *text, const char *word)
{
    return mig_format("%s%s%s", text, ends_in_star(text) ? "" : " ", word);
}

struct translation *
cdecl_split(struct loc loc, const char *text, char *param)
{
    struct translation *tran = mig_alloc(sizeof(*tran));
    size_t end = strlen(text);
    size_t start = end;

    while (start > 0 && (isalnum((unsigned char)text[start - 1]) ||
                         text[start - 1] == '_')) {
        start--;
    }
    if (start == end) {
        diag_error(loc, "function", "a function name was expected after '%s'",
                   text);
    }
    tran->function = mig_strdup(text + start);
    tran->param = param;
    tran->result = mig_strdup(text);
    while (start > 0 && text[start - 1] == ' ') {
        start--;
    }
    tran->result[start] = '\0';
    if (start == 0) {
        tran->result = NULL;
    }
    return tran;
}

char *
cdecl_declare(const char *ctype, const char *name)
{
    return mig_format("%s%s%s", ctype, ends_in_star(ctype) ? "" : " ", name);
}
