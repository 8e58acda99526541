/* latency: how long each key takes, for `retort PROJECT --latency-log FILE`.
 *
 * The clock of a key starts when its byte can have been there first: when the poll that reported it returned, or, where
 * the loop was busy before that poll, when the poll before returned. So what is told is never less than what a person
 * waits for. It ends when the frame that shows the key is on its way to the terminal. What was typed is not kept: a key
 * is told by the row of the key table that answered it, or as "typed".
 *
 * Lines of JSON, written when the log is closed (until then they are in memory: no key waits for a disk):
 *   {"first_screen_ms":812,"samples":1000000}                                       since the process began
 *   {"at_us":..., "key":"a", "handled_us":310, "frame_us":1890, "cpu_us":1420, "ready_us":210}
 * one of these a key; at_us is monotonic time, cpu_us what the screen's thread worked meanwhile, ready_us how long it
 * could have and no processor was free (other programs').
 *   {"keys":2000, "frame_p50_us":..., "frame_p99_us":..., "frame_max_us":...}                   at the end
 *
 * Life: latency_open, then latency_poll / latency_key / latency_handled / latency_frame from the loop, latency_close.
 * All do nothing where the log is NULL. Threads: the screen's. Errors: the file cannot be written. */
#ifndef UI_LATENCY_H
#define UI_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct latency;
/* path NULL: *l is NULL. */
int latency_open(struct latency **l, const char *path, struct err *e);
/* The poll begins, and returned. */
void latency_poll(struct latency *l, bool begins);
void latency_key(struct latency *l);                           /* a key is about to be answered */
void latency_handled(struct latency *l, const char *key);      /* it was; at most 15 bytes are kept */
void latency_frame(struct latency *l, size_t samples);         /* a frame was shown, and all answered keys with it */
int latency_close(struct latency *l, struct err *e);

#endif
