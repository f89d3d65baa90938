/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measures the rows and prints them, then turns the machine off.
 *
 * Booted in bootstrap's place.  Command line: `unit=ns` for nanoseconds instead
 * of ticks of the time-stamp counter (under QEMU's instruction counter: one
 * an instruction), `rows=NAME,NAME` for some rows, `list` for their names only.
 * Output, on the kernel's log: `NAME VALUE UNIT`.  Values are medians
 * of RUNS runs, for one operation; beside instructions, `NAME VALUE cr3` tells
 * how many address spaces were loaded.
 *
 * `count=N`: run each row once, N operations, and print nothing: what a tool
 * that looks from outside compares for two numbers N.
 */
#include <mach/boot_info.h>
#include <host/host.h>
#include "bench.h"

#define CENSUS_CR3 8 /* in host_census */
#define RUNS 5
#define SETTLE 50000000u /* ns */
#define LOOP 100000u /* iterations of two instructions */

int main(const struct boot_info *info);

/* Those that need many names, which are dearer, come last. */
static const struct row *const groups[] = {
    kernel_rows, fault_rows, mach_rows, sync_rows, sync_stub_rows, ool_rows,
    priority_rows, sweep_rows, sweep_sync_rows, wait_rows, set_rows,
};
static mach_port_t host;
static const char *current = "start";
static bool in_ns;
static uint64_t ticks; /* of now(), for 2 * LOOP instructions */

void
fail(const char *what, kern_return_t kr)
{
    mach_printf("Bail out! %s: %s: %s\n", current, what,
                mach_error_string(kr));
    for (;;) {
        host_reboot(host, 0, 1);
    }
}

/* Address spaces loaded since boot. */
static uint64_t
cr3_loads(void)
{
    uint64_t counts[16];
    mach_msg_type_number_t n = 16;

    MUST(host_census(host, counts, &n));
    return n > CENSUS_CR3 ? counts[CENSUS_CR3] : 0;
}

static uint64_t
now(void)
{
    uint32_t low, high;

    if (in_ns) {
        return clock_uptime();
    }
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | (uint64_t)high << 32;
}

static void
loop(unsigned n)
{
    __asm__ volatile("1: decl %0; jnz 1b" : "+r"(n) : : "cc");
}

static void
nothing(unsigned n)
{
    __asm__ volatile("" : : "r"(n));
}

static uint64_t
median(void (*run)(unsigned), unsigned n)
{
    uint64_t took[RUNS];

    for (unsigned i = 0; i < RUNS; i++) {
        uint64_t begin = now(), t;
        unsigned k = i;

        run(n);
        t = now() - begin;
        for (; k > 0 && took[k - 1] > t; k--) {
            took[k] = took[k - 1];
        }
        took[k] = t;
    }
    return took[RUNS / 2];
}

static unsigned
number(const char *digits)
{
    unsigned n = 0;

    while (*digits >= '0' && *digits <= '9') {
        n = n * 10 + (unsigned)(*digits++ - '0');
    }
    return n;
}

/* Lets the kernel take apart what the row before has left: while it has
 * something to do, it is ready to run. */
static void
settle(void)
{
    static uint32_t word;

    futex_wait(&word, 0, clock_uptime() + SETTLE, 0);
}

static void
run_once(const struct row *r, unsigned n)
{
    current = r->name;
    settle();
    if (r->setup != NULL) {
        r->setup();
    }
    r->run(n);
    if (r->finish != NULL) {
        r->finish();
    }
}

static void
measure(const struct row *r, uint64_t overhead)
{
    unsigned n = r->count;
    uint64_t took, loads;

    current = r->name;
    settle();
    if (r->setup != NULL) {
        r->setup();
    }
    r->run(n / 4 + 1); /* what happens only once */
    loads = cr3_loads();
    took = median(r->run, n);
    loads = (cr3_loads() - loads) * 100 / RUNS / n;
    if (r->finish != NULL) {
        r->finish();
    }
    took = took > overhead ? took - overhead : 0;
    if (!in_ns) {
        took = took * 2 * LOOP / ticks;
    }
    mach_printf("%s %lu %s\n", r->name, (took + n / 2) / n,
                in_ns ? "ns" : "instructions");
    if (!in_ns) {
        mach_printf("%s %lu.%02lu cr3\n", r->name, loads / 100, loads % 100);
    }
}

/* What follows the key in the command line, or NULL. */
static const char *
find(const char *line, const char *key)
{
    size_t n = strlen(key);

    while (strncmp(line, key, n) != 0) {
        line = strchr(line, ' ');
        if (line == NULL) {
            return NULL;
        }
        line++;
    }
    return line + n;
}

/* Is the name one of the list's?  Commas between, a space behind. */
static bool
listed(const char *list, const char *name)
{
    size_t n = strlen(name);

    for (;;) {
        if (strncmp(list, name, n) == 0 &&
            (list[n] == ',' || list[n] == ' ' || list[n] == '\0')) {
            return true;
        }
        while (*list != ',') {
            if (*list == ' ' || *list == '\0') {
                return false;
            }
            list++;
        }
        list++;
    }
}

static void
calibrate(void)
{
    ticks = 2 * LOOP;
    if (!in_ns) {
        uint64_t empty = median(nothing, LOOP);

        ticks = median(loop, LOOP) - empty;
    }
}

int
main(const struct boot_info *info)
{
    const char *line = info->bi_command_line;
    const char *rows = find(line, "rows=");
    const char *count = find(line, "count=");
    bool list = find(line, "list") != NULL;
    uint64_t overhead;

    host = info->bi_host_priv;
    in_ns = find(line, "unit=ns") != NULL;
    calibrate();
    overhead = median(nothing, 1);
    for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
        for (const struct row *r = groups[g]; r->name != NULL; r++) {
            if (list) {
                mach_printf("%s\n", r->name);
            } else if (rows != NULL && !listed(rows, r->name)) {
                continue;
            } else if (count != NULL) {
                run_once(r, number(count));
            } else {
                measure(r, overhead);
            }
        }
    }
    host_reboot(host, 0, 0);
    return 0;
}
