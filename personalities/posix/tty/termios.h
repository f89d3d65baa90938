/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's terminal settings, as programs pass them to ioctl on x86-64.
 */
#ifndef TTY_TERMIOS_H
#define TTY_TERMIOS_H

#include <stdint.h>

#define LINUX_NCCS 19

struct linux_termios {
    uint32_t c_iflag, c_oflag, c_cflag, c_lflag;
    uint8_t c_line, c_cc[LINUX_NCCS];
};
_Static_assert(sizeof(struct linux_termios) == 36, "ABI");

struct linux_winsize {
    uint16_t ws_row, ws_col, ws_xpixel, ws_ypixel;
};

/* Indexes into c_cc. */
enum {
    L_VINTR, L_VQUIT, L_VERASE, L_VKILL, L_VEOF, L_VTIME, L_VMIN, L_VSWTC,
    L_VSTART, L_VSTOP, L_VSUSP, L_VEOL, L_VREPRINT, L_VDISCARD, L_VWERASE,
    L_VLNEXT, L_VEOL2
};

#define L_IGNBRK 0000001u
#define L_INPCK 0000020u
#define L_ISTRIP 0000040u
#define L_INLCR 0000100u
#define L_IGNCR 0000200u
#define L_ICRNL 0000400u
#define L_IXON 0002000u
#define L_IXANY 0004000u
#define L_IMAXBEL 0020000u
#define L_IUTF8 0040000u

#define L_OPOST 0000001u
#define L_ONLCR 0000004u
#define L_OCRNL 0000010u
#define L_ONOCR 0000020u
#define L_ONLRET 0000040u
#define L_TABDLY 0014000u
#define L_XTABS 0014000u

#define L_CS8 0000060u
#define L_CREAD 0000200u
#define L_HUPCL 0002000u
#define L_B38400 0000017u

#define L_ISIG 0000001u
#define L_ICANON 0000002u
#define L_ECHO 0000010u
#define L_ECHOE 0000020u
#define L_ECHOK 0000040u
#define L_ECHONL 0000100u
#define L_NOFLSH 0000200u
#define L_TOSTOP 0000400u
#define L_ECHOCTL 0001000u
#define L_ECHOKE 0004000u
#define L_IEXTEN 0100000u

/* ioctl commands */
#define L_TCGETS 0x5401u
#define L_TCSETS 0x5402u
#define L_TCSETSW 0x5403u
#define L_TCSETSF 0x5404u
#define L_TCSBRK 0x5409u
#define L_TCXONC 0x540au
#define L_TCFLSH 0x540bu
#define L_TIOCEXCL 0x540cu
#define L_TIOCNXCL 0x540du
#define L_TIOCSCTTY 0x540eu
#define L_TIOCGPGRP 0x540fu
#define L_TIOCSPGRP 0x5410u
#define L_TIOCOUTQ 0x5411u
#define L_TIOCGWINSZ 0x5413u
#define L_TIOCSWINSZ 0x5414u
#define L_FIONREAD 0x541bu
#define L_TIOCNOTTY 0x5422u
#define L_TCSBRKP 0x5425u
#define L_TIOCGSID 0x5429u

#endif
