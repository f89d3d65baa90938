/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parser of the job record (see job.h).
 */
#include <stdlib.h>
#include <string.h>
#include "job.h"

/* The value when the record is "KEY=VALUE", else NULL. */
static const char *
value_of(const char *record, const char *key)
{
    size_t n = strlen(key);

    return strncmp(record, key, n) == 0 && record[n] == '=' ? record + n + 1
                                                            : NULL;
}

static bool
parse_flag(const char *v, bool *flag)
{
    *flag = v[0] == '1';
    return (v[0] == '0' || v[0] == '1') && v[1] == '\0';
}

static bool
parse_id(const char *v, uint32_t *id)
{
    char *end;
    unsigned long n = strtoul(v, &end, 10);

    *id = (uint32_t)n;
    return *v >= '0' && *v <= '9' && *end == '\0' && n < UINT32_MAX;
}

static bool
parse_record(const char *record, struct job *j)
{
    const char *v;

    if ((v = value_of(record, "arg")) != NULL) {
        j->argv[j->argc++] = v;
        return true;
    }
    if ((v = value_of(record, "env")) != NULL) {
        j->envp[j->envc++] = v;
        return strchr(v, '=') != NULL;
    }
    if ((v = value_of(record, "tty")) != NULL) {
        return parse_flag(v, &j->tty);
    }
    if ((v = value_of(record, "strace_missing")) != NULL) {
        return parse_flag(v, &j->strace_missing);
    }
    if ((v = value_of(record, "cwd")) != NULL) {
        j->cwd = v;
        return v[0] == '/';
    }
    if ((v = value_of(record, "uid")) != NULL) {
        return parse_id(v, &j->uid);
    }
    if ((v = value_of(record, "gid")) != NULL) {
        return parse_id(v, &j->gid);
    }
    return false;
}

bool
init_job_parse(const char *record, size_t size, struct job *j, const char **why)
{
    size_t count = 0;

    *j = (struct job){.cwd = "/"};
    if (size == 0 || record[size - 1] != '\0') {
        *why = "the job record does not end";
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        count += record[i] == '\0';
    }
    j->argv = calloc(count + 1, sizeof(*j->argv));
    j->envp = calloc(count + 1, sizeof(*j->envp));
    if (j->argv == NULL || j->envp == NULL) {
        *why = "no memory for the job";
        return false;
    }
    for (const char *r = record; r < record + size; r += strlen(r) + 1) {
        if (!parse_record(r, j)) {
            *why = r;
            return false;
        }
    }
    if (j->argc == 0) {
        *why = "the job has no program";
        return false;
    }
    return true;
}

void
init_job_default(struct job *j)
{
    static const char *argv[] = {"/bin/sh", NULL};
    static const char *envp[] = {"PATH=/bin:/sbin:/usr/bin", "HOME=/root",
                                 "TERM=linux", NULL};

    *j = (struct job){.tty = true, .cwd = "/", .argv = argv, .argc = 1,
                      .envp = envp, .envc = 3};
}
