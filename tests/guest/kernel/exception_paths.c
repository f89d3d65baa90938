/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fast path of exceptions against the general one: a thread of another task
 * executes breakpoints and system calls, and this one handles them, with the same random replies,
 * good and bad, two times over: once so that the kernel can go
 * straight from one to the other, once with time-outs and with replies sent
 * apart from the receive, which it does the general way.  What the handler
 * sees must be the same, to the byte.
 */
#include <mach_port/mach_port.h>
#include <task/task.h>
#include <thread/thread.h>
#include "test.h"

#define ROUNDS 600u
#define RECORDS (ROUNDS + 200u) /* second attempts, and what comes then */
#define CODES 2
#define STATE_COUNT x86_THREAD_STATE64_COUNT
#define MASK (EXC_MASK(EXC_BREAKPOINT) | EXC_MASK(EXC_SYSCALL))
#define LONG 2000u /* ms: for ever, in the general way */

struct request {
    mach_msg_header_t head;
    NDR_record_t ndr;
    int exception;
    mach_msg_type_number_t codes_count;
    uint64_t codes[CODES];
    int flavor;
    mach_msg_type_number_t state_count;
    x86_thread_state64_t state;
    mach_msg_max_trailer_t trailer;
    uint64_t behind; /* never written */
};

struct answer {
    mach_msg_header_t head;
    NDR_record_t ndr;
    kern_return_t code;
    int flavor;
    mach_msg_type_number_t state_count;
    x86_thread_state64_t state;
    natural_t more;
} __attribute__((packed, aligned(4)));
#define PLAIN ((mach_msg_size_t)offsetof(struct answer, flavor))
#define WHOLE ((mach_msg_size_t)offsetof(struct answer, more))

enum {
    GOOD, GOOD_IDENTITY, GOOD_PLAIN, /* and what is refused: */
    REFUSED, REFUSED_WHOLE, BAD_ID, BAD_PC, BAD_FS, BAD_GS, BAD_COUNT,
    BAD_FLAVOR, TOO_LONG, TOO_SHORT, KINDS
};

/* What the handler saw of one call. */
struct record {
    kern_return_t kr;
    struct request in;
};

/* entry.S: breakpoints and system calls for ever. */
void breakpoints(void);

static struct record records[2][RECORDS];
static unsigned recorded, way; /* way 1: the general one */
static unsigned interrupted;
static mach_port_t task, thread, handler, set;
static mach_port_name_t from; /* the port or the set */
static struct request in;
static struct answer out __attribute__((aligned(8)));
static uint8_t stack[4096];
static uint64_t random_state;
static volatile uint32_t resumed;

static uint64_t
draw(uint64_t below)
{
    random_state = random_state * 6364136223846793005ull +
                   1442695040888963407ull;
    return (random_state >> 33) % below;
}

/* What may differ between the two: names. */
static void
record(kern_return_t kr)
{
    struct record *r = &records[way][recorded];

    if (recorded < RECORDS - 1) {
        recorded++;
    }
    r->kr = kr;
    r->in = in;
    if (kr == MACH_MSG_SUCCESS) {
        r->in.head.msgh_remote_port =
            MACH_PORT_VALID(r->in.head.msgh_remote_port);
        r->in.head.msgh_local_port -= handler;
    } else if (kr == MACH_RCV_TOO_LARGE) {
        r->in.head.msgh_local_port -= handler;
    }
}

static kern_return_t
receive(mach_msg_option_t option, mach_msg_size_t room, unsigned ms)
{
    memset(&in, 0x55, sizeof(in));
    return mach_msg(&in.head, MACH_RCV_MSG | MACH_RCV_LARGE | option, 0, room,
                    from, ms, MACH_PORT_NULL);
}

/* Receive by this way. */
static void
next(mach_msg_option_t option, mach_msg_size_t room)
{
    record(receive(option | (way != 0 ? MACH_RCV_TIMEOUT : 0), room, LONG));
}

