/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Right messages from tables of `mig -fuzz` (see mach/mig_fuzz.h).
 */
#include <mach/mig_fuzz.h>
#include <mach/string.h>

uint64_t
mig_fuzz_word(struct mig_fuzz *f)
{
    uint64_t word = 0;

    if (f->left != 0) {
        size_t n = f->left < sizeof(word) ? f->left : sizeof(word);

        memcpy(&word, f->data, n);
        f->data += n;
        f->left -= n;
        f->state ^= word;
        return word;
    }
    /* xorshift64*; the seed is not 0. */
    f->state ^= f->state >> 12;
    f->state ^= f->state << 25;
    f->state ^= f->state >> 27;
    if (f->state == 0) {
        f->state = 0x9e3779b97f4a7c15ull;
    }
    return f->state * 0x2545f4914f6cdd1dull;
}

uint32_t
mig_fuzz_below(struct mig_fuzz *f, uint32_t n)
{
    if (f->left != 0) {
        /* A byte of the input for a small choice. */
        uint32_t choice = *f->data;

        f->data++;
        f->left--;
        if (n > 256 && f->left != 0) {
            choice = choice << 8 | *f->data;
            f->data++;
            f->left--;
        }
        return choice % n;
    }
    return (uint32_t)(mig_fuzz_word(f) >> 32) % n;
}

uint64_t
mig_fuzz_number(struct mig_fuzz *f)
{
    uint64_t n;

    switch (mig_fuzz_below(f, 8)) {
    case 0:
        return 0;
    case 1:
    case 2:
        return mig_fuzz_below(f, 40);
    case 3:
        return ~(uint64_t)mig_fuzz_below(f, 8);
    case 4:
    case 5:
        n = 1ull << mig_fuzz_below(f, 64);
        return n + mig_fuzz_below(f, 3) - 1;
    case 6:
        return (uint64_t)mig_fuzz_below(f, 64) * 4096;
    default:
        return mig_fuzz_word(f);
    }
}

static uint64_t
value_of(struct mig_fuzz *f, const char *type)
{
    uint64_t value;

    if (f->value != NULL && mig_fuzz_below(f, 16) != 0
        && f->value(f, type, &value)) {
        return value;
    }
    return mig_fuzz_number(f);
}

/* n elements of the field at p. */
static void
fill(struct mig_fuzz *f, const struct mig_fuzz_field *d, uint8_t *p,
     uint32_t n)
{
    uint32_t unit = d->unit > 8 ? 8 : d->unit;

    if (d->text) {
        memset(p, 'a' + (int)mig_fuzz_below(f, 26), n);
        if (n != 0) {
            p[n - 1] = '\0';
        }
        return;
    }
    /* The first and the last are chosen, those between repeat. */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t value = i < 8 || i == n - 1 ? value_of(f, d->type) : i;

        memset(p + (size_t)i * d->unit, 0, d->unit);
        memcpy(p + (size_t)i * d->unit, &value, unit);
    }
}

/* Elements of a variable array: few, many, or none. */
static uint32_t
choose_count(struct mig_fuzz *f, const struct mig_fuzz_field *d)
{
    uint32_t limit = d->limit == 0 ? 65536u / d->unit : d->limit;

    switch (mig_fuzz_below(f, 8)) {
    case 0:
        return d->text ? 1 : 0;
    case 1:
        return limit;
    case 2:
        return mig_fuzz_below(f, limit) + 1;
    default:
        return mig_fuzz_below(f, limit < 24 ? limit : 24) + 1;
    }
}

static void
put_port(struct mig_fuzz *f, const struct mig_fuzz_field *d, uint8_t *p)
{
    mach_msg_port_descriptor_t desc = {.type = MACH_MSG_PORT_DESCRIPTOR};
    mach_msg_type_name_t disposition = d->disposition == 0xff
                                           ? 16 + mig_fuzz_below(f, 6)
                                           : d->disposition;

    desc.name = f->port(f, d->type, &disposition);
    desc.disposition = disposition & 0xffu;
    memcpy(p, &desc, sizeof(desc));
}

static void
put_memory(struct mig_fuzz *f, const struct mig_fuzz_field *d, uint8_t *p,
           uint32_t count)
{
    mach_msg_ool_descriptor_t desc = {
        .type = MACH_MSG_OOL_DESCRIPTOR,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .size = count * d->unit,
    };
    bool deallocate = false;

    desc.address = f->memory(f, desc.size, &deallocate);
    desc.deallocate = deallocate;
    memcpy(p, &desc, sizeof(desc));
}

