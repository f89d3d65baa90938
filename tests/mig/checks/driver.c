/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Breaks honest messages in every place.  What includes this file has put in
 * front of it the stubs, whose checks say by mig_broke() who has refused; and
 * the table of messages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER 24u
#define PAST 64u    /* bytes behind a message's end that are there */
#define LONG 20000u /* of longer messages only the last bytes are cut off */

static int failures;

/* The answer of the check function to these bytes. */
static kern_return_t
deliver(const struct honest *h, const unsigned char *bytes, unsigned size)
{
    unsigned char *block = malloc(size);
    kern_return_t kr;

    memcpy(block, bytes, size);
    ((mach_msg_header_t *)(void *)block)->msgh_size = size;
    kr = h->check((const mach_msg_header_t *)(const void *)block);
    free(block);
    return kr;
}

static void
expect(const struct honest *h, kern_return_t got, kern_return_t want,
       const char *what)
{
    if (got != want) {
        printf("# %s: %s: %d, not %d\n", h->name, what, got, want);
        failures++;
    }
}

/* The header: complex bit, size, and a reply's id. */
static void
break_header(const struct honest *h, unsigned char *bytes)
{
    mach_msg_header_t *head = (mach_msg_header_t *)(void *)bytes;
    kern_return_t wrong = h->reply ? MIG_TYPE_ERROR : MIG_BAD_ARGUMENTS;

    head->msgh_bits ^= MACH_MSGH_BITS_COMPLEX;
    expect(h, deliver(h, bytes, h->size), wrong, "the complex bit");
    head->msgh_bits ^= MACH_MSGH_BITS_COMPLEX;
    memset(bytes + h->size, 0, h->most + PAST - h->size);
    expect(h, deliver(h, bytes, h->most + 4), wrong, "too long");
    (void)deliver(h, bytes, h->size + 4);
    if (h->least > HEADER) {
        expect(h, deliver(h, bytes, h->least - 4), wrong, "too short");
    }
    if (h->reply) {
        head->msgh_id++;
        expect(h, deliver(h, bytes, h->size), MIG_REPLY_MISMATCH, "the id");
        head->msgh_id = 71;
        expect(h, deliver(h, bytes, h->size), MIG_SERVER_DIED, "a death");
    }
}

static void
break_word(const struct honest *h, unsigned char *bytes, unsigned at)
{
    uint32_t was, is;

    if (at + sizeof(was) > h->size) {
        return;
    }
    memcpy(&was, bytes + at, sizeof(was));
    {
        const uint32_t values[] = {0, 1, 2, 3, was - 1, was + 1, was + 4,
                                   was * 2, was / 2, 0x7fffffff, 0x80000000,
                                   0xffffffff};

        for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            is = values[i];
            memcpy(bytes + at, &is, sizeof(is));
            (void)deliver(h, bytes, h->size);
        }
    }
    memcpy(bytes + at, &was, sizeof(was));
}

static void
break_byte(const struct honest *h, unsigned char *bytes, unsigned at)
{
    static const unsigned char values[] = {0, 1, 2, 3, 16, 17, 18, 'y', 255};
    unsigned char was = bytes[at];

    for (unsigned i = 0; i < sizeof(values); i++) {
        bytes[at] = values[i];
        (void)deliver(h, bytes, h->size);
    }
    bytes[at] = was;
}

static void
break_message(const struct honest *h)
{
    unsigned char *bytes = malloc(h->most + PAST);
    unsigned size = h->size > LONG ? h->size - LONG : HEADER;

    memcpy(bytes, h->bytes, h->size);
    expect(h, deliver(h, bytes, h->size), KERN_SUCCESS, "an honest message");
    for (unsigned i = 0; i < h->places; i++) {
        break_byte(h, bytes, h->place[i]);
        break_word(h, bytes, h->place[i]);
    }
    for (size = size < h->least ? h->least : size; size < h->size;
         size += 4) {
        (void)deliver(h, bytes, size);
    }
    break_header(h, bytes);
    free(bytes);
}

int
main(void)
{
    for (unsigned i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        break_message(&messages[i]);
    }
    for (unsigned i = 0; i < CHECKS; i++) {
        printf("%s %s\n", check_names[i], broken[i] ? "broken" : "UNBROKEN");
    }
    printf("messages %zu\n", sizeof(messages) / sizeof(messages[0]));
    return failures != 0;
}
