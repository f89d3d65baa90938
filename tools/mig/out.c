/* SPDX-License-Identifier: BSD-2-Clause */
/* Output files, see out.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "out.h"

static struct out **outputs;
static char **temporaries;
static int output_count;
static int output_room;

static void
grow(void)
{
    int room = output_room == 0 ? 32 : output_room * 2;
    struct out **more = mig_alloc(sizeof(*more) * (size_t)room);
    char **names = mig_alloc(sizeof(*names) * (size_t)room);

    for (int i = 0; i < output_count; i++) {
        more[i] = outputs[i];
    }
    outputs = more;
    temporaries = names; /* none is there before everything is written */
    output_room = room;
}

struct out *
out_open(const char *path)
{
    struct out *o = mig_alloc(sizeof(*o));

    if (output_count == output_room) {
        grow();
    }
    o->path = path;
    o->room = 16384;
    o->text = mig_alloc(o->room);
    outputs[output_count++] = o;
    return o;
}

void
out_put(struct out *o, const char *format, ...)
{
    va_list ap;
    size_t need;
    int n;

    va_start(ap, format);
    n = vsnprintf(o->text + o->size, o->room - o->size, format, ap);
    va_end(ap);
    if (n < 0) {
        diag_fatal("cannot format output");
    }
    need = o->size + (size_t)n + 1;
    if (need > o->room) {
        char *more = mig_alloc(need * 2);

        memcpy(more, o->text, o->size);
        o->text = more;
        o->room = need * 2;
        va_start(ap, format);
        vsnprintf(o->text + o->size, o->room - o->size, format, ap);
        va_end(ap);
    }
    o->size += (size_t)n;
}

void
out_reset(void)
{
    output_count = 0;
    outputs = NULL; /* their memory goes with the model's */
    temporaries = NULL;
    output_room = 0;
}

static void
remove_temporaries(void)
{
    for (int i = 0; i < output_count; i++) {
        if (temporaries[i] != NULL) {
            unlink(temporaries[i]);
        }
    }
}

/* A file, or nothing yet.  A device, a pipe or a link (/dev/stdout) is written
 * to, not replaced. */
static bool
is_replaced(const struct out *o)
{
    struct stat st;

    return lstat(o->path, &st) != 0 || S_ISREG(st.st_mode);
}

static void
write_output(const struct out *o, const char *path)
{
    FILE *f = fopen(path, "w");

    if (f == NULL || fwrite(o->text, 1, o->size, f) != o->size ||
        fclose(f) != 0) {
        int e = errno;

        remove_temporaries();
        diag_fatal("cannot write %s: %s", o->path, strerror(e));
    }
}

void
out_commit_all(void)
{
    for (int i = 0; i < output_count; i++) {
        if (is_replaced(outputs[i])) {
            temporaries[i] = mig_format("%s.mig-%ld", outputs[i]->path,
                                        (long)getpid());
            write_output(outputs[i], temporaries[i]);
        }
    }
    for (int i = 0; i < output_count; i++) {
        if (temporaries[i] == NULL) {
            write_output(outputs[i], outputs[i]->path);
            continue;
        }
        if (rename(temporaries[i], outputs[i]->path) != 0) {
            int e = errno;

            remove_temporaries();
            diag_fatal("cannot write %s: %s", outputs[i]->path, strerror(e));
        }
        temporaries[i] = NULL;
    }
}
