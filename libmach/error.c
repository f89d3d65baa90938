/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Return codes in words.  A switch, not a table of pointers, so that a
 * position-independent program needs no relocation for it.
 */
#include <mach/mach.h>

static const char *
kern_error(kern_return_t kr)
{
    switch (kr) {
    case KERN_SUCCESS: return "success";
    case KERN_INVALID_ADDRESS: return "address not in the map";
    case KERN_PROTECTION_FAILURE: return "memory protection violated";
    case KERN_NO_SPACE: return "no room in the address space";
    case KERN_INVALID_ARGUMENT: return "invalid argument";
    case KERN_FAILURE: return "failure";
    case KERN_RESOURCE_SHORTAGE: return "ledger or memory exhausted";
    case KERN_NOT_RECEIVER: return "not the receiver";
    case KERN_NO_ACCESS: return "no access";
    case KERN_MEMORY_FAILURE: return "pager died or refused";
    case KERN_MEMORY_ERROR: return "pager answered with an error";
    case KERN_ALREADY_IN_SET: return "in the port set already";
    case KERN_NOT_IN_SET: return "not in the port set";
    case KERN_NAME_EXISTS: return "name exists";
    case KERN_ABORTED: return "aborted";
    case KERN_INVALID_NAME: return "no such name";
    case KERN_INVALID_TASK: return "no such task";
    case KERN_INVALID_RIGHT: return "name denotes no such right";
    case KERN_INVALID_VALUE: return "invalid value";
    case KERN_UREFS_OVERFLOW: return "too many user references";
    case KERN_INVALID_CAPABILITY: return "port is not of that kind";
    case KERN_RIGHT_EXISTS: return "right exists under another name";
    case KERN_INVALID_HOST: return "not a host port";
    case KERN_MEMORY_PRESENT: return "page is present already";
    case KERN_NOT_DEPRESSED: return "not depressed";
    case KERN_TERMINATED: return "terminated";
    case KERN_NOT_SUPPORTED: return "not supported";
    case KERN_OPERATION_TIMED_OUT: return "timed out";
    case KERN_INTERRUPTED: return "interrupted by a kick";
    case KERN_VALUE_CHANGED: return "futex word has changed";
    default: return NULL;
    }
}

static const char *
send_error(kern_return_t kr)
{
    switch (kr) {
    case MACH_SEND_IN_PROGRESS: return "send in progress";
    case MACH_SEND_INVALID_DATA: return "send: message not readable";
    case MACH_SEND_INVALID_DEST: return "send: invalid or dead destination";
    case MACH_SEND_TIMED_OUT: return "send: timed out";
    case MACH_SEND_INTERRUPTED: return "send: interrupted";
    case MACH_SEND_MSG_TOO_SMALL: return "send: message too small";
    case MACH_SEND_INVALID_REPLY: return "send: invalid reply port";
    case MACH_SEND_INVALID_RIGHT: return "send: invalid right in message";
    case MACH_SEND_INVALID_NOTIFY: return "send: invalid notify port";
    case MACH_SEND_INVALID_MEMORY: return "send: invalid memory in message";
    case MACH_SEND_NO_BUFFER: return "send: ledger or memory exhausted";
    case MACH_SEND_TOO_LARGE: return "send: message too large";
    case MACH_SEND_INVALID_TYPE: return "send: invalid descriptor";
    case MACH_SEND_INVALID_HEADER: return "send: invalid header";
    case MACH_SEND_INVALID_TRAILER: return "send: invalid trailer";
    default: return NULL;
    }
}

static const char *
receive_error(kern_return_t kr)
{
    switch (kr) {
    case MACH_RCV_IN_PROGRESS: return "receive in progress";
    case MACH_RCV_INVALID_NAME: return "receive: invalid name";
    case MACH_RCV_TIMED_OUT: return "receive: timed out";
    case MACH_RCV_TOO_LARGE: return "receive: message too large";
    case MACH_RCV_INTERRUPTED: return "receive: interrupted";
    case MACH_RCV_PORT_CHANGED: return "receive: port moved to a set";
    case MACH_RCV_INVALID_NOTIFY: return "receive: invalid notify port";
    case MACH_RCV_INVALID_DATA: return "receive: buffer not writable";
    case MACH_RCV_PORT_DIED: return "receive: port died";
    case MACH_RCV_IN_SET: return "receive: port is in a set";
    case MACH_RCV_HEADER_ERROR: return "receive: no room for a header right";
    case MACH_RCV_INVALID_TRAILER: return "receive: no such trailer";
    case MACH_RCV_BODY_ERROR: return "receive: no room for rights or memory";
    case MACH_RCV_INVALID_TYPE: return "receive: invalid descriptor";
    default: return NULL;
    }
}

static const char *
mig_error(kern_return_t kr)
{
    switch (kr) {
    case -300: return "reply of another type";
    case -301: return "reply id mismatch";
    case -302: return "server detected an error";
    case -303: return "message id not understood";
    case -304: return "message of the wrong form";
    case -305: return "no reply";
    case -306: return "exception";
    case -307: return "array too large";
    case -308: return "server died";
    case -309: return "trailer of the wrong form";
    default: return NULL;
    }
}

const char *
mach_error_string(kern_return_t kr)
{
    const char *text = kern_error(kr);

    if (text == NULL) {
        text = send_error(kr);
    }
    if (text == NULL) {
        text = receive_error(kr);
    }
    if (text == NULL) {
        text = mig_error(kr);
    }
    return text != NULL ? text : "unknown error";
}
