/* SPDX-License-Identifier: BSD-2-Clause */
/* Reference pages in Markdown. */
#ifndef MIG_EMIT_DOC_H
#define MIG_EMIT_DOC_H

#include "emit.h"

void doc_text(struct out *o, const char *text);
/* emit_doc_arg.c: the table of a routine's arguments. */
void doc_arguments(struct out *o, const struct routine *rt);

#endif
