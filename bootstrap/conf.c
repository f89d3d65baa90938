/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parser of layout configurations (see conf.h).
 */
#include <mach/mach.h>
#include <mach/string.h>
#include "conf.h"

#define WORDS_MAX 4

struct line {
    char words[WORDS_MAX][CONF_NAME_MAX];
    unsigned count;
    bool indented, too_long, too_many;
};

struct parser {
    struct conf *conf;
    struct conf_server *server; /* the one that indented lines belong to */
    struct conf_error *error;
    unsigned line;
};

static bool
fail(struct parser *p, const char *what, const char *word)
{
    p->error->line = p->line;
    mach_snprintf(p->error->text, sizeof(p->error->text), "%s%s%s%s", what,
                  word[0] != '\0' ? " '" : "", word,
                  word[0] != '\0' ? "'" : "");
    return false;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void
split(const char *at, const char *end, struct line *l)
{
    *l = (struct line){.indented = at < end && is_blank(*at)};
    while (at < end) {
        size_t n = 0;

        if (is_blank(*at)) {
            at++;
            continue;
        }
        if (*at == '#') {
            break;
        }
        if (l->count == WORDS_MAX) {
            l->too_many = true;
            break;
        }
        for (; at < end && !is_blank(*at); at++) {
            if (n + 1 < CONF_NAME_MAX) {
                l->words[l->count][n++] = *at;
            } else {
                l->too_long = true;
            }
        }
        l->count++;
    }
}

/* A whole decimal or 0x number of at most 32 bits. */
static bool
parse_u32(const char *s, uint32_t *value)
{
    unsigned base = 10;
    uint64_t v = 0;

    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
        base = 16;
        s += 2;
    }
    if (*s == '\0') {
        return false;
    }
    for (; *s != '\0'; s++) {
        unsigned d = 99;

        if (*s >= '0' && *s <= '9') {
            d = (unsigned)(*s - '0');
        } else if (*s >= 'a' && *s <= 'f') {
            d = (unsigned)(*s - 'a') + 10;
        } else if (*s >= 'A' && *s <= 'F') {
            d = (unsigned)(*s - 'A') + 10;
        }
        if (d >= base) {
            return false;
        }
        v = v * base + d;
        if (v > UINT32_MAX) {
            return false;
        }
    }
    *value = (uint32_t)v;
    return true;
}

static bool
parse_boolean(struct parser *p, const struct line *l, bool *value)
{
    if (l->count == 2 && strcmp(l->words[1], "yes") == 0) {
        *value = true;
        return true;
    }
    if (l->count == 2 && strcmp(l->words[1], "no") == 0) {
        *value = false;
        return true;
    }
    return fail(p, "expected yes or no after", l->words[0]);
}

static bool
parse_server(struct parser *p, const struct line *l)
{
    struct conf_server *s;

    if (l->count != 3) {
        return fail(p, "expected: server NAME MEMBER", "");
    }
    for (unsigned i = 0; i < p->conf->server_count; i++) {
        if (strcmp(p->conf->servers[i].name, l->words[1]) == 0) {
            return fail(p, "second server of the name", l->words[1]);
        }
    }
    if (p->conf->server_count == CONF_SERVERS_MAX) {
        return fail(p, "too many servers", "");
    }
    s = &p->conf->servers[p->conf->server_count++];
    *s = (struct conf_server){.line = p->line, .stack_kib = 128};
    memcpy(s->name, l->words[1], CONF_NAME_MAX);
    memcpy(s->member, l->words[2], CONF_NAME_MAX);
    p->server = s;
    return true;
}

static bool
parse_provides(struct parser *p, const struct line *l)
{
    struct conf_server *s = p->server;
    bool public = l->count == 3 && strcmp(l->words[2], CONF_PUBLIC) == 0;

    if (l->count != 2 && !public) {
        return fail(p, "expected: provides SERVICE [public]", "");
    }
    if (strcmp(l->words[1], CONF_PUBLIC) == 0) {
        return fail(p, "no service can be called", CONF_PUBLIC);
    }
    for (unsigned i = 0; i < p->conf->server_count; i++) {
        const struct conf_server *other = &p->conf->servers[i];

        for (unsigned k = 0; k < other->service_count; k++) {
            if (strcmp(other->services[k], l->words[1]) == 0) {
                return fail(p, "second provider of the service", l->words[1]);
            }
        }
    }
    if (s->service_count == CONF_SERVICES_MAX) {
        return fail(p, "too many services for server", s->name);
    }
    s->service_public[s->service_count] = public;
    memcpy(s->services[s->service_count++], l->words[1], CONF_NAME_MAX);
    return true;
}

