/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout configurations, good and bad.
 */
#include <stdlib.h>
#include <string.h>
#include "conf.h"
#include "test.h"

static struct conf conf;
static struct conf_error error;

static bool
parse(const char *text)
{
    /* In a block of exactly its size, so that ASan sees a step outside. */
    size_t size = strlen(text);
    char *copy = malloc(size + (size == 0));
    bool good;

    memcpy(copy, text, size);
    good = conf_parse(copy, size, &conf, &error);
    free(copy);
    return good;
}

static void
refuses(const char *text, unsigned line, const char *what)
{
    check(!parse(text) && error.line == line && error.text[0] != '\0', what);
}

static void
test_good(void)
{
    bool good = parse("# layout\n"
                      "server serial boot/serial # driver\n"
                      "    provides serial0\n"
                      "\tprovides serial1 public\n"
                      "    grant irq 4\n"
                      "    grant ioports 0x3f8 8\n"
                      "    restart yes\n"
                      "\n"
                      "server posix boot/posix\n"
                      "    grant host-priv\n"
                      "    stack 256");
    const struct conf_server *s = conf.servers;

    check(good && conf.server_count == 2, "two servers");
    check(strcmp(s[0].name, "serial") == 0 &&
              strcmp(s[0].member, "boot/serial") == 0 &&
              s[0].service_count == 2 &&
              strcmp(s[0].services[1], "serial1") == 0, "services");
    check(!s[0].service_public[0] && s[0].service_public[1],
          "a public service");
    check(s[0].grant_count == 2 && s[0].grants[0].kind == GRANT_IRQ &&
              s[0].grants[0].first == 4 &&
              s[0].grants[1].kind == GRANT_IOPORTS &&
              s[0].grants[1].first == 0x3f8 && s[0].grants[1].count == 8 &&
              strcmp(s[0].grants[1].name, "ioports 0x3f8 8") == 0, "grants");
    check(s[0].restart && !s[0].essential && !s[1].restart &&
              s[1].essential, "what restarts is not essential");
    check(s[1].stack_kib == 256 && s[0].stack_kib == 128, "stacks");
}

static void
test_wrong(void)
{
    refuses("", 0, "no server at all");
    refuses("provides x\n", 1, "a line that is not indented");
    refuses("    provides x\n", 1, "a line before any server");
    refuses("server a\n", 1, "a server without a member");
    refuses("server a b c\n", 1, "a word too many");
    refuses("server a b c d e f\n", 1, "several");
    refuses("server a b\nserver a c\n", 2, "a name twice");
    refuses("server a b\n provides s\nserver c d\n provides s\n", 4,
            "a service twice");
    refuses("server a b\n provides s private\n", 2, "an unknown access");
    refuses("server a b\n provides public\n", 2, "a name that is taken");
    refuses("server a b\n fly\n", 2, "an unknown word");
    refuses("server a b\n grant irq\n", 2, "a grant without its number");
    refuses("server a b\n grant irq 4x\n", 2, "half a number");
    refuses("server a b\n grant irq 99999999999\n", 2, "a huge number");
    refuses("server a b\n grant ioports 0xffff 2\n", 2, "ports past the end");
    refuses("server a b\n grant ioports 0 0\n", 2, "no ports");
    refuses("server a b\n restart maybe\n", 2, "neither yes nor no");
    refuses("server a b\n stack 8\n", 2, "a stack too small");
    refuses("server "
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            " b\n", 1, "a name too long");
}

static void
test_options(void)
{
    char value[8];

    check(conf_option("a=1 layout=multi b", "layout", value, sizeof(value)) &&
              strcmp(value, "multi") == 0, "an option");
    check(conf_option("layout=x layout=y", "layout", value, sizeof(value)) &&
              strcmp(value, "y") == 0, "the last one counts");
    check(!conf_option("xlayout=a layout", "layout", value, sizeof(value)),
          "no option");
    check(!conf_option("layout=123456789", "layout", value, sizeof(value)),
          "a value too long");
}

static void
test_noise(void)
{
    static const char words[] = "server provides grant irq ioports restart "
                                "yes no stack 4 0x3f8 8 a b # \n\n\n    \t";
    char text[200];

    srand(3);
    for (unsigned i = 0; i < 20000; i++) {
        size_t n = 0;

        while (n < sizeof(text) - 9) {
            size_t from = (size_t)rand() % (sizeof(words) - 9);
            size_t length = (size_t)rand() % 8;

            memcpy(text + n, words + from, length);
            n += length;
        }
        text[n] = '\0';
        parse(text);
    }
    check(true, "20 000 random texts");
}

void
test_conf(void)
{
    test_good();
    test_wrong();
    test_options();
    test_noise();
}
