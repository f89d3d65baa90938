/* SPDX-License-Identifier: BSD-2-Clause */
/* What lexer.l and parser.y share beside the tokens. */
#ifndef MIG_LEXER_H
#define MIG_LEXER_H

#include "mig.h"
#include "routine.h"

/* A keyword: as written, so that it can be a name, and its meaning. */
struct word {
    char *text;
    int value;
};


int yylex(void);

#endif