static bool
parse_grant(struct parser *p, const struct line *l)
{
    struct conf_grant g = {.count = 1};

    if (l->count == 2 && strcmp(l->words[1], "host-priv") == 0) {
        g.kind = GRANT_HOST_PRIV;
        memcpy(g.name, l->words[1], CONF_NAME_MAX);
    } else if (l->count == 3 && strcmp(l->words[1], "irq") == 0 &&
               parse_u32(l->words[2], &g.first)) {
        g.kind = GRANT_IRQ;
        mach_snprintf(g.name, sizeof(g.name), "irq %s", l->words[2]);
    } else if (l->count == 4 && strcmp(l->words[1], "ioports") == 0 &&
               parse_u32(l->words[2], &g.first) &&
               parse_u32(l->words[3], &g.count)) {
        if (g.count == 0 || g.first > 0xffff || g.count > 0x10000 - g.first) {
            return fail(p, "I/O ports out of range at", l->words[2]);
        }
        g.kind = GRANT_IOPORTS;
        mach_snprintf(g.name, sizeof(g.name), "ioports %s %s", l->words[2],
                      l->words[3]);
    } else {
        return fail(p, "expected: grant host-priv | irq N | "
                    "ioports FIRST COUNT", "");
    }
    if (p->server->grant_count == CONF_GRANTS_MAX) {
        return fail(p, "too many grants for server", p->server->name);
    }
    p->server->grants[p->server->grant_count++] = g;
    return true;
}

static bool
parse_stack(struct parser *p, const struct line *l)
{
    if (l->count != 2 || !parse_u32(l->words[1], &p->server->stack_kib) ||
        p->server->stack_kib < 16 || p->server->stack_kib > 8192) {
        return fail(p, "expected: stack KIB (16 to 8192)", "");
    }
    return true;
}

static bool
parse_line(struct parser *p, const struct line *l)
{
    const char *verb = l->words[0];

    if (l->count == 0) {
        return true;
    }
    if (l->too_long || l->too_many) {
        return fail(p, l->too_long ? "word too long" : "too many words", "");
    }
    if (!l->indented) {
        return strcmp(verb, "server") == 0
                   ? parse_server(p, l)
                   : fail(p, "expected 'server', got", verb);
    }
    if (p->server == NULL) {
        return fail(p, "no server before the indented", verb);
    }
    if (strcmp(verb, "provides") == 0) {
        return parse_provides(p, l);
    }
    if (strcmp(verb, "grant") == 0) {
        return parse_grant(p, l);
    }
    if (strcmp(verb, "restart") == 0) {
        return parse_boolean(p, l, &p->server->restart);
    }
    if (strcmp(verb, "essential") == 0) {
        p->server->essential_given = true;
        return parse_boolean(p, l, &p->server->essential);
    }
    if (strcmp(verb, "stack") == 0) {
        return parse_stack(p, l);
    }
    return fail(p, "unknown word", verb);
}

bool
conf_parse(const char *text, size_t size, struct conf *c, struct conf_error *e)
{
    struct parser p = {.conf = c, .error = e};
    const char *end = text + size;

    c->server_count = 0;
    while (text < end) {
        const char *stop = text;
        struct line l;

        while (stop < end && *stop != '\n') {
            stop++;
        }
        p.line++;
        split(text, stop, &l);
        if (!parse_line(&p, &l)) {
            return false;
        }
        text = stop + 1;
    }
    if (c->server_count == 0) {
        return fail(&p, "no server is configured", "");
    }
    for (unsigned i = 0; i < c->server_count; i++) {
        struct conf_server *s = &c->servers[i];

        if (!s->essential_given) {
            s->essential = !s->restart;
        }
    }
    return true;
}

bool
conf_option(const char *line, const char *key, char *value, size_t size)
{
    size_t length = strlen(key);
    bool found = false;

    while (*line != '\0') {
        if (strncmp(line, key, length) == 0 && line[length] == '=') {
            size_t n = 0;

            line += length + 1;
            for (; *line != '\0' && *line != ' ' && n + 1 < size; line++) {
                value[n++] = *line;
            }
            value[n] = '\0';
            found = *line == '\0' || *line == ' ';
        }
        while (*line != '\0' && *line != ' ') {
            line++;
        }
        while (*line == ' ') {
            line++;
        }
    }
    return found;
}
