/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading interfaces, and what is done with several of them at once. */
#ifndef MIG_MODEL_H
#define MIG_MODEL_H

#include "routine.h"

/* Reads the interface at path into `subsystem`; false when it, or something
 * before it, had errors. */
bool model_read(const char *path);
/* A copy of `subsystem` that outlives the next model_read. */
struct subsystem *model_keep(void);
/* The models of several files, NULL after an error. */
struct subsystem **model_read_all(char *const *paths, int count);

int64_t model_reply_id(const struct routine *rt);

/* What `mig -lint`, `-diff`, `-lock` and `-update-lock` do; each returns the
 * exit status. */
int lint_run(char *const *paths, int count);
int diff_run(const char *old_path, const char *new_path);
int lock_check(const char *lock, char *const *paths, int count);
int lock_update(const char *lock, char *const *paths, int count);

#endif
