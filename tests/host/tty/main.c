/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the line discipline.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ldisc.h"

static unsigned tests, failures;
static struct ldisc ld;

static void
check(bool good, const char *what)
{
    tests++;
    failures += !good;
    printf("%sok %u - %s\n", good ? "" : "not ", tests, what);
}

static void
type(const char *text)
{
    for (; *text != '\0'; text++) {
        ldisc_input(&ld, (uint8_t)*text);
    }
}

/* What has been sent to the screen since the last call. */
static const char *
screen(void)
{
    static char text[LDISC_OUTPUT + 1];
    size_t n = ldisc_output(&ld, (uint8_t *)text, LDISC_OUTPUT);

    text[n] = '\0';
    return text;
}

static bool
reads(const char *text, size_t room)
{
    char buffer[LDISC_INPUT + 1];
    size_t n = ldisc_read(&ld, (uint8_t *)buffer, room);

    buffer[n] = '\0';
    return strcmp(buffer, text) == 0;
}

static void
raw(uint8_t min, uint8_t time)
{
    struct linux_termios t = ld.ld_termios;

    t.c_lflag &= ~(L_ICANON | L_ECHO | L_ISIG);
    t.c_cc[L_VMIN] = min;
    t.c_cc[L_VTIME] = time;
    ldisc_set_termios(&ld, &t);
}

static void
test_canonical(void)
{
    ldisc_init(&ld);
    type("hello");
    check(!ldisc_readable(&ld, 100), "a line is not readable before its end");
    type("\r");
    check(ldisc_readable(&ld, 100) && ldisc_available(&ld) == 6,
          "ICRNL ends it");
    check(strcmp(screen(), "hello\r\n") == 0, "it was echoed");
    check(reads("hel", 3) && reads("lo\n", 100), "a short read leaves rest");
    type("one\ntwo\n");
    check(reads("one\n", 100) && reads("two\n", 100), "one line a read");
    check(!ldisc_readable(&ld, 1), "then nothing");
}

static void
test_editing(void)
{
    ldisc_init(&ld);
    type("ab\x7f\x7f\x7f" "cd\n");
    check(reads("cd\n", 100), "erase, and no further than the start");
    check(strcmp(screen(), "ab\b \b\b \bcd\r\n") == 0, "on the screen, too");
    type("one two\x17three\n");
    check(reads("one three\n", 100), "word erase");
    screen();
    type("gone\x15kept\n");
    check(reads("kept\n", 100), "kill");
    screen();
    type("a\x01\x7f\x7f");
    check(strcmp(screen(), "a^A\b \b\b \b\b \b") == 0,
          "a control character takes two columns");
    type("\x16\x03x\n");
    check(reads("\x03x\n", 100) && ld.ld_events == 0, "literal next");
    screen();
    type("a\tb\x7f\x7f");
    check(strcmp(screen(), "a\tb\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b") == 0,
          "a tab is erased to its column");
    type("\x15");
    screen();
    ld.ld_termios.c_iflag |= L_IUTF8;
    type("\xc3\xa9\x7f");
    check(strcmp(screen(), "\xc3\xa9\b \b") == 0 && ld.end_at == ld.ready_at,
          "a UTF-8 character is erased as one");
}

static void
test_eof(void)
{
    ldisc_init(&ld);
    type("\x04");
    check(ldisc_readable(&ld, 10) && reads("", 10), "EOF alone reads 0");
    check(!ldisc_readable(&ld, 10), "once");
    type("abc\x04");
    check(reads("abc", 10), "EOF pushes a line");
    check(!ldisc_readable(&ld, 10), "and is gone with it");
    type("abc\x04");
    check(reads("abc", 3) && !ldisc_readable(&ld, 3),
          "even when the read is just as long");
    type("abcd\x04");
    check(reads("abc", 3) && reads("d", 3), "not when it is shorter");
}

static void
test_rewind(void)
{
    struct ldisc_mark mark;

    ldisc_init(&ld);
    type("first\nsecond\n");
    mark = ldisc_mark(&ld);
    reads("first\n", 100);
    ldisc_rewind(&ld, mark);
    check(reads("first\n", 100) && reads("second\n", 100),
          "a read whose reader is gone is put back");
}

static void
test_signals(void)
{
    ldisc_init(&ld);
    type("lost\x03");
    check(ld.ld_events == LDISC_SIGINT && strcmp(screen(), "^C") == 0,
          "INTR: flushed, echoed, signalled");
    type("kept\n");
    check(reads("kept\n", 100), "what follows is a line");
    ld.ld_events = 0;
    type("\x1c\x1a");
    check(ld.ld_events == (LDISC_SIGQUIT | LDISC_SIGTSTP), "QUIT and SUSP");
    ldisc_init(&ld);
    ld.ld_termios.c_lflag |= L_NOFLSH;
    type("kept\x03\n");
    check(reads("kept\n", 100), "NOFLSH keeps the line");
    ld.ld_termios.c_lflag &= ~L_ISIG;
    ld.ld_events = 0;
    type("\x03\n");
    check(ld.ld_events == 0 && reads("\x03\n", 10), "without ISIG it is data");
}

