/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's signal frame on the guest's stack, and its way back:
 *
 *     sp -> return address | ucontext | siginfo | ... | fpstate (64-aligned)
 *
 * The floating-point registers are the guest's all the time it is in here;
 * they are saved with XSAVE where the kernel has enabled it.
 */
#include "signal.h"
#include "syscall.h"

#define FXSAVE_SIZE 512u
#define FPU_MAX 4096u
#define FP_XSTATE_MAGIC1 0x46505853u
#define FP_XSTATE_MAGIC2 0x46505845u
#define RED_ZONE 128u

/* Behind the FXSAVE image's registers (Linux: struct _fpx_sw_bytes). */
struct fpx_sw_bytes {
    uint32_t magic1, extended_size;
    uint64_t xfeatures;
    uint32_t xstate_size, padding[7];
};
#define SW_BYTES_AT 464u
#define XSTATE_HEADER_AT 512u

struct fpu_image {
    uint8_t bytes[FPU_MAX + 64];
} __attribute__((aligned(64)));

void fpu_xsave(void *image, uint64_t mask);
void fpu_xrstor(const void *image, uint64_t mask);
void fpu_fxsave(void *image);
void fpu_fxrstor(const void *image);

static void
cpuid(uint32_t leaf, uint32_t sub, uint32_t r[4])
{
    __asm__ volatile("cpuid"
                     : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3])
                     : "a"(leaf), "c"(sub));
}

void
signal_fpu_probe(struct space *space)
{
    uint32_t r[4], low, high;

    space->xsave_mask = 0;
    space->fpu_size = FXSAVE_SIZE;
    cpuid(1, 0, r);
    space->hwcap = r[3];
    if (!(r[2] & 1u << 27)) {
        return; /* no OSXSAVE */
    }
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    cpuid(13, 0, r);
    if (r[1] <= FPU_MAX) {
        space->xsave_mask = low | (uint64_t)high << 32;
        space->fpu_size = r[1];
    }
}

static void
fpu_save(struct space *space, struct fpu_image *image)
{
    struct fpx_sw_bytes *sw = (void *)(image->bytes + SW_BYTES_AT);
    uint32_t magic2 = FP_XSTATE_MAGIC2;

    if (space->xsave_mask == 0) {
        memset(image->bytes, 0, FXSAVE_SIZE);
        fpu_fxsave(image);
        return;
    }
    memset(image->bytes + XSTATE_HEADER_AT, 0, 64);
    fpu_xsave(image, space->xsave_mask);
    *sw = (struct fpx_sw_bytes){
        .magic1 = FP_XSTATE_MAGIC1,
        .extended_size = space->fpu_size + 4,
        .xfeatures = space->xsave_mask,
        .xstate_size = space->fpu_size,
    };
    memcpy(image->bytes + space->fpu_size, &magic2, 4);
}

static void
sanitize_mxcsr(struct fpu_image *image)
{
    uint32_t mxcsr;

    memcpy(&mxcsr, image->bytes + 24, 4);
    mxcsr &= 0xffff;
    memcpy(image->bytes + 24, &mxcsr, 4);
}

/* From the guest's frame; what would fault is corrected. */
static int
fpu_restore(struct space *space, uint64_t at)
{
    struct fpu_image image;
    struct fpx_sw_bytes *sw = (void *)(image.bytes + SW_BYTES_AT);
    uint64_t header[8];

    if (copyin(image.bytes, at, FXSAVE_SIZE) < 0) {
        return -EFAULT;
    }
    sanitize_mxcsr(&image);
    if (space->xsave_mask == 0 || sw->magic1 != FP_XSTATE_MAGIC1 ||
        sw->xstate_size != space->fpu_size) {
        fpu_fxrstor(&image);
        return 0;
    }
    if (copyin(image.bytes + FXSAVE_SIZE, at + FXSAVE_SIZE,
               space->fpu_size - FXSAVE_SIZE) < 0) {
        return -EFAULT;
    }
    memcpy(header, image.bytes + XSTATE_HEADER_AT, sizeof(header));
    header[0] &= space->xsave_mask;
    memset(header + 1, 0, sizeof(header) - 8);
    memcpy(image.bytes + XSTATE_HEADER_AT, header, sizeof(header));
    fpu_xrstor(&image, space->xsave_mask);
    return 0;
}

bool
signal_on_altstack(struct thread *t, uint64_t sp)
{
    return t->altstack.size != 0 && sp > t->altstack.sp &&
           sp - t->altstack.sp <= t->altstack.size;
}

