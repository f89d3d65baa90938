/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Comments of an interface file, which the preprocessor drops: read from the
 * file again for those who write models and pages.
 */
#ifndef MIG_COMMENT_H
#define MIG_COMMENT_H

#include "mig.h"

/* What the comment right before the statement at loc says, or the one that
 * follows on the statement's last line; NULL when there is none.  Lines keep
 * their ends; the comment's frame is taken off. */
const char *comment_of(struct loc loc);
/* The first comment of a file, after the licence line. */
const char *comment_head(const char *file);
/* Does the word stand in the file, commented or conditional or not? */
bool comment_file_has(const char *file, const char *word);

#endif
