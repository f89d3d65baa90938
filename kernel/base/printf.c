/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted text.  One state (struct out), one conversion parsed at a time
 * (struct spec).
 */
#include <stdbool.h>
#include <stdint.h>
#include <base/printf.h>
#include <base/string.h>

struct out {
    char *buf;
    size_t size;  /* of buf, with the terminator */
    size_t count; /* characters that there were, kept or not */
};

struct spec {
    bool left, zero;
    int width, precision; /* precision < 0: none */
    int length;           /* bytes of the integer argument: 1 2 4 8 */
    char conversion;
};

static void
put(struct out *o, char c)
{
    if (o->count + 1 < o->size) {
        o->buf[o->count] = c;
    }
    o->count++;
}

static void
put_field(struct out *o, const struct spec *s, const char *prefix,
          const char *text, size_t n, size_t zeros)
{
    size_t used = strlen(prefix) + n + zeros;
    size_t pad = (size_t)s->width > used ? (size_t)s->width - used : 0;

    for (size_t i = 0; !s->left && i < pad; i++) {
        put(o, ' ');
    }
    while (*prefix != '\0') {
        put(o, *prefix++);
    }
    while (zeros-- != 0) {
        put(o, '0');
    }
    while (n-- != 0) {
        put(o, *text++);
    }
    for (size_t i = 0; s->left && i < pad; i++) {
        put(o, ' ');
    }
}

static void
put_number(struct out *o, const struct spec *s, uint64_t v, unsigned base,
           const char *prefix)
{
    const char *digits =
        s->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[24];
    size_t n = 0, zeros = 0, used;

    while (v != 0) {
        text[sizeof(text) - ++n] = digits[v % base];
        v /= base;
    }
    if (s->precision < 0 && n == 0) {
        text[sizeof(text) - ++n] = '0';
    }
    if (s->precision >= 0 && (size_t)s->precision > n) {
        zeros = (size_t)s->precision - n;
    }
    used = strlen(prefix) + n;
    if (s->zero && !s->left && s->precision < 0 && (size_t)s->width > used) {
        zeros = (size_t)s->width - used;
    }
    put_field(o, s, prefix, text + sizeof(text) - n, n, zeros);
}

static const char *
parse_spec(const char *f, struct spec *s, va_list *ap)
{
    *s = (struct spec){ .precision = -1, .length = 4 };
    for (; *f == '-' || *f == '0'; f++) {
        s->left |= *f == '-';
        s->zero |= *f == '0';
    }
    if (*f == '*') {
        s->width = va_arg(*ap, int);
        f++;
    }
    for (; *f >= '0' && *f <= '9'; f++) {
        s->width = s->width * 10 + (*f - '0');
    }
    if (*f == '.') {
        s->precision = 0;
        f++;
        if (*f == '*') {
            s->precision = va_arg(*ap, int);
            f++;
        }
        for (; *f >= '0' && *f <= '9'; f++) {
            s->precision = s->precision * 10 + (*f - '0');
        }
    }
    for (; *f == 'l' || *f == 'z' || *f == 'h'; f++) {
        if (*f == 'h') {
            s->length = s->length == 2 ? 1 : 2;
        } else {
            s->length = 8;
        }
    }
    s->conversion = *f;
    return *f == '\0' ? f : f + 1;
}

static uint64_t
fetch(const struct spec *s, va_list *ap, bool is_signed)
{
    if (s->length == 8) {
        return va_arg(*ap, uint64_t);
    }
    if (is_signed) {
        int v = va_arg(*ap, int);

        v = s->length == 1 ? (signed char)v : s->length == 2 ? (short)v : v;
        return (uint64_t)(int64_t)v;
    }
    unsigned u = va_arg(*ap, unsigned);

    return s->length == 1   ? (unsigned char)u
           : s->length == 2 ? (unsigned short)u
                            : u;
}

static void
convert(struct out *o, const struct spec *s, va_list *ap)
{
    const char *text;
    int64_t v;
    char c;

    switch (s->conversion) {
    case 'd':
    case 'i':
        v = (int64_t)fetch(s, ap, true);
        put_number(o, s, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, 10,
                   v < 0 ? "-" : "");
        break;
    case 'u':
        put_number(o, s, fetch(s, ap, false), 10, "");
        break;
    case 'o':
        put_number(o, s, fetch(s, ap, false), 8, "");
        break;
    case 'x':
    case 'X':
        put_number(o, s, fetch(s, ap, false), 16, "");
        break;
    case 'p':
        put_number(o, s, (uintptr_t)va_arg(*ap, void *), 16, "0x");
        break;
    case 'c':
        c = (char)va_arg(*ap, int);
        put_field(o, s, "", &c, 1, 0);
        break;
    case 's':
        text = va_arg(*ap, const char *);
        if (text == NULL) {
            text = "(null)";
        }
        put_field(o, s, "", text,
                  s->precision >= 0 ? strnlen(text, (size_t)s->precision)
                                    : strlen(text),
                  0);
        break;
    case '%':
        put(o, '%');
        break;
    default: /* an unknown conversion shows itself */
        put(o, '%');
        put(o, s->conversion);
        break;
    }
}

int
kvsnprintf(char *buf, size_t size, const char *format, va_list ap)
{
    struct out o = { .buf = buf, .size = size };
    struct spec s;
    va_list args;

    va_copy(args, ap);
    while (*format != '\0') {
        if (*format != '%') {
            put(&o, *format++);
            continue;
        }
        format = parse_spec(format + 1, &s, &args);
        convert(&o, &s, &args);
    }
    va_end(args);
    if (size != 0) {
        buf[o.count < size ? o.count : size - 1] = '\0';
    }
    return (int)o.count;
}

int
ksnprintf(char *buf, size_t size, const char *format, ...)
{
    va_list ap;
    int n;

    va_start(ap, format);
    n = kvsnprintf(buf, size, format, ap);
    va_end(ap);
    return n;
}
