/* SPDX-License-Identifier: BSD-2-Clause */
/* The descriptor table: the lowest number free, always. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "fd.h"

#define LIMIT 200u
#define STEPS 200000

static struct fd_table table;
static bool used[LIMIT];

static int
model_lowest(uint32_t from)
{
    for (uint32_t i = from; i < LIMIT; i++) {
        if (!used[i]) {
            return (int)i;
        }
    }
    return -1;
}

static uint32_t
model_high(void)
{
    uint32_t high = LIMIT;

    while (high > 0 && !used[high - 1]) {
        high--;
    }
    return high;
}

static bool
step(void)
{
    uint32_t number = (uint32_t)rand() % LIMIT;
    uint32_t from = rand() % 2 ? 0 : number;
    bool good = true;
    int fd;

    if (rand() % 100 < 52) {
        fd = fd_table_lowest(&table, from);
        good = fd == model_lowest(from);
        if (fd >= 0) {
            fd_table_set(&table, fd,
                         (struct fd){.port = number, .kind = KIND_FILE});
            used[fd] = true;
        }
    } else {
        struct fd old = fd_table_clear(&table, (int)number);

        good = (old.kind != KIND_FREE) == used[number];
        used[number] = false;
    }
    return good && table.high == model_high();
}

void
fd_tests(void)
{
    bool good = true;

    memset(&table, 0, sizeof(table));
    table.limit = LIMIT;
    srand(2);
    for (int i = 0; i < STEPS; i++) {
        good = step() && good;
    }
    check(good, "200000 random steps against a model");
    table.limit = 10;
    for (uint32_t i = 0; i < LIMIT; i++) {
        fd_table_clear(&table, (int)i);
    }
    for (int i = 0; i < 10; i++) {
        fd_table_set(&table, fd_table_lowest(&table, 0),
                     (struct fd){.kind = KIND_PIPE});
    }
    check(fd_table_lowest(&table, 0) == -1, "the limit");
    check(table.high == 10 && table.lowest == 10, "its marks");
}