/* Answer with size bytes and receive by this way. */
static kern_return_t
answer(mach_msg_size_t size, mach_msg_option_t option, mach_msg_size_t room)
{
    kern_return_t kr;

    out.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    out.head.msgh_remote_port = in.head.msgh_remote_port;
    out.head.msgh_local_port = MACH_PORT_NULL;
    if (way == 0) {
        memset(&in, 0x55, sizeof(in));
        kr = mach_msg_overwrite(
            &out.head,
            MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_LARGE |
                MACH_RCV_OVERWRITE | option,
            size, room, from, 0, MACH_PORT_NULL, &in.head);
        record(kr);
        return kr;
    }
    kr = mach_msg(&out.head, MACH_SEND_MSG, size, 0, MACH_PORT_NULL, 0,
                  MACH_PORT_NULL);
    if (kr == MACH_MSG_SUCCESS) {
        next(option, room);
        return records[way][recorded - 1].kr;
    }
    memset(&in, 0x55, sizeof(in));
    record(kr);
    return kr;
}

/* Registers that a reply may set; the thread finds its way back. */
static void
draw_state(x86_thread_state64_t *s)
{
    uint64_t *words = (uint64_t *)(void *)s, pc = s->rip;

    for (unsigned i = 0; i < sizeof(*s) / sizeof(*words); i++) {
        words[i] = draw(1ull << 31) << draw(33);
    }
    s->rip = pc;
    s->rflags &= ~0x100ull; /* TF */
    s->fs_base &= (1ull << 47) - 1;
    s->gs_base &= (1ull << 47) - 1;
    if (draw(2) != 0) {
        s->fs_base = s->gs_base = 0;
    }
}

/* An answer of this kind in out; its size. */
static mach_msg_size_t
fill(unsigned kind)
{
    mach_msg_size_t size = WHOLE;

    memset(&out, 0, sizeof(out));
    out.head.msgh_id = in.head.msgh_id + 100;
    out.ndr = in.ndr;
    out.flavor = x86_THREAD_STATE64;
    out.state_count = STATE_COUNT;
    out.state = in.state;
    if (kind != GOOD_PLAIN) {
        x86_thread_state64_t s = in.state;

        draw_state(&s);
        out.state = s;
    }
    switch (kind) {
    case GOOD_IDENTITY:
        out.head.msgh_id++;
        break;
    case GOOD_PLAIN:
        out.head.msgh_id--;
        size = PLAIN;
        break;
    case REFUSED:
        out.code = KERN_FAILURE;
        size = PLAIN;
        break;
    case REFUSED_WHOLE:
        out.code = KERN_FAILURE;
        break;
    case BAD_ID:
        out.head.msgh_id += 99;
        break;
    case BAD_PC:
        out.state.rip = 1ull << 47;
        break;
    case BAD_FS:
        out.state.fs_base = ~0ull;
        break;
    case BAD_GS:
        out.state.gs_base = 1ull << 63;
        break;
    case BAD_COUNT:
        out.state_count--;
        break;
    case BAD_FLAVOR:
        out.flavor = 99;
        break;
    case TOO_LONG:
        size += 4;
        break;
    case TOO_SHORT:
        out.state_count--;
        size -= 4;
        break;
    default:
        break;
    }
    return size;
}

/* A round: what has come is answered, and the next one received, sometimes at
 * the second attempt.  Only one that came first is refused: there is a second
 * level, and no third one. */
static void
round_trip(bool *refused)
{
    unsigned kind = draw(2) != 0 && !*refused ? draw(KINDS) : draw(3);
    mach_msg_option_t option = MACH_RCV_TRAILER_ELEMENTS(draw(5));
    mach_msg_size_t size = fill(kind), room = offsetof(struct request, behind);
    kern_return_t kr;

    if (draw(16) == 0) {
        room = offsetof(struct request, trailer);
    }
    *refused = kind > GOOD_PLAIN;
    if (draw(16) == 0) {
        thread_abort(mach_thread_self()); /* ends the next wait */
    }
    kr = answer(size, option, room);
    if (kr == MACH_RCV_INTERRUPTED) {
        interrupted++;
    }
    if (kr == MACH_RCV_TOO_LARGE || kr == MACH_RCV_INTERRUPTED) {
        next(option, sizeof(in));
    }
}

