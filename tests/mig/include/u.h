/* SPDX-License-Identifier: BSD-2-Clause */
/* Imported by a test: nothing is needed. */