static void
test_raw(void)
{
    ldisc_init(&ld);
    raw(1, 0);
    type("a");
    check(ldisc_readable(&ld, 10) && reads("a", 10), "raw: MIN 1");
    check(strcmp(screen(), "") == 0, "no echo");
    raw(3, 0);
    type("ab");
    check(!ldisc_readable(&ld, 10) && ldisc_readable(&ld, 2),
          "MIN 3, or what was asked for");
    type("\r");
    check(ldisc_readable(&ld, 10) && reads("ab\n", 10), "MIN reached");
    raw(0, 0);
    check(ldisc_readable(&ld, 10) && reads("", 10), "MIN 0 never waits");
    raw(0, 5);
    check(!ldisc_readable(&ld, 10), "MIN 0 with TIME waits");
}

static void
test_mode_change(void)
{
    struct linux_termios t;

    ldisc_init(&ld);
    t = ld.ld_termios;
    type("half");
    raw(1, 0);
    check(reads("half", 10), "a half line is readable after going raw");
    type("xyz");
    ldisc_set_termios(&ld, &t);
    check(ldisc_readable(&ld, 10) && reads("xyz", 10),
          "raw characters stay readable in canonical mode");
    type("next\n");
    check(reads("next\n", 10), "and lines work again");
}

static void
test_output(void)
{
    ldisc_init(&ld);
    ldisc_write(&ld, (const uint8_t *)"a\nb", 3);
    check(strcmp(screen(), "a\r\nb") == 0, "ONLCR");
    ld.ld_termios.c_oflag |= L_XTABS;
    ldisc_write(&ld, (const uint8_t *)"\tc", 2);
    check(strcmp(screen(), "       c") == 0, "XTABS goes by columns");
    ld.ld_termios.c_oflag &= ~L_OPOST;
    ldisc_write(&ld, (const uint8_t *)"a\n", 2);
    check(strcmp(screen(), "a\n") == 0, "no OPOST, no change");
    type("\x13");
    ldisc_write(&ld, (const uint8_t *)"held", 4);
    check(strcmp(screen(), "") == 0 && ldisc_output_pending(&ld) == 4,
          "STOP holds output");
    type("\x11");
    check(strcmp(screen(), "held") == 0, "START lets it go");
}

static void
test_limits(void)
{
    static uint8_t much[2 * LDISC_OUTPUT];
    size_t taken, total = 0;

    ldisc_init(&ld);
    memset(much, '\n', sizeof(much));
    taken = ldisc_write(&ld, much, sizeof(much));
    check(taken > 0 && taken < sizeof(much) && !ldisc_writable(&ld),
          "a full output ring takes no more");
    while (strlen(screen()) > 0) {
        total++;
    }
    check(total > 0 && ldisc_writable(&ld), "an empty one does");
    for (unsigned i = 0; i < 2 * LDISC_INPUT; i++) {
        ldisc_input(&ld, 'x');
    }
    ldisc_input(&ld, '\n');
    check(ldisc_available(&ld) == LDISC_INPUT,
          "an overlong line is cut and still ends");
    check(!ldisc_input_room(&ld, 100), "no more is asked for");
    ldisc_read(&ld, much, sizeof(much));
    check(much[LDISC_INPUT - 1] == '\n' && ldisc_input_room(&ld, 100),
          "until it has been read");
}

/* Anything may be typed, written and set; counters keep their order. */
static void
test_random(void)
{
    static uint8_t buffer[LDISC_INPUT];
    bool good = true;

    srand(1);
    ldisc_init(&ld);
    for (unsigned i = 0; i < 400000 && good; i++) {
        struct linux_termios t = ld.ld_termios;

        switch (rand() % 16) {
        case 0:
            t.c_lflag ^= 1u << rand() % 16;
            t.c_iflag ^= 1u << rand() % 16;
            t.c_oflag ^= 1u << rand() % 12;
            ldisc_set_termios(&ld, &t);
            break;
        case 1:
            ldisc_read(&ld, buffer, (size_t)rand() % 50);
            break;
        case 2:
            ldisc_output(&ld, buffer, (size_t)rand() % 500);
            break;
        case 3:
            ldisc_write(&ld, buffer, (size_t)rand() % 50);
            break;
        default:
            ldisc_input(&ld, (uint8_t)rand());
            break;
        }
        good = ld.read_at <= ld.ready_at && ld.ready_at <= ld.end_at &&
               ld.end_at - ld.read_at <= LDISC_INPUT &&
               ld.out_end - ld.out_at <= LDISC_OUTPUT &&
               ld.ready_lines <= ld.ready_at - ld.read_at;
    }
    check(good, "400 000 random steps keep every invariant");
}

int
main(void)
{
    test_canonical();
    test_editing();
    test_eof();
    test_rewind();
    test_signals();
    test_raw();
    test_mode_change();
    test_output();
    test_limits();
    test_random();
    printf("1..%u\n", tests);
    return failures != 0;
}
