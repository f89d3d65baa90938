/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rights that an attacker has, by kind.
 */
#include "fuzz.h"

#define POOL 192

static struct {
    mach_port_name_t name;
    const char *kind;
} pool[POOL];
static unsigned used, oldest;

const char *
pool_kind(const char *type)
{
    static const struct {
        const char *type, *kind;
    } same[] = {
        { "ipc_space_t", "task_t" },
        { "vm_map_t", "task_t" },
        { "mach_port_t", "" },
        { "mach_port_poly_t", "" },
        { "mach_port_send_once_t", "" },
    };

    for (unsigned i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        if (strcmp(type, same[i].type) == 0) {
            return same[i].kind;
        }
    }
    return type;
}

void
pool_add(mach_port_name_t name, const char *kind)
{
    unsigned i = used;

    if (!MACH_PORT_VALID(name)) {
        return;
    }
    if (used < POOL) {
        used++;
    } else {
        /* The first ones, one of each kind, stay. */
        i = POOL / 4 + oldest++ % (POOL - POOL / 4);
        mach_port_deallocate_trap(pool[i].name);
    }
    pool[i].name = name;
    pool[i].kind = kind;
}

mach_port_name_t
pool_pick(struct mig_fuzz *f, const char *kind)
{
    unsigned start;

    if (used == 0) {
        return MACH_PORT_NULL;
    }
    start = mig_fuzz_below(f, used);
    if (*kind == '\0' || mig_fuzz_below(f, 12) == 0) {
        return pool[start].name;
    }
    for (unsigned i = 0; i < used; i++) {
        unsigned at = (start + i) % used;

        if (strcmp(pool[at].kind, kind) == 0) {
            return pool[at].name;
        }
    }
    return pool[start].name;
}

unsigned
pool_count(void)
{
    return used;
}

void
pool_entry(unsigned i, mach_port_name_t *name, const char **kind)
{
    *name = pool[i].name;
    *kind = pool[i].kind;
}
