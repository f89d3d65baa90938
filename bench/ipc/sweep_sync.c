/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cost of a synchronous call by its size, three ways (see sweep.c):
 *
 *   l4_inline_SIZE  8 words in registers, the rest in the thread's buffer
 *   l4_map_SIZE     pages shown to the server, and taken back by the client
 *   l4_shared_SIZE  copied into memory that both map, and one word sent
 */
#include <mach_vm/mach_vm.h>
#include "bench.h"
#include "sync_trap.h"

#define LARGEST (1u << 20)

static mach_port_t server;
static struct sync_buffer *mine; /* the client's, or the server's */
static vm_address_t memory, window;
static uint32_t size; /* of the row; the server has a copy */

static inline void
copy_words(void *to, const void *from, uint64_t words)
{
    __asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)
                     : : "memory");
}

static void
read_pages(vm_address_t from)
{
    for (uint32_t i = 0; i < size; i += MACH_PAGE_SIZE) {
        (void)*(const volatile uint64_t *)(uintptr_t)(from + i);
    }
}

static void
take_buffer(void)
{
    mine = sync_buffer();
    if (mine == NULL) {
        fail("sync_buffer", KERN_RESOURCE_SHORTAGE);
    }
}

/* at: where the data is, or NULL when it is where memory was mapped. */
static inline _Noreturn void
serve(uint64_t takes, const vm_address_t *at)
{
    uint64_t tag = takes;
    int64_t kr;

    take_buffer();
    mine->sb_window_size = size;
    kr = sync_trap_fast(TRAP_sync_receive, server, &tag);
    while (kr == KERN_SUCCESS) {
        read_pages(at != NULL ? *at : mine->sb_address);
        tag = takes;
        kr = sync_trap_fast(TRAP_sync_reply_wait, server, &tag);
    }
    fail("sync_reply_wait", (kern_return_t)kr);
}

static void
serve_inline(void)
{
    vm_address_t words;

    take_buffer();
    words = (vm_address_t)(uintptr_t)mine->sb_words;
    serve(0, &words);
}

static void
serve_map(void)
{
    serve(SYNC_TAKE_MAP, NULL);
}

static void
serve_shared(void)
{
    serve(0, &window);
}

static inline void
call(uint64_t tag)
{
    int64_t kr = sync_trap_fast(TRAP_sync_call, server, &tag);

    if (kr != KERN_SUCCESS) {
        fail("sync_call", (kern_return_t)kr);
    }
}

static void
run_inline(unsigned n)
{
    uint64_t words = size / sizeof(uint64_t);

    while (n-- > 0) {
        if (words > SYNC_REGISTERS) {
            copy_words(mine->sb_words, (const void *)(uintptr_t)memory,
                       words - SYNC_REGISTERS);
        }
        call(words);
    }
}

static void
run_map(unsigned n)
{
    while (n-- > 0) {
        mine->sb_address = memory;
        mine->sb_size = size;
        mine->sb_prot = VM_PROT_READ;
        call(SYNC_MAP);
        MUST(sync_unmap(memory, size));
    }
}

static void
run_shared(unsigned n)
{
    while (n-- > 0) {
        copy_words((void *)(uintptr_t)window,
                   (const void *)(uintptr_t)memory, size / sizeof(uint64_t));
        call(1);
    }
}

static vm_address_t
fresh(void)
{
    vm_address_t at;

    MUST(vm_allocate(&at, LARGEST, VM_FLAGS_ANYWHERE));
    return at;
}

static void
setup(uint32_t of_row, void (*body)(void))
{
    size = of_row;
    memory = fresh();
    window = fresh();
    memset((void *)(uintptr_t)memory, 1, LARGEST);
    MUST(mach_vm_inherit(mach_task_self(), window, LARGEST,
                         VM_INHERIT_SHARE));
    memset((void *)(uintptr_t)window, 1, LARGEST);
    server = port_make();
    peer_start(body, &server, 1);
    take_buffer();
}

static void
finish(void)
{
    peer_end();
    port_end(server);
    MUST(vm_deallocate(memory, LARGEST));
    MUST(vm_deallocate(window, LARGEST));
}

#define KIB 1024u
#define ROW(way, name, bytes)           \
    static void setup_##way##name(void) \
    {                                   \
        setup(bytes, serve_##way);      \
    }
ROW(inline, 0, 0)
ROW(inline, 64, 64)
ROW(inline, 256, 256)
ROW(inline, 1k, KIB)
ROW(inline, 4k, 4 * KIB)
ROW(map, 4k, 4 * KIB)
ROW(map, 16k, 16 * KIB)
ROW(map, 64k, 64 * KIB)
ROW(map, 256k, 256 * KIB)
ROW(map, 1m, LARGEST)
ROW(shared, 64, 64)
ROW(shared, 256, 256)
ROW(shared, 1k, KIB)
ROW(shared, 4k, 4 * KIB)
ROW(shared, 16k, 16 * KIB)
ROW(shared, 64k, 64 * KIB)
ROW(shared, 256k, 256 * KIB)
ROW(shared, 1m, LARGEST)

#define SWEEP(way, name, count)                                          \
    {                                                                    \
        "l4_" #way "_" #name, count, setup_##way##name, run_##way, finish \
    }

const struct row sweep_sync_rows[] = {
    SWEEP(inline, 0, 400), SWEEP(inline, 64, 400), SWEEP(inline, 256, 400),
    SWEEP(inline, 1k, 400), SWEEP(inline, 4k, 400), SWEEP(map, 4k, 200),
    SWEEP(map, 16k, 200), SWEEP(map, 64k, 100), SWEEP(map, 256k, 60), SWEEP(map, 1m, 20),
    SWEEP(shared, 64, 400), SWEEP(shared, 256, 400), SWEEP(shared, 1k, 400),
    SWEEP(shared, 4k, 400), SWEEP(shared, 16k, 400), SWEEP(shared, 64k, 100),
    SWEEP(shared, 256k, 60), SWEEP(shared, 1m, 20),
    { NULL, 0, NULL, NULL, NULL },
};
