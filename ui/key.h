/* key: keys, mouse and pasted text, as values; how bytes from a terminal become them; their names.
 *
 * Names are what tables and documents write: a, A, /, Space, Enter, Esc, Tab, S-Tab, Up, PgDn, Home, F1, C-d, M-1.
 *
 * Decoder life: key_decoder_init, key_decoder_feed with what was read, then key_next until it returns false; when
 * bytes remain that may be the beginning of a sequence (key_pending), key_flush after KEY_WAIT_MS without more.
 * Threads: one user. */
#ifndef UI_KEY_H
#define UI_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define KEY_WAIT_MS 25              /* after Esc: longer, and it was Esc alone */
#define KEY_PASTE_MAX ((size_t)1 << 20)

enum {
  K_NONE = 0x110000,                /* above every code point */
  K_UP, K_DOWN, K_LEFT, K_RIGHT, K_HOME, K_END, K_PGUP, K_PGDN, K_INSERT, K_DELETE, K_BACKSPACE,
  K_ENTER, K_ESC, K_TAB, K_F1, K_F2, K_F3, K_F4, K_F5, K_F6, K_F7, K_F8, K_F9, K_F10, K_F11, K_F12,
  K_PASTE,                          /* text, n_text */
  K_MOUSE,                          /* press of a button or a turn of the wheel: mouse, row, col */
  K_BACKGROUND,                     /* the terminal told its background: light */
};
enum key_mods { KEY_SHIFT = 1, KEY_CTRL = 2, KEY_ALT = 4 };  /* shift only with keys that are no characters */
enum mouse { MOUSE_LEFT, MOUSE_MIDDLE, MOUSE_RIGHT, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN, MOUSE_DOUBLE };

struct key {
  uint32_t code;                    /* a code point, or K_... ; with KEY_CTRL a lower case letter or one of @[\]^_ */
  unsigned mods;
  enum mouse mouse;
  int row, col;                     /* of the mouse, from 0 */
  bool light;
  const char *text;                 /* pasted; valid until the next call of the decoder */
  size_t n_text;
};

/* Key of a name, false if there is none of that name. */
bool key_parse(const char *name, struct key *k);
/* Its name into out (at least 16 bytes). */
const char *key_spell(const struct key *k, char out[16]);
bool key_is(const struct key *k, const char *name);
/* A plain character that text fields take (no control, no Alt). */
bool key_is_text(const struct key *k);

struct key_decoder {
  struct buf in;                    /* bytes not yet understood */
  struct buf paste;
  bool pasting;
};
void key_decoder_init(struct key_decoder *d);
void key_decoder_release(struct key_decoder *d);
void key_decoder_feed(struct key_decoder *d, const char *s, size_t n);
bool key_next(struct key_decoder *d, struct key *k);
bool key_pending(const struct key_decoder *d);
/* Takes what is pending as it stands: Esc, or Esc and characters. */
bool key_flush(struct key_decoder *d, struct key *k);
/* The bytes that readline expects for a key; 0: none. */
size_t key_bytes(const struct key *k, char out[8]);

#endif
