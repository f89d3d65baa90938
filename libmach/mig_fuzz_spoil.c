/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrong messages: a right one with something changed, or noise (see
 * mach/mig_fuzz.h).
 */
#include <mach/mig_fuzz.h>
#include <mach/notify.h>
#include <mach/string.h>

#define HEADER sizeof(mach_msg_header_t)

/* Where descriptor n is; 0 when there is none. */
static uint32_t
descriptor_at(const mach_msg_header_t *m, mach_msg_size_t size, uint32_t n)
{
    const uint8_t *base = (const uint8_t *)m;
    uint32_t at = HEADER + 4;

    for (;; n--) {
        uint8_t type;

        if (at + 12 > size) {
            return 0;
        }
        if (n == 0) {
            return at;
        }
        type = base[at + 11];
        at += type == MACH_MSG_PORT_DESCRIPTOR ? 12 : 16;
    }
}

static uint32_t
descriptor_count(const mach_msg_header_t *m, mach_msg_size_t size)
{
    uint32_t n = 0;

    if ((m->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 && size >= HEADER + 4) {
        memcpy(&n, m + 1, sizeof(n));
    }
    return n > 32 ? 32 : n;
}

static void
spoil_descriptor(struct mig_fuzz *f, mach_msg_header_t *m,
                 mach_msg_size_t size)
{
    uint32_t n = descriptor_count(m, size);
    uint8_t *p;
    uint64_t number;
    uint32_t at;

    if (n == 0) {
        m->msgh_bits ^= MACH_MSGH_BITS_COMPLEX;
        return;
    }
    at = descriptor_at(m, size, mig_fuzz_below(f, n));
    if (at == 0) {
        return;
    }
    p = (uint8_t *)m + at;
    switch (mig_fuzz_below(f, 6)) {
    case 0: /* another kind, or none that there is */
        p[11] = (uint8_t)mig_fuzz_below(f, 5);
        break;
    case 1: /* another disposition (of memory: the copy's sort) */
        p[10] = (uint8_t)(15 + mig_fuzz_below(f, 8));
        break;
    case 2: /* the right, or the address */
        number = mig_fuzz_number(f);
        memcpy(p, &number, p[11] == MACH_MSG_PORT_DESCRIPTOR ? 4 : 8);
        break;
    case 3: /* size or count */
        number = mig_fuzz_number(f);
        if (at + 16 <= size) {
            memcpy(p + 12, &number, 4);
        }
        break;
    case 4:
        p[8] ^= 1; /* deallocate */
        break;
    default: /* the number of descriptors */
        n += mig_fuzz_below(f, 2) != 0 ? 1u : ~0u;
        if (mig_fuzz_below(f, 4) == 0) {
            n = (uint32_t)mig_fuzz_number(f);
        }
        memcpy(m + 1, &n, sizeof(n));
        break;
    }
}

static mach_msg_size_t
spoil_size(struct mig_fuzz *f, mach_msg_size_t size)
{
    switch (mig_fuzz_below(f, 6)) {
    case 0:
        size += 4;
        break;
    case 1:
        size -= 4;
        break;
    case 2:
        size += mig_fuzz_below(f, 7) - 3;
        break;
    case 3:
        size = mig_fuzz_below(f, size + 1);
        break;
    case 4:
        size += mig_fuzz_below(f, 64) * 4;
        break;
    default:
        size = (mach_msg_size_t)mig_fuzz_number(f);
        break;
    }
    return size > MIG_FUZZ_ROOM ? MIG_FUZZ_ROOM : size;
}

static void
spoil_id(struct mig_fuzz *f, mach_msg_header_t *m)
{
    switch (mig_fuzz_below(f, 4)) {
    case 0:
        m->msgh_id += (int)mig_fuzz_below(f, 5) - 2;
        break;
    case 1:
        m->msgh_id += 100; /* a reply's */
        break;
    case 2:
        m->msgh_id = MACH_NOTIFY_FIRST
                     + (int)mig_fuzz_below(f, MACH_NOTIFY_LAST
                                                  - MACH_NOTIFY_FIRST + 1);
        break;
    default:
        m->msgh_id = (mach_msg_id_t)mig_fuzz_number(f);
        break;
    }
}

/* Some bytes after the header. */
static void
spoil_bytes(struct mig_fuzz *f, mach_msg_header_t *m, mach_msg_size_t size)
{
    uint8_t *base = (uint8_t *)m;
    uint32_t n = mig_fuzz_below(f, 4) + 1;

    if (size <= HEADER + 4) {
        return;
    }
    while (n-- != 0) {
        uint32_t at = HEADER + mig_fuzz_below(f, size - HEADER - 3);
        uint32_t number = (uint32_t)mig_fuzz_number(f);

        if (mig_fuzz_below(f, 2) != 0) {
            base[at] = (uint8_t)number;
        } else {
            memcpy(base + (at & ~3u), &number, sizeof(number));
        }
    }
}

mach_msg_size_t
mig_fuzz_spoil(struct mig_fuzz *f, mach_msg_header_t *m,
               mach_msg_size_t size)
{
    switch (mig_fuzz_below(f, 8)) {
    case 0:
    case 1:
        return spoil_size(f, size);
    case 2:
        spoil_id(f, m);
        break;
    case 3:
        m->msgh_bits ^= mig_fuzz_below(f, 2) != 0
                            ? MACH_MSGH_BITS_COMPLEX
                            : 1u << mig_fuzz_below(f, 32);
        break;
    case 4:
    case 5:
        spoil_descriptor(f, m, size);
        break;
    default:
        spoil_bytes(f, m, size);
        break;
    }
    return size;
}

mach_msg_size_t
mig_fuzz_noise(struct mig_fuzz *f, mach_msg_header_t *m)
{
    mach_msg_size_t size =
        HEADER + mig_fuzz_below(f, mig_fuzz_below(f, 8) == 0 ? 8192 : 200);
    uint32_t n = mig_fuzz_below(f, 8);

    for (mach_msg_size_t at = HEADER; at < size; at += 8) {
        uint64_t word = mig_fuzz_number(f);

        memcpy((uint8_t *)m + at, &word, sizeof(word));
    }
    m->msgh_bits = 0;
    m->msgh_size = size;
    m->msgh_voucher_port = 0;
    if (mig_fuzz_below(f, 2) != 0) {
        m->msgh_bits = MACH_MSGH_BITS_COMPLEX;
        memcpy(m + 1, &n, sizeof(n));
        for (uint32_t i = 0; i < n; i++) {
            uint32_t at = descriptor_at(m, size, i);

            if (at != 0) {
                mach_msg_type_name_t disposition = 16 + mig_fuzz_below(f, 6);
                mach_port_name_t name = f->port(f, "", &disposition);
                uint8_t *p = (uint8_t *)m + at;

                memcpy(p, &name, sizeof(name));
                p[10] = (uint8_t)disposition;
                p[11] = (uint8_t)mig_fuzz_below(f, 3);
            }
        }
    }
    return size;
}

const struct mig_fuzz_routine *
mig_fuzz_choose(struct mig_fuzz *f, const struct mig_fuzz_interface *i)
{
    return &i->routine[mig_fuzz_below(f, i->count)];
}

mach_msg_size_t
mig_fuzz_message(struct mig_fuzz *f, const struct mig_fuzz_routine *r,
                 mach_msg_header_t *m)
{
    mach_msg_size_t size;
    uint32_t wrong;

    if (mig_fuzz_below(f, 16) == 0) {
        size = mig_fuzz_noise(f, m);
        m->msgh_id = r->id;
        return size;
    }
    size = mig_fuzz_request(f, r, m);
    wrong = mig_fuzz_below(f, 8);
    for (wrong = wrong < 4 ? 0 : wrong < 6 ? 1 : wrong - 4; wrong != 0;
         wrong--) {
        size = mig_fuzz_spoil(f, m, size);
    }
    return size;
}
