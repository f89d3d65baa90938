/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reader of the boot archive (see <mach/archive.h>).
 */
#include <mach/archive.h>
#include <mach/string.h>

#define BLOCK 512u

/* The ustar header: offsets and lengths of its fields. */
struct header {
    char name[100], mode[8], uid[8], gid[8], size[12], mtime[12];
    char checksum[8], type, link[100], magic[6], version[2];
    char uname[32], gname[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "ustar");

/* What extension headers say about the next member. */
struct extension {
    bool has_name, has_link, has_size, has_mtime;
    uint64_t size;
    int64_t mtime, mtime_nsec;
};

static uint64_t
number(const char *field, size_t length)
{
    uint64_t value = 0;
    size_t i = 0;

    if ((unsigned char)field[0] & 0x80) {
        value = (unsigned char)field[0] & 0x3f;
        for (i = 1; i < length; i++) {
            value = value << 8 | (unsigned char)field[i];
        }
        return value;
    }
    while (i < length && field[i] == ' ') {
        i++;
    }
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++) {
        value = value << 3 | (uint64_t)(field[i] - '0');
    }
    return value;
}

/* The sum of all bytes, those of the checksum itself counted as blanks. */
static bool
checksum_valid(const struct header *h)
{
    const uint64_t even = 0x00ff00ff00ff00ffull;
    uint64_t lanes = 0, sum = 0, word;

    for (size_t i = 0; i < BLOCK; i += 8) {
        memcpy(&word, (const char *)h + i, 8);
        lanes += (word & even) + (word >> 8 & even);
    }
    for (; lanes != 0; lanes >>= 16) {
        sum += lanes & 0xffff;
    }
    for (size_t i = 0; i < sizeof(h->checksum); i++) {
        sum += ' ' - (uint64_t)(unsigned char)h->checksum[i];
    }
    return sum == number(h->checksum, sizeof(h->checksum));
}

