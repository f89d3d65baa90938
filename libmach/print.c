/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf for programs without a C library, and lines for the kernel's log.
 */
#include <stdbool.h>
#include <mach/mach.h>

struct output {
    char *at;
    size_t size;   /* room, the terminating NUL included */
    size_t length; /* what the whole text would take */
};

struct spec {
    bool left, zero;
    int width, precision; /* precision -1: none */
    int size;             /* 0 int, 1 long, -1 short, -2 char */
};

static void
put(struct output *o, char c)
{
    if (o->length + 1 < o->size) {
        o->at[o->length] = c;
    }
    o->length++;
}

static void
put_padded(struct output *o, const struct spec *s, const char *sign,
           const char *text, size_t n)
{
    size_t signs = 0, total;
    char pad = s->zero && !s->left ? '0' : ' ';

    while (sign[signs] != '\0') {
        signs++;
    }
    total = n + signs;
    if (pad == '0') {
        for (size_t i = 0; i < signs; i++) {
            put(o, sign[i]);
        }
    }
    for (int i = (int)total; !s->left && i < s->width; i++) {
        put(o, pad);
    }
    if (pad != '0') {
        for (size_t i = 0; i < signs; i++) {
            put(o, sign[i]);
        }
    }
    for (size_t i = 0; i < n; i++) {
        put(o, text[i]);
    }
    for (int i = (int)total; s->left && i < s->width; i++) {
        put(o, ' ');
    }
}

static void
put_number(struct output *o, const struct spec *s, const char *sign,
           uint64_t value, unsigned base, bool upper)
{
    char digits[24];
    size_t at = sizeof(digits);

    do {
        unsigned d = (unsigned)(value % base);

        digits[--at] = (char)(d < 10 ? '0' + d : (upper ? 'A' : 'a') + d - 10);
        value /= base;
    } while (value != 0);
    put_padded(o, s, sign, digits + at, sizeof(digits) - at);
}

static const char *
parse_number(const char *f, int *value, va_list *ap)
{
    if (*f == '*') {
        *value = va_arg(*ap, int);
        return f + 1;
    }
    *value = 0;
    while (*f >= '0' && *f <= '9') {
        *value = *value * 10 + (*f++ - '0');
    }
    return f;
}

static const char *
parse_spec(const char *f, struct spec *s, va_list *ap)
{
    *s = (struct spec){.precision = -1};
    for (; *f == '-' || *f == '0'; f++) {
        if (*f == '-') {
            s->left = true;
        } else {
            s->zero = true;
        }
    }
    f = parse_number(f, &s->width, ap);
    if (*f == '.') {
        f = parse_number(f + 1, &s->precision, ap);
    }
    for (; *f == 'l' || *f == 'h' || *f == 'z'; f++) {
        s->size = *f == 'h' ? s->size - 1 : 1;
    }
    return f;
}

static void
put_string(struct output *o, const struct spec *s, const char *text)
{
    size_t n = 0;

    if (text == NULL) {
        text = "(null)";
    }
    while ((s->precision < 0 || n < (size_t)s->precision) && text[n] != '\0') {
        n++;
    }
    put_padded(o, s, "", text, n);
}

static void
put_signed(struct output *o, const struct spec *s, va_list *ap)
{
    int64_t v = s->size > 0 ? va_arg(*ap, int64_t) : va_arg(*ap, int);
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;

    put_number(o, s, v < 0 ? "-" : "", u, 10, false);
}

static void
put_unsigned(struct output *o, const struct spec *s, unsigned base, bool upper,
             va_list *ap)
{
    uint64_t v = s->size > 0 ? va_arg(*ap, uint64_t)
                             : va_arg(*ap, unsigned int);

    if (s->size == -1) {
        v &= 0xffff;
    } else if (s->size < -1) {
        v &= 0xff;
    }
    put_number(o, s, "", v, base, upper);
}

int
mach_vsnprintf(char *buffer, size_t size, const char *f, va_list arguments)
{
    struct output o = {buffer, size, 0};
    va_list ap;

    va_copy(ap, arguments);
    for (; *f != '\0'; f++) {
        struct spec s;
        char c;

        if (*f != '%') {
            put(&o, *f);
            continue;
        }
        f = parse_spec(f + 1, &s, &ap);
        if (*f == 'd' || *f == 'i') {
            put_signed(&o, &s, &ap);
        } else if (*f == 'u') {
            put_unsigned(&o, &s, 10, false, &ap);
        } else if (*f == 'x' || *f == 'X') {
            put_unsigned(&o, &s, 16, *f == 'X', &ap);
        } else if (*f == 'p') {
            put_number(&o, &s, "0x", (uint64_t)(uintptr_t)va_arg(ap, void *),
                       16, false);
        } else if (*f == 's') {
            put_string(&o, &s, va_arg(ap, const char *));
        } else if (*f == 'c') {
            c = (char)va_arg(ap, int);
            put_padded(&o, &s, "", &c, 1);
        } else if (*f == '\0') {
            break;
        } else {
            put(&o, *f);
        }
    }
    va_end(ap);
    if (size > 0) {
        buffer[o.length < size ? o.length : size - 1] = '\0';
    }
    return (int)o.length;
}

int
mach_snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list ap;
    int n;

    va_start(ap, format);
    n = mach_vsnprintf(buffer, size, format, ap);
    va_end(ap);
    return n;
}

void
mach_printf(const char *format, ...)
{
    char line[1000];
    va_list ap;

    va_start(ap, format);
    mach_vsnprintf(line, sizeof(line), format, ap);
    va_end(ap);
    mach_puts(line);
}
