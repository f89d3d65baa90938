/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The job: what to run, from the archive's member boot/job.  NUL-separated
 * KEY=VALUE records:
 *
 *   tty=0|1  strace_missing=0|1  cwd=DIR  uid=N  gid=N
 *   arg=TEXT (repeated: the program and its arguments)
 *   env=NAME=VALUE (repeated)
 *
 * Without a job: a shell on the console.
 */
#ifndef INIT_JOB_H
#define INIT_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct job {
    bool tty, strace_missing;
    uint32_t uid, gid;
    const char *cwd;
    const char **argv, **envp; /* NULL-terminated; point into the record */
    unsigned argc, envc;
};

/* Fills j from a record that stays where it is; false: why says what is
 * wrong with it. */
bool init_job_parse(const char *record, size_t size, struct job *j,
               const char **why);
/* The job when there is no record. */
void init_job_default(struct job *j);

#endif