static bool
is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (block[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Append at most n bytes up to a NUL; false when there is no room. */
static bool
append(char *to, size_t *length, const char *from, size_t n)
{
    for (size_t i = 0; i < n && from[i] != '\0'; i++) {
        if (*length + 1 >= ARCHIVE_NAME_MAX) {
            return false;
        }
        to[(*length)++] = from[i];
    }
    to[*length] = '\0';
    return true;
}

static bool
set_text(char *to, const char *from, size_t n)
{
    size_t length = 0;

    return append(to, &length, from, n);
}

/* Decimal digits; *end is where they stop. */
static uint64_t
decimal(const char *text, const char *limit, const char **end)
{
    uint64_t value = 0;

    while (text < limit && *text >= '0' && *text <= '9') {
        value = value * 10 + (uint64_t)(*text++ - '0');
    }
    *end = text;
    return value;
}

static void
set_mtime(struct extension *x, const char *value, const char *limit)
{
    bool negative = value < limit && *value == '-';
    int64_t scale = 100000000;

    x->has_mtime = true;
    x->mtime = (int64_t)decimal(value + negative, limit, &value);
    x->mtime_nsec = 0;
    if (negative) {
        x->mtime = -x->mtime;
        return;
    }
    if (value < limit && *value == '.') {
        for (value++; value < limit && *value >= '0' && *value <= '9' &&
                      scale > 0; value++, scale /= 10) {
            x->mtime_nsec += (*value - '0') * scale;
        }
    }
}

static bool
key_is(const char *key, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(key, name, length) == 0;
}

/* "LENGTH KEY=VALUE\n" records. */
static bool
read_pax(const char *data, uint64_t size, struct extension *x,
         struct archive_member *m)
{
    const char *at = data, *end = data + size;

    while (at < end && *at != '\0') {
        const char *key, *value, *limit;
        uint64_t length = decimal(at, end, &key);

        if (length < 5 || length > (uint64_t)(end - at) || *key != ' ') {
            return false;
        }
        limit = at + length - 1; /* the newline */
        for (value = ++key; value < limit && *value != '='; value++) {
            continue;
        }
        if (value >= limit) {
            return false;
        }
        value++;
        size_t n = (size_t)(value - 1 - key), room = (size_t)(limit - value);

        if (key_is(key, n, "path")) {
            x->has_name = set_text(m->name, value, room);
            if (!x->has_name) {
                return false;
            }
        } else if (key_is(key, n, "linkpath")) {
            x->has_link = set_text(m->link, value, room);
            if (!x->has_link) {
                return false;
            }
        } else if (key_is(key, n, "size")) {
            x->size = decimal(value, limit, &value);
            x->has_size = true;
        } else if (key_is(key, n, "mtime")) {
            set_mtime(x, value, limit);
        }
        at += length;
    }
    return true;
}

/* An absolute or dotted name is the same member as the plain one. */
static void
clean_name(char *name)
{
    size_t from = 0, length = strlen(name);

    for (;;) {
        if (name[from] == '/') {
            from++;
        } else if (name[from] == '.' && name[from + 1] == '/') {
            from += 2;
        } else {
            break;
        }
    }
    while (length > from && name[length - 1] == '/') {
        length--;
    }
    memmove(name, name + from, length - from);
    name[length - from] = '\0';
}

static bool
fill_member(const struct header *h, const struct extension *x,
            struct archive_member *m)
{
    size_t n = 0;
    bool ustar = memcmp(h->magic, "ustar\0" "00", 8) == 0;

    if (!x->has_name) {
        m->name[0] = '\0';
        if (ustar && h->prefix[0] != '\0' &&
            (!append(m->name, &n, h->prefix, sizeof(h->prefix)) ||
             !append(m->name, &n, "/", 1))) {
            return false;
        }
        if (!append(m->name, &n, h->name, sizeof(h->name))) {
            return false;
        }
    }
    if (!x->has_link) {
        set_text(m->link, h->link, sizeof(h->link));
    }
    n = strlen(m->name);
    m->type = h->type == '\0' || h->type == '7' ? ARCHIVE_FILE : h->type;
    if (m->type == ARCHIVE_FILE && n > 0 && m->name[n - 1] == '/') {
        m->type = ARCHIVE_DIRECTORY; /* as in archives before ustar */
    }
    clean_name(m->name);
    m->mode = (uint32_t)number(h->mode, sizeof(h->mode)) & 07777;
    m->uid = (uint32_t)number(h->uid, sizeof(h->uid));
    m->gid = (uint32_t)number(h->gid, sizeof(h->gid));
    m->major = (uint32_t)number(h->major, sizeof(h->major));
    m->minor = (uint32_t)number(h->minor, sizeof(h->minor));
    m->mtime = x->has_mtime ? x->mtime
                            : (int64_t)number(h->mtime, sizeof(h->mtime));
    m->mtime_nsec = x->has_mtime ? x->mtime_nsec : 0;
    return true;
}

enum archive_result
archive_next(struct archive *a, struct archive_member *m)
{
    struct extension x = {0};

    for (;;) {
        const struct header *h = (const void *)(a->data + a->next);
        const uint8_t *data = a->data + a->next + BLOCK;
        uint64_t size, room;

        if (a->next > a->size || a->size - a->next < BLOCK) {
            return ARCHIVE_END;
        }
        if (is_zero((const uint8_t *)h)) {
            a->next += BLOCK;
            continue;
        }
        if (!checksum_valid(h)) {
            return ARCHIVE_BAD;
        }
        size = x.has_size ? x.size : number(h->size, sizeof(h->size));
        if (h->type >= ARCHIVE_HARD_LINK && h->type <= ARCHIVE_FIFO) {
            size = 0; /* some archivers leave the file's there */
        }
        room = a->size - a->next - BLOCK;
        if (size > room) {
            return ARCHIVE_BAD;
        }
        a->next += BLOCK + (size_t)((size + BLOCK - 1) / BLOCK * BLOCK);
        if (h->type == 'L') {
            x.has_name = set_text(m->name, (const char *)data, size);
            if (!x.has_name) {
                return ARCHIVE_BAD;
            }
        } else if (h->type == 'K') {
            x.has_link = set_text(m->link, (const char *)data, size);
            if (!x.has_link) {
                return ARCHIVE_BAD;
            }
        } else if (h->type == 'x') {
            if (!read_pax((const char *)data, size, &x, m)) {
                return ARCHIVE_BAD;
            }
        } else if (h->type != 'g') {
            m->data = data;
            m->size = size;
            return fill_member(h, &x, m) ? ARCHIVE_OK : ARCHIVE_BAD;
        }
    }
}

bool
archive_find(const void *data, size_t size, const char *name,
             struct archive_member *m)
{
    struct archive a = {.data = data, .size = size};
    size_t at = 0, found = 0;
    bool there = false;

    for (;;) {
        at = a.next;
        if (archive_next(&a, m) != ARCHIVE_OK) {
            break;
        }
        if (m->type == ARCHIVE_FILE && strcmp(m->name, name) == 0) {
            there = true;
            found = at;
        }
    }
    if (!there) {
        return false;
    }
    a.next = found;
    return archive_next(&a, m) == ARCHIVE_OK;
}
