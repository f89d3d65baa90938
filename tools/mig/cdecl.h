/* SPDX-License-Identifier: BSD-2-Clause */
/* C types and function names as the input writes them: words and stars. */
#ifndef MIG_CDECL_H
#define MIG_CDECL_H

#include "mig.h"
#include "type.h"

/* Appends a word or star, with the blank that C style wants. */
char *cdecl_join(const char *text, const char *word);
/* Splits `RESULT function`; param is the text in parentheses or NULL. */
struct translation *cdecl_split(struct loc loc, const char *text,
                                char *param);
/* "TYPE name", without a blank after a star. */
char *cdecl_declare(const char *ctype, const char *name);

#endif