static void
resume_later(uint64_t arg)
{
    (void)arg;
    pause_ms(20);
    resumed = 1;
    thread_resume(thread);
}

/* Ends of the wait but by the reply, with the thread waiting. */
static void
other_ends(void)
{
    natural_t words[STATE_COUNT];
    x86_thread_state64_t s = in.state;
    mach_port_t helper;

    thread_abort(thread);
    pause_ms(5);
    record(answer(fill(GOOD), 0, sizeof(in))); /* to a dead right */
    mach_port_deallocate_trap(out.head.msgh_remote_port);
    next(0, sizeof(in));

    resumed = 0;
    thread_suspend(thread);
    helper = thread_spawn(resume_later, 0);
    record(answer(fill(GOOD), 0, sizeof(in)));
    check(resumed == 1, "a suspended thread that is answered stays so",
          resumed);
    mach_port_deallocate_trap(helper);

    s.rbx = 0x1234567;
    memcpy(words, &s, sizeof(s));
    thread_set_state(thread, x86_THREAD_STATE64, words, STATE_COUNT);
    record(answer(fill(GOOD_PLAIN), 0, sizeof(in)));
    check(in.state.rbx == 0x1234567, "a state that is set meanwhile stays",
          in.state.rbx);

    mach_port_deallocate_trap(in.head.msgh_remote_port);
    next(0, sizeof(in)); /* the next level's */

    thread_terminate(thread);
    pause_ms(5);
    record(answer(fill(GOOD), 0, sizeof(in)));
    mach_port_deallocate_trap(out.head.msgh_remote_port);
}

static void
child(uint64_t arg)
{
    (void)arg;
    breakpoints();
}

static void
begin(bool with_set)
{
    handler = port_make();
    mach_port_allocate_trap(MACH_PORT_RIGHT_PORT_SET, &set);
    from = handler;
    if (with_set) {
        mach_port_insert_member_trap(handler, set);
        from = set;
    }
    thread = MACH_PORT_NULL;
    task = task_make(MACH_PORT_NULL, child, 0, stack, sizeof(stack),
                     &thread);
    CHECK_KR(thread_set_exception_ports(thread, MASK, handler,
                                        EXCEPTION_STATE),
             "the thread's handler");
    CHECK_KR(task_set_exception_ports(
                 task, MASK, handler,
                 EXCEPTION_STATE | MACH_EXCEPTION_CODES),
             "the task's");
}

static void
run(bool with_set)
{
    bool refused = false;

    recorded = 0;
    random_state = 42;
    memset(records[way], 0, sizeof(records[way]));
    begin(with_set);
    task_resume(task);
    next(0, sizeof(in));
    check(in.head.msgh_id == 2401 && in.exception == EXC_BREAKPOINT &&
              in.codes[0] == 3 && in.codes[1] == in.state.rip,
          "a breakpoint comes as a message", in.codes[0]);
    for (unsigned i = 0; i < ROUNDS; i++) {
        round_trip(&refused);
    }
    if (refused) {
        record(answer(fill(GOOD), 0, sizeof(in)));
    }
    other_ends();
    task_end(task, thread);
    mach_port_destroy_trap(set);
    port_end(handler);
}

void
test_exception_paths(void)
{
    for (unsigned with_set = 0; with_set < 2; with_set++) {
        unsigned count, same = 0;

        way = 0;
        run(with_set != 0);
        count = recorded;
        way = 1;
        run(with_set != 0);
        check(interrupted > 20, "waits were interrupted", interrupted);
        interrupted = 0;
        while (same < count && memcmp(&records[0][same], &records[1][same],
                                      sizeof(struct record)) == 0) {
            same++;
        }
        check(count == recorded && same == count && count < RECORDS - 1,
              with_set != 0 ? "fast and general are the same, with a set"
                            : "fast and general are the same",
              (uint64_t)same << 32 | count);
    }
}
