# SPDX-License-Identifier: BSD-2-Clause
"""Exit statuses of the command, and the error that carries one."""

EXIT_USAGE = 2
EXIT_TIMEOUT = 124
EXIT_FAILURE = 125


class Failure(Exception):
    """Ends the command with one line of text and a status."""

    def __init__(self, text, status=EXIT_FAILURE):
        super().__init__(text)
        self.status = status