static void
fill_context(const struct thread *t, const regs_t *r, const struct pending *s,
             struct linux_sigcontext *c)
{
    *c = (struct linux_sigcontext){
        .r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11,
        .r12 = r->r12, .r13 = r->r13, .r14 = r->r14, .r15 = r->r15,
        .rdi = r->rdi, .rsi = r->rsi, .rbp = r->rbp, .rbx = r->rbx,
        .rdx = r->rdx, .rax = r->rax, .rcx = r->rcx, .rsp = r->rsp,
        .rip = r->rip, .rflags = r->rflags,
        .cs = 0x33, .ss = 0x2b,
        .error = s->error, .trapno = s->trapno, .oldmask = t->mask,
        .cr2 = s->trapno == 14 ? s->value : 0,
    };
}

int
signal_frame_push(struct thread *t, regs_t *frame, const struct pending *s,
                  const struct linux_sigaction *action, uint64_t mask)
{
    struct space *space = t->process->space;
    struct linux_sigframe f;
    struct fpu_image image;
    uint64_t sp = frame->rsp - RED_ZONE;
    uint64_t fpu_size = space->fpu_size + (space->xsave_mask != 0 ? 4 : 0);

    if (!(action->flags & SA_RESTORER)) {
        return -EFAULT;
    }
    f.uc.stack = t->altstack;
    f.uc.stack.flags = t->altstack.size == 0 ? SS_DISABLE : 0;
    if (signal_on_altstack(t, frame->rsp)) {
        f.uc.stack.flags |= SS_ONSTACK;
    } else if ((action->flags & SA_ONSTACK) && t->altstack.size != 0) {
        sp = t->altstack.sp + t->altstack.size;
    }
    fpu_save(space, &image);
    sp = (sp - fpu_size) & ~63ull;
    fill_context(t, frame, s, &f.uc.mcontext);
    f.uc.mcontext.fpstate = sp;
    if (copyout(sp, image.bytes, fpu_size) < 0) {
        return -EFAULT;
    }
    sp = ((sp - sizeof(f)) & ~15ull) - 8;
    f.return_address = action->restorer;
    f.uc.flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
                 (space->xsave_mask != 0 ? UC_FP_XSTATE : 0);
    f.uc.link = 0;
    f.uc.mask = mask;
    signal_fill_info(s, &f.info);
    if (copyout(sp, &f, sizeof(f)) < 0) {
        return -EFAULT;
    }
    frame->rdi = (uint64_t)(int64_t)s->signo;
    frame->rsi = sp + __builtin_offsetof(struct linux_sigframe, info);
    frame->rdx = sp + __builtin_offsetof(struct linux_sigframe, uc);
    frame->rax = 0;
    frame->rsp = sp;
    frame->rip = action->handler;
    frame->rflags &= ~0x500ull; /* DF, TF */
    return 0;
}

int64_t
sys_rt_sigreturn(const uint64_t *a)
{
    struct thread *t = this_thread();
    regs_t *r = thread_frame(t);
    struct linux_ucontext uc;
    const struct linux_sigcontext *c = &uc.mcontext;

    (void)a;
    if (copyin(&uc, r->rsp, sizeof(uc)) < 0 ||
        (c->fpstate != 0 &&
         fpu_restore(t->process->space, c->fpstate) < 0)) {
        signal_fault(t, SIGSEGV, SI_KERNEL, 0, 13, 0);
        return 0;
    }
    *r = (regs_t){
        .rax = c->rax, .rbx = c->rbx, .rcx = c->rcx, .rdx = c->rdx,
        .rdi = c->rdi, .rsi = c->rsi, .rbp = c->rbp, .rsp = c->rsp,
        .r8 = c->r8, .r9 = c->r9, .r10 = c->r10, .r11 = c->r11,
        .r12 = c->r12, .r13 = c->r13, .r14 = c->r14, .r15 = c->r15,
        .rip = c->rip, .rflags = c->rflags,
        .fs_base = t->fs_base, .gs_base = (uint64_t)(uintptr_t)t,
    };
    t->mask = signal_mask_sanitize(uc.mask);
    if (!(uc.stack.flags & SS_DISABLE) && uc.stack.size >= MINSIGSTKSZ) {
        t->altstack = uc.stack;
    }
    t->full = 1;
    t->call = -1;
    if (t->process->pending_count != 0) {
        t->kick = 1;
    }
    return 0;
}
