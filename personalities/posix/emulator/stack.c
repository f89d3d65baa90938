/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first stack of a program, from the top down:
 *
 *     0, program's path, argv and envp strings, "x86_64", 16 random bytes,
 *     auxiliary vector, envp[], argv[], argc <- rsp
 */
#include <host/host.h>
#include "load.h"

static const char platform[] = "x86_64";

struct builder {
    uint64_t at;         /* the lowest byte in use */
    uint64_t *vector;
};

static uint64_t
push(struct builder *b, const void *data, uint64_t size)
{
    b->at -= size;
    memcpy((void *)(uintptr_t)b->at, data, size);
    return b->at;
}

static void
auxiliary(struct builder *b, uint64_t type, uint64_t value)
{
    *b->vector++ = type;
    *b->vector++ = value;
}

static void
push_auxiliaries(struct builder *b, struct process *p,
                 const struct stack_info *info, uint64_t path,
                 uint64_t name, uint64_t random)
{
    const posix_ids_t *ids = &p->ids;

    auxiliary(b, AT_HWCAP, p->space->hwcap);
    auxiliary(b, AT_PAGESZ, PAGE);
    auxiliary(b, AT_CLKTCK, 100);
    if (info->elf->phdr != 0) {
        auxiliary(b, AT_PHDR, info->elf->phdr + info->bias);
    }
    auxiliary(b, AT_PHENT, ELF_PHDR_SIZE);
    auxiliary(b, AT_PHNUM, info->elf->phnum);
    auxiliary(b, AT_BASE, info->interp_base);
    auxiliary(b, AT_FLAGS, 0);
    auxiliary(b, AT_ENTRY, info->entry);
    auxiliary(b, AT_UID, ids->ruid);
    auxiliary(b, AT_EUID, ids->euid);
    auxiliary(b, AT_GID, ids->rgid);
    auxiliary(b, AT_EGID, ids->egid);
    auxiliary(b, AT_SECURE, ids->ruid != ids->euid || ids->rgid != ids->egid);
    auxiliary(b, AT_RANDOM, random);
    auxiliary(b, AT_HWCAP2, 0);
    auxiliary(b, AT_EXECFN, path);
    auxiliary(b, AT_PLATFORM, name);
    auxiliary(b, AT_MINSIGSTKSZ, p->space->fpu_size + 1024);
    auxiliary(b, AT_NULL, 0);
}
#define AUXILIARIES 20u

static const char *
push_pointers(struct builder *b, uint32_t count, uint64_t at,
              const char *text, const char *end)
{
    for (uint32_t i = 0; i < count && text < end; i++) {
        uint64_t length = strlen(text) + 1;

        *b->vector++ = at;
        at += length;
        text += length;
    }
    *b->vector++ = 0;
    return text;
}

static uint64_t
random_bytes(struct builder *b)
{
    uint8_t seed[64] = {0};
    mach_msg_type_number_t count = sizeof(seed);

    host_random(mach_host_self(), seed, &count);
    return push(b, seed, 16);
}

static int64_t
stack_map(struct process *p, bool executable)
{
    vm_address_t at = STACK_TOP - STACK_SIZE - PAGE * 16;

    if (vm_allocate(&at, STACK_SIZE + PAGE * 16, VM_FLAGS_FIXED) !=
            KERN_SUCCESS ||
        vm_protect(at, PAGE * 16, FALSE, VM_PROT_NONE) != KERN_SUCCESS) {
        return -ENOMEM;
    }
    p->space->stack_low = at;
    p->space->stack_high = STACK_TOP;
    if (executable &&
        vm_protect(at + PAGE * 16, STACK_SIZE, FALSE, VM_PROT_ALL) !=
            KERN_SUCCESS) {
        return -ENOMEM;
    }
    return 0;
}

int64_t
stack_build(struct process *p, const struct stack_info *info)
{
    const exec_block_t *k = info->block;
    const char *strings = (const char *)k + k->strings;
    const char *end = strings + k->strings_size;
    const char *file_name = (const char *)k + k->path;
    struct builder b = {STACK_TOP - 8, NULL};
    uint64_t path, text, name, random, words, sp;
    int64_t error = stack_map(p, info->elf->stack_executable);

    if (error < 0) {
        return error;
    }
    path = push(&b, file_name, strlen(file_name) + 1);
    text = push(&b, strings, k->strings_size);
    name = push(&b, platform, sizeof(platform));
    b.at &= ~15ull;
    random = random_bytes(&b);
    words = 1 + k->argc + 1 + k->envc + 1 + AUXILIARIES * 2;
    sp = (b.at - words * 8) & ~15ull;
    b.vector = (uint64_t *)(uintptr_t)sp;
    *b.vector++ = k->argc;
    strings = push_pointers(&b, k->argc, text, strings, end);
    push_pointers(&b, k->envc,
                  text + (uint64_t)(strings -
                                    ((const char *)k + k->strings)),
                  strings, end);
    push_auxiliaries(&b, p, info, path, name, random);
    return (int64_t)sp;
}