static void
put_ports(struct mig_fuzz *f, const struct mig_fuzz_field *d, uint8_t *p,
          uint32_t count)
{
    mach_msg_ool_ports_descriptor_t desc = {
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .disposition = d->disposition,
        .count = count,
    };
    bool deallocate = false;
    mach_port_name_t *names;

    desc.address = f->memory(f, count * 4, &deallocate);
    names = (mach_port_name_t *)(uintptr_t)desc.address;
    for (uint32_t i = 0; i < count && names != NULL; i++) {
        mach_msg_type_name_t disposition = d->disposition;

        names[i] = f->port(f, d->type, &disposition);
    }
    desc.deallocate = deallocate;
    memcpy(p, &desc, sizeof(desc));
}

static uint32_t
descriptor_size(const struct mig_fuzz_field *d)
{
    return d->kind == MIG_FUZZ_PORT ? 12 : 16;
}

/* Counts of the last descriptors, which their COUNT fields tell. */
struct counts {
    uint32_t of[16];
    uint32_t n;
    uint32_t next;
};

static void
put_descriptors(struct mig_fuzz *f, const struct mig_fuzz_field *d,
                uint8_t *p, struct counts *counts)
{
    for (uint32_t i = 0; i < d->repeat; i++, p += descriptor_size(d)) {
        uint32_t count = d->kind == MIG_FUZZ_PORT ? 0 : choose_count(f, d);

        if (d->kind == MIG_FUZZ_PORT) {
            put_port(f, d, p);
            continue;
        }
        if (d->kind == MIG_FUZZ_OOL) {
            put_memory(f, d, p, count);
        } else {
            put_ports(f, d, p, count);
        }
        if (counts->n < 16) {
            counts->of[counts->n++] = count;
        }
    }
}

/* A field of the body at p; the bytes that it takes. */
static uint32_t
put_field(struct mig_fuzz *f, const struct mig_fuzz_field *d, uint8_t *p,
          struct counts *counts, const struct mig_fuzz_field *next)
{
    uint32_t count;

    switch (d->kind) {
    case MIG_FUZZ_COUNT:
        if (next != NULL && next->kind == MIG_FUZZ_DATA) {
            count = choose_count(f, next);
            counts->of[0] = count;
            memcpy(p, &count, sizeof(count));
            return 4;
        }
        for (uint32_t i = 0; i < d->repeat; i++) {
            count = counts->next < counts->n ? counts->of[counts->next++] : 0;
            memcpy(p + i * 4, &count, sizeof(count));
        }
        return 4u * d->repeat;
    case MIG_FUZZ_CAPACITY:
        count = (uint32_t)mig_fuzz_number(f);
        memcpy(p, &count, sizeof(count));
        return 4;
    case MIG_FUZZ_DATA:
        /* With samecount it is the count of an array before. */
        count = counts->of[0] < d->limit ? counts->of[0] : d->limit;
        fill(f, d, p, count);
        return count * d->unit;
    default:
        fill(f, d, p, d->unit == 0 ? 0 : d->size / d->unit);
        return d->size;
    }
}

static uint32_t
round_to(uint32_t at, uint32_t align)
{
    return (at + align - 1) & ~(align - 1);
}

mach_msg_size_t
mig_fuzz_request(struct mig_fuzz *f, const struct mig_fuzz_routine *r,
                 mach_msg_header_t *m)
{
    uint8_t *base = (uint8_t *)m;
    struct counts counts = {.n = 0};
    uint32_t at = sizeof(*m), i = 0;
    uint32_t descriptors = r->descriptors;

    memset(m, 0, r->max_size);
    m->msgh_id = r->id;
    if (descriptors != 0) {
        m->msgh_bits = MACH_MSGH_BITS_COMPLEX;
        memcpy(base + at, &descriptors, sizeof(descriptors));
        at += 4;
    }
    for (; i < r->fields && r->field[i].kind <= MIG_FUZZ_OOL_PORTS; i++) {
        put_descriptors(f, &r->field[i], base + at, &counts);
        at += descriptor_size(&r->field[i]) * r->field[i].repeat;
    }
    memset(base + at, 0, 8); /* NDR: little endian, ASCII, IEEE */
    base[at + 4] = 1;
    at += 8;
    for (; i < r->fields; i++) {
        const struct mig_fuzz_field *next =
            i + 1 < r->fields ? &r->field[i + 1] : NULL;

        at = round_to(at, r->field[i].align);
        at += put_field(f, &r->field[i], base + at, &counts, next);
    }
    m->msgh_size = round_to(at, 4);
    return m->msgh_size;
}
