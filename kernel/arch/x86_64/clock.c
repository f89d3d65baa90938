/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: the cycle counter, calibrated by the 8254 timer; the timer's channel
 * 0 as the one-shot interrupt; the battery clock for the wall clock at boot.
 *
 * uptime = base + (cycles - tsc_base) * mult >> 32, with the numbers in the
 * time page, so that user and kernel agree to the nanosecond.  The base moves
 * forward now and then, so that the product fits in 64 bits for users who
 * compute it so.
 */
#include <base/panic.h>
#include <machine/clock.h>
#include <machine/irq.h>
#include "x86.h"

#define PIT_HZ 1193182ull
#define PIT_CH0 0x40
#define PIT_CH2 0x42
#define PIT_MODE 0x43
#define PIT_GATE 0x61
#define PIT_MAX 0xffffu
#define CALIBRATE_TICKS 11932u /* 10 ms */
#define REBASE_CYCLES (1ull << 30)
#define CMOS 0x70
#define NS 1000000000ull

static struct time_page boot_page; /* until there is the real one */
static struct time_page *page = &boot_page;
static void (*tick_fn)(void);

uint64_t
clock_cycles(void)
{
    return rdtsc();
}

uint64_t
clock_cycles_to_ns(uint64_t cycles)
{
    return (uint64_t)((unsigned __int128)cycles * page->tp_tsc_mult >> 32);
}

uint64_t
clock_uptime(void)
{
    unsigned __int128 ns = rdtsc() - page->tp_tsc_base;

    return page->tp_uptime_base + (uint64_t)(ns * page->tp_tsc_mult >> 32);
}

static void
rebase(void)
{
    uint64_t cycles = rdtsc(), delta = cycles - page->tp_tsc_base;
    unsigned __int128 ns = delta;

    if (delta < REBASE_CYCLES) {
        return;
    }
    page->tp_sequence++;
    __asm__ volatile("" : : : "memory");
    page->tp_uptime_base += (uint64_t)(ns * page->tp_tsc_mult >> 32);
    page->tp_tsc_base = cycles;
    __asm__ volatile("" : : : "memory");
    page->tp_sequence++;
}

void
clock_set_realtime(struct time_page *tp, int64_t offset)
{
    tp->tp_sequence++;
    __asm__ volatile("" : : : "memory");
    tp->tp_realtime_offset = offset;
    __asm__ volatile("" : : : "memory");
    tp->tp_sequence++;
}

/* Cycles in CALIBRATE_TICKS of the timer's channel 2. */
static uint64_t
calibrate_once(void)
{
    uint8_t gate = inb(PIT_GATE) & 0xfc;
    uint64_t start;

    outb(PIT_GATE, gate);      /* gate and speaker off */
    outb(PIT_MODE, 0xb0);      /* channel 2, mode 0 */
    outb(PIT_CH2, CALIBRATE_TICKS & 0xff);
    outb(PIT_CH2, CALIBRATE_TICKS >> 8);
    outb(PIT_GATE, gate | 1);
    start = rdtsc();
    while ((inb(PIT_GATE) & 0x20) == 0) {
        continue;
    }
    return rdtsc() - start;
}

static void
interrupt(void *arg, unsigned irq)
{
    (void)arg;
    rebase();
    tick_fn();
    irq_unmask(irq);
}

void
clock_machine_setup(struct time_page *tp, void (*tick)(void))
{
    uint64_t cycles = calibrate_once(), again = calibrate_once();

    if (again < cycles) {
        cycles = again; /* the one that was disturbed less */
    }
    tp->tp_tsc_hz = cycles * PIT_HZ / CALIBRATE_TICKS;
    tp->tp_tsc_mult = (uint64_t)(((unsigned __int128)NS << 32) /
                                 tp->tp_tsc_hz);
    tp->tp_tsc_base = rdtsc();
    tp->tp_uptime_base = 0;
    tp->tp_realtime_offset = clock_read_rtc() * (int64_t)NS;
    page = tp;
    tick_fn = tick;
    if (irq_register(0, interrupt, NULL) != KERN_SUCCESS) {
        panic("the timer's interrupt line is taken");
    }
    clock_arm(0);
    irq_unmask(0);
}

void
clock_arm(uint64_t deadline)
{
    uint64_t now = clock_uptime(), ticks = PIT_MAX;

    if (deadline <= now) {
        ticks = 2;
    } else if (deadline - now < 50000000) {
        ticks = (deadline - now) * PIT_HZ / NS + 1;
    }
    outb(PIT_MODE, 0x30); /* channel 0, mode 0: once */
    outb(PIT_CH0, (uint8_t)ticks);
    outb(PIT_CH0, (uint8_t)(ticks >> 8));
}

static unsigned
cmos(unsigned reg)
{
    outb(CMOS, (uint8_t)reg);
    return inb(CMOS + 1);
}

static unsigned
from_bcd(unsigned v, bool bcd)
{
    return bcd ? (v >> 4) * 10 + (v & 15) : v;
}

/* Days from 1970-01-01 in the Gregorian calendar. */
static int64_t
days(int64_t y, unsigned m, unsigned d)
{
    int64_t shifted = m <= 2 ? y - 1 : y;
    int64_t era = shifted / 400, yoe = shifted - era * 400;
    int64_t doy = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 +
                  (int64_t)d - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int64_t
clock_read_rtc(void)
{
    unsigned v[6], again[6];
    static const unsigned regs[6] = { 0, 2, 4, 7, 8, 9 };
    bool bcd = (cmos(0x0b) & 4) == 0, pm;
    unsigned hour, same;

    do { /* until two readings agree: no update in between */
        same = 0;
        for (unsigned i = 0; i < 6; i++) {
            v[i] = cmos(regs[i]);
        }
        for (unsigned i = 0; i < 6; i++) {
            again[i] = cmos(regs[i]);
            same += again[i] == v[i];
        }
    } while (same != 6);
    pm = (v[2] & 0x80) != 0;
    hour = from_bcd(v[2] & 0x7f, bcd);
    if ((cmos(0x0b) & 2) == 0) { /* 12-hour clock */
        hour = hour % 12 + (pm ? 12 : 0);
    }
    return ((days(2000 + (int64_t)from_bcd(v[5], bcd), from_bcd(v[4], bcd),
                  from_bcd(v[3], bcd)) *
                 24 +
             hour) *
                60 +
            from_bcd(v[1], bcd)) *
               60 +
           from_bcd(v[0], bcd);
}
