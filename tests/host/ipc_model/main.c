/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The model test: random calls of several tasks, made of the kernel and of the
 * model in lock step.  Prints TAP.
 *
 *   ipc-model [-s SEED] [-n CALLS] [-a N] [-t N] [-c]
 *
 * What a call answers is compared after each one.  -t: what the last N calls
 * have touched is compared after each N-th; -a: everything after each N-th.
 * -c: don't ask for every allowed outcome to be seen (a short run; so is that
 * of a build with sanitizers).
 */
#include <time.h>
#include <unistd.h>
#include <machine/clock.h>
#include "model.h"

/* Calls between the ends of worlds. */
#define WORLD 200000u
/* Defaults for builds with and without sanitizers. */
#ifdef __SANITIZE_ADDRESS__
#define MODEL_COMPLETE false
#define MODEL_CALLS 200000u
#define MODEL_ALL 50u
#define MODEL_TOUCHED 1u
#else
#define MODEL_COMPLETE true
#define MODEL_CALLS 2000000u
#define MODEL_ALL 500u
#define MODEL_TOUCHED 4u
#endif

static const struct m_op *const tables[] = {
    m_name_ops, m_right_ops, m_port_ops, m_message_ops, m_rpc_ops,
    m_life_ops, m_guard_ops, m_space_ops, m_kernel_ops,
};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static const struct m_op *wheel[1024];
static unsigned wheel_size;

static void
make_wheel(void)
{
    unsigned i, j;

    for (i = 0; i < TABLES; i++) {
        const struct m_op *op;

        for (op = tables[i]; op->run != NULL; op++) {
            for (j = 0; j < op->weight; j++) {
                CHECK(wheel_size < 1024);
                wheel[wheel_size++] = op;
            }
        }
    }
}

/* Where much has piled up, something goes instead. */
static void
lose(int t)
{
    struct m_task *m = &m_tasks[t];
    struct m_right *r;
    mach_port_name_t name;

    if (m->alive && m->names.n > 0) {
        r = &m->right[m->names.at[m_random(m->names.n)]];
        name = r->name;
        if ((r->type & MACH_PORT_TYPE_RECEIVE) != 0
            && m_ports[r->port].guarded) {
            return;
        }
        CHECK_EQ(ipc_call_destroy(m_space(t), name), KERN_SUCCESS);
        m_destroy(t, r);
    }
}

static unsigned each_all = MODEL_ALL, each_touched = MODEL_TOUCHED;

static void
one_call(void)
{
    static unsigned n;
    const struct m_op *op = wheel[m_random(wheel_size)];
    int t = (int)m_random(M_TASKS);

    host_clock_advance(1);
    m_clock(1);
    if (m_dying.n > 16) {
        m_reap_now();
    }
    if (op->grows && (m_live.n > 70 || m_tasks[t].names.n > M_NAMES)) {
        lose(t);
    } else {
        op->run(t);
    }
    if (++n % each_touched == 0) {
        m_check_touched();
    }
    if (n % each_all == 0) {
        m_check_all();
    }
}

static void
run(uint32_t seed, uint64_t calls)
{
    uint64_t end = m_calls + calls;

    host_random_seed(seed);
    m_begin();
    while (m_calls < end) {
        one_call();
    }
    m_check_all();
    m_end();
}

int
main(int argc, char **argv)
{
    uint64_t calls = MODEL_CALLS, left;
    unsigned seed = 1;
    bool complete = MODEL_COMPLETE;
    struct timespec from, to;
    double seconds;
    int c;

    while ((c = getopt(argc, argv, "s:n:a:t:c")) != -1) {
        switch (c) {
        case 's':
            seed = (unsigned)strtoul(optarg, NULL, 0);
            break;
        case 'n':
            calls = strtoull(optarg, NULL, 0);
            break;
        case 'a':
            each_all = (unsigned)strtoul(optarg, NULL, 0);
            break;
        case 't':
            each_touched = (unsigned)strtoul(optarg, NULL, 0);
            break;
        case 'c':
            complete = false;
            break;
        default:
            return 2;
        }
    }
    ipc_setup();
    make_wheel();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (left = calls; left > 0; left -= left > WORLD ? WORLD : left) {
        run(seed++, left > WORLD ? WORLD : left);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    seconds = (double)(to.tv_sec - from.tv_sec)
              + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("ok 1 - model, %lu calls, %lu of them waited\n",
           (unsigned long)m_calls, (unsigned long)m_waits);
    printf("# %.0f calls a second of processor time\n", (double)m_calls / seconds);
    printf("%s 2 - %.1f %% of the calls succeeded\n",
           m_successes * 10 >= m_calls * 3 ? "ok" : "not ok",
           100.0 * (double)m_successes / (double)m_calls);
    printf("%s 3 - %.1f %% of the combined calls took the fast path\n",
           host_fast_taken * 20ull >= m_combined ? "ok" : "not ok",
           100.0 * host_fast_taken / (double)m_combined);
    m_table_report(complete);
    printf("ok 4 - every outcome that is allowed%s\n1..4\n",
           complete ? " was seen" : ", and no other");
    return 0;
}
