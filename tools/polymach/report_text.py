# SPDX-License-Identifier: BSD-2-Clause
"""The report's words: style sheet, what rows and classes are, caveats."""

STYLE = """
:root { --ink: #1d1d1f; --soft: #5b5b60; --rule: #dcdcdf; --good: #00734f;
        --bad: #b3400a; --paper: #ffffff; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 3rem 1.5rem 5rem;
       background: var(--paper); color: var(--ink);
       font: 17px/1.55 Charter, "Bitstream Charter", "Source Serif Pro",
             Georgia, serif; }
h1, h2, h3, th, td, figcaption, nav, .meta, .tile { font-family: Inter,
       "Helvetica Neue", Helvetica, Arial, sans-serif; }
h1 { font-size: 2.1rem; line-height: 1.15; margin: 0 0 .4rem;
     letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 3.2rem 0 .6rem; padding-top: .9rem;
     border-top: 2px solid var(--ink); }
p { max-width: 44rem; margin: .7rem 0; }
.meta { color: var(--soft); font-size: .82rem; line-height: 1.5;
        max-width: none; }
nav { font-size: .86rem; margin: 1.4rem 0; color: var(--soft); }
nav a { color: inherit; margin-right: 1.1em; white-space: nowrap; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.8rem 0; }
.tile { flex: 1 1 8rem; border: 1px solid var(--rule); padding: .8rem 1rem;
        border-radius: 4px; font-size: .78rem; color: var(--soft); }
.tile b { display: block; font-size: 1.65rem; color: var(--ink);
          font-variant-numeric: tabular-nums; line-height: 1.2; }
.tile.own { border-left: 4px solid #0072b2; }
figure { margin: 1.6rem 0 2rem; }
figure img { width: 100%; height: auto; display: block; }
figcaption { font-size: .84rem; color: var(--soft); line-height: 1.45;
             max-width: 46rem; margin-top: .5rem; }
figcaption b, caption b { color: var(--ink); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .8rem; margin: 1.2rem 0;
        font-variant-numeric: tabular-nums; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem;
          font: inherit; font-size: .84rem; }
caption { font-family: Inter, "Helvetica Neue", Helvetica, Arial, sans-serif; }
th { text-align: left; font-weight: 600; border-bottom: 1.5px solid
     var(--ink); padding: .3rem .6rem; vertical-align: bottom; }
td { padding: .26rem .6rem; border-bottom: 1px solid var(--rule);
     vertical-align: top; }
.n { text-align: right; white-space: nowrap; }
td.own { font-weight: 600; }
td.what { color: var(--soft); min-width: 15rem; }
.met { color: var(--good); } .missed { color: var(--bad); }
code, pre { font: .86em/1.5 "SF Mono", Menlo, "DejaVu Sans Mono", monospace; }
pre { background: #f5f5f7; padding: .8rem 1rem; border-radius: 4px;
      overflow-x: auto; }
li { max-width: 43rem; margin: .35rem 0; }
@media print { body { font-size: 11pt; max-width: none; padding: 0; }
  figure, tr { break-inside: avoid; } nav { display: none; } }
"""

# What one operation of a row is.
ROWS = {
    "null_trap": "a trap that does nothing",
    "kern_trap": "a kernel call by trap: mach_port_get_refs",
    "kern_rpc": "the same kernel call as a message to the kernel",
    "redirect_null": "a foreign system call, sent to an emulator that "
                     "returns at once",
    "exc_redirect": "a breakpoint, sent to the emulator's entry, which "
                    "fetches the registers and goes back",
    "exc_rt": "a breakpoint as a message to another task, registers there "
              "and back",
    "fault_zero": "first touch of a page: found, cleared, mapped",
    "l4_rt_0": "L4 path, call and reply_wait, no words",
    "l4_rt_4": "the same with 4 words each way",
    "l4_rt_8": "the same with 8 words each way",
    "l4_rt_10": "the same with 10 words each way",
    "l4_rt_right": "the same, carrying one right",
    "l4_rt_map": "the same, mapping one page and unmapping it",
    "l4_mig_rt": "mig_rt by stubs that call synchronously",
    "mach_rt": "mach_msg send and receive on both sides, 8-byte bodies",
    "mach_rt_256": "the same, request of 256 bytes",
    "mach_rt_1k": "the same, request of 1 KiB",
    "mach_rt_4k": "the same, request of 4 KiB",
    "mig_rt": "through generated stubs: one int in, one int out",
    "mach_rt_port": "carrying a right that the receiver has already",
    "mach_rt_port_new": "carrying a new right, which the receiver drops",
    "mach_rt_slow": "mach_rt with fast paths turned off",
    "mach_rt_pset": "a server that waits on a set of 1000 ports",
    "mach_rt_ool4k": "4 KiB out of line, read by the server",
    "mach_rt_ool1m": "1 MiB out of line, a word of each page read",
    "futex_rt": "two tasks wake each other by futexes",
    "mach_rt_queued": "64 clients of one server, per request",
    "prio_client_high": "mach_rt, the client of higher priority",
    "prio_server_high": "mach_rt, the server of higher priority",
    "prio_low_ready": "mach_rt while a third thread of lower priority is "
                      "ready to run",
}

PEERS = {"sel4": "seL4", "gnumach": "GNU Mach", "linux": "Linux",
         "linux_pipe": "Linux pipe", "linux_unix": "Linux AF_UNIX",
         "linux_futex": "Linux futex"}

CLASSES = (
    ("user", "both programs: their loops and stubs"),
    ("entry and exit", "registers saved and loaded, dispatch by number"),
    ("checks", "everything that can refuse the call"),
    ("names", "from a name to what it stands for; names made and freed"),
    ("rights", "rights taken from the sender and given to the receiver"),
    ("copy", "bytes between the two, and the window they go through"),
    ("message object", "a message that has to be kept"),
    ("allocation", "memory for it, and who is charged"),
    ("queue and state", "who waits for what"),
    ("switch", "another address space and thread"),
    ("memory", "maps, objects, page tables"),
    ("kernel call", "the work of a call that the kernel serves"),
    ("other", "the rest"),
)

LEAD = """
<p>Every figure here is a number of <em>instructions</em>, of user and kernel
together, that one operation takes on one processor under QEMU’s instruction
counter. A round trip is between two tasks in different address spaces, both
loops included. The counter repeats exactly: two runs give the same figures,
so one instruction more is a fact about the code.</p>
"""

HIDES = """
<ul>
<li><b>It is not a clock.</b> An instruction that misses a cache counts as
much as one that doesn’t. What a lost TLB costs is left out; so the number of
address spaces loaded (CR3) stands beside each figure.</li>
<li><b>It flatters <code>rep</code>.</b> <code>rep movsq</code> counts one for
each 8 bytes and has no start-up cost; hardware is slower for a few words and
faster for many.</li>
<li><b>Wall time under TCG exaggerates address spaces.</b> QEMU throws away
its whole TLB with each CR3 load, there is no PCID, and the host has other
work. Only proportions in one column mean something, and those roughly.</li>
<li><b>Peers are not the same work.</b> GNU Mach and seL4 ran loops of their
own under the same options; seL4’s messages are words in registers, Linux’s
pipes also copy through a kernel buffer. Figures on record were measured
once.</li>
<li><b>A quiet machine.</b> One processor, caches of the kernel warm, nothing
else ready to run unless the row says so.</li>
</ul>
"""
