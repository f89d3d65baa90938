/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Index of the archive's boot/ members, made in one pass.
 */
#include "bootstrap.h"

static void
remember(const struct archive_member *m)
{
    struct member *slot = NULL;

    for (unsigned i = 0; i < boot.member_count && slot == NULL; i++) {
        if (strcmp(boot.members[i].name, m->name) == 0) {
            slot = &boot.members[i]; /* the later one counts */
        }
    }
    if (slot == NULL) {
        if (boot.member_count == MEMBERS_MAX) {
            boot_fail("more than %d members in boot/", MEMBERS_MAX);
        }
        slot = &boot.members[boot.member_count++];
    }
    memcpy(slot->name, m->name, strlen(m->name) + 1);
    slot->data = m->data;
    slot->size = m->size;
}

void
members_index(void)
{
    static struct archive_member m;
    struct archive a = {
        .data = (const uint8_t *)boot.info->bi_archive,
        .size = boot.info->bi_archive_size,
    };
    enum archive_result result;

    while ((result = archive_next(&a, &m)) == ARCHIVE_OK) {
        if (m.type == ARCHIVE_FILE && strncmp(m.name, "boot/", 5) == 0 &&
            strlen(m.name) < CONF_NAME_MAX) {
            remember(&m);
        }
    }
    if (result == ARCHIVE_BAD) {
        boot_fail("the boot archive is damaged at byte %zu of %zu", a.next,
                  a.size);
    }
}

const struct member *
member_find(const char *name)
{
    for (unsigned i = 0; i < boot.member_count; i++) {
        if (strcmp(boot.members[i].name, name) == 0) {
            return &boot.members[i];
        }
    }
    return NULL;
}
