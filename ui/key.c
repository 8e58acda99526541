#include "ui/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const struct {
  const char *name;
  uint32_t code;
} key_names[] = {
  {"Space", ' '}, {"Up", K_UP}, {"Down", K_DOWN}, {"Left", K_LEFT}, {"Right", K_RIGHT}, {"Home", K_HOME},
  {"End", K_END},
  {"PgUp", K_PGUP}, {"PgDn", K_PGDN}, {"Ins", K_INSERT}, {"Del", K_DELETE}, {"BS", K_BACKSPACE}, {"Enter", K_ENTER},
  {"Esc", K_ESC}, {"Tab", K_TAB}, {"F1", K_F1}, {"F2", K_F2}, {"F3", K_F3}, {"F4", K_F4}, {"F5", K_F5}, {"F6", K_F6},
  {"F7", K_F7}, {"F8", K_F8}, {"F9", K_F9}, {"F10", K_F10}, {"F11", K_F11}, {"F12", K_F12}, {"Paste", K_PASTE},
  {"Mouse", K_MOUSE}, {"Background", K_BACKGROUND},
};

static const struct {
  char letter;
  unsigned mod;
} mod_letters[] = {{'M', KEY_ALT}, {'C', KEY_CTRL}, {'S', KEY_SHIFT}};

bool
key_parse(const char *name, struct key *k)
{
  size_t n, len;

  memset(k, 0, sizeof *k);
  for (size_t i = 0; i < N_OF(mod_letters);) {
    if (name[0] == mod_letters[i].letter && name[1] == '-' && name[2]) {
      k->mods |= mod_letters[i].mod;
      name += 2;
      i = 0;
    } else {
      i++;
    }
  }
  for (size_t i = 0; i < N_OF(key_names); i++)
    if (!strcmp(name, key_names[i].name)) {
      k->code = key_names[i].code;
      return true;
    }
  n = strlen(name);
  if (!n)
    return false;
  k->code = utf8_decode(name, n, &len);
  return len == n;
}

const char *
key_spell(const struct key *k, char out[16])
{
  size_t n = 0;

  for (size_t i = 0; i < N_OF(mod_letters); i++)
    if (k->mods & mod_letters[i].mod) {
      out[n++] = mod_letters[i].letter;
      out[n++] = '-';
    }
  for (size_t i = 0; i < N_OF(key_names); i++)
    if (k->code == key_names[i].code) {
      memcpy(out + n, key_names[i].name, strlen(key_names[i].name) + 1);
      return out;
    }
  n += utf8_encode(k->code < K_NONE ? k->code : UTF8_BAD, out + n);
  out[n] = '\0';
  return out;
}

static bool
key_equal(const struct key *a, const struct key *b)
{
  return a->code == b->code && a->mods == b->mods;
}

bool
key_is(const struct key *k, const char *name)
{
  struct key named;

  return key_parse(name, &named) && key_equal(k, &named);
}

bool
key_is_text(const struct key *k)
{
  return k->code < K_NONE && !k->mods && !utf8_is_control(k->code);
}

/* ---- what terminals send ---- */

/* The end of a CSI or SS3 sequence, and the key. Function keys by number end in '~'. */
static const struct {
  char final;
  uint32_t code;
} finals[] = {
  {'A', K_UP}, {'B', K_DOWN}, {'C', K_RIGHT}, {'D', K_LEFT}, {'H', K_HOME}, {'F', K_END}, {'P', K_F1}, {'Q', K_F2},
  {'R', K_F3}, {'S', K_F4}, {'Z', K_TAB}, {'M', K_ENTER},
};
static const struct {
  int number;
  uint32_t code;
} numbers[] = {
  {1, K_HOME}, {2, K_INSERT}, {3, K_DELETE}, {4, K_END}, {5, K_PGUP}, {6, K_PGDN}, {7, K_HOME}, {8, K_END}, {11, K_F1},
  {12, K_F2}, {13, K_F3}, {14, K_F4}, {15, K_F5}, {17, K_F6}, {18, K_F7}, {19, K_F8}, {20, K_F9}, {21, K_F10},
  {23, K_F11},
  {24, K_F12},
};
#define PASTE_BEGIN "\033[200~"
#define PASTE_END "\033[201~"

void
key_decoder_init(struct key_decoder *d)
{
  memset(d, 0, sizeof *d);
  buf_init(&d->in, KEY_PASTE_MAX);
  buf_init(&d->paste, KEY_PASTE_MAX);
}

void
key_decoder_release(struct key_decoder *d)
{
  buf_release(&d->in);
  buf_release(&d->paste);
}

void
key_decoder_feed(struct key_decoder *d, const char *s, size_t n)
{
  if (buf_add(&d->in, s, n) < 0)
    buf_clear(&d->in);
}

static void
eat(struct key_decoder *d, size_t n)
{
  size_t rest = d->in.n - n;

  if (rest)
    memmove(d->in.s, d->in.s + n, rest);
  buf_truncate(&d->in, rest);
}

/* Control characters as keys. */
static void
plain(struct key *k, uint32_t c)
{
  k->code = c;
  if (c == '\r' || c == '\n') {
    k->code = K_ENTER;
  } else if (c == '\t') {
    k->code = K_TAB;
  } else if (c == 0x7f || c == 0x08) {
    k->code = K_BACKSPACE;
  } else if (c == 0x1b) {
    k->code = K_ESC;
  } else if (c == 0) {
    k->code = ' ';
    k->mods |= KEY_CTRL;
  } else if (c < 0x20) {
    k->code = c + (c < 27 ? 'a' - 1 : '@');
    k->mods |= KEY_CTRL;
  }
}

/* xterm's modifier parameter is 1 + shift + 2 alt + 4 ctrl. */
static unsigned
mods_of(int parameter)
{
  unsigned m = parameter > 1 ? (unsigned)parameter - 1 : 0;

  return (m & 1 ? KEY_SHIFT : 0) | (m & 2 ? KEY_ALT : 0) | (m & 4 ? KEY_CTRL : 0);
}

static bool
mouse_of(struct key *k, const int *p, int n, char final)
{
  static const enum mouse buttons[] = {MOUSE_LEFT, MOUSE_MIDDLE, MOUSE_RIGHT};
  int button = n == 3 ? p[0] & ~(4 | 8 | 16) : -1;

  if (final != 'M' || button < 0 || p[1] < 1 || p[2] < 1)
    return false;
  if (button == 64 || button == 65)
    k->mouse = button == 64 ? MOUSE_WHEEL_UP : MOUSE_WHEEL_DOWN;
  else if (button < 3)
    k->mouse = buttons[button];
  else
    return false;
  k->code = K_MOUSE;
  k->col = p[1] - 1;
  k->row = p[2] - 1;
  return true;
}

/* A whole control sequence: its parameters and final byte. False: it means nothing to us. */
static bool
sequence_key(struct key *k, char intro, bool private, const int *p, int n, char final)
{
  if (private)
    return mouse_of(k, p, n, final);
  k->mods = mods_of(n > 1 ? p[1] : 0);
  if (final == '~') {
    for (size_t i = 0; i < N_OF(numbers); i++)
      if (n && p[0] == numbers[i].number)
        k->code = numbers[i].code;
    return k->code != K_NONE;
  }
  for (size_t i = 0; i < N_OF(finals); i++)
    if (final == finals[i].final && (final != 'M' || intro == 'O'))
      k->code = finals[i].code;
  if (final == 'Z')
    k->mods |= KEY_SHIFT;
  return k->code != K_NONE;
}

/* ESC [ ... or ESC O x at the beginning of the input. Its length, 0 if more must come; k->code K_NONE: unknown. */
static size_t
read_sequence(const char *s, size_t n, struct key *k)
{
  int p[8] = {0}, n_p = 0;
  size_t i = 2;
  bool private = false, any = false;

  if (n < 3)
    return 0;
  if (s[1] == 'O') {
    sequence_key(k, 'O', false, p, 0, s[2]);
    return 3;
  }
  if (s[2] == '[')  /* the Linux console's function keys: ESC [ [ A */
    return n < 4 ? 0 : (s[3] >= 'A' && s[3] <= 'E' ? (void)(k->code = K_F1 + (uint32_t)(s[3] - 'A')) : (void)0, 4);
  for (; i < n && (unsigned char)s[i] >= 0x20 && (unsigned char)s[i] < 0x40; i++) {
    if (s[i] == '<' || s[i] == '?') {
      private = true;
    } else if (s[i] >= '0' && s[i] <= '9') {
      if (n_p < 8 && p[n_p] < 100000)
        p[n_p] = p[n_p] * 10 + (s[i] - '0');
      any = true;
    } else if (s[i] == ';' && n_p < 7) {
      n_p++;
    }
    if (i > 64)
      return i;
  }
  if (i == n)
    return 0;
  sequence_key(k, '[', private, p, n_p + (any ? 1 : 0), s[i]);
  return i + 1;
}

/* ESC ] ... BEL or ESC \ : what the terminal answers when asked for its background. */
static size_t
read_answer(const char *s, size_t n, struct key *k)
{
  for (size_t i = 2; i < n; i++) {
    unsigned r, g, b;
    char copy[64] = "";

    if (s[i] != '\a' && !(s[i] == '\\' && s[i - 1] == '\033') && i < 256)
      continue;
    memcpy(copy, s + 2, i - 2 < 63 ? i - 2 : 63);
    if (sscanf(copy, "11;rgb:%4x/%4x/%4x", &r, &g, &b) == 3) {
      k->code = K_BACKGROUND;
      k->light = 3 * r + 6 * g + b > 5 * (strlen(copy) >= 20 ? 0xffffu : 0xffu);
    }
    return i + 1;
  }
  return 0;
}

/* Takes pasted bytes up to the end mark; true when the paste is whole. */
static bool
read_paste(struct key_decoder *d, struct key *k)
{
  char *end = d->in.n ? memmem(d->in.s, d->in.n, PASTE_END, strlen(PASTE_END)) : NULL;
  size_t n = end ? (size_t)(end - d->in.s) : d->in.n;

  if (!end) {  /* the mark itself may be cut in two */
    n = n < strlen(PASTE_END) ? 0 : n - strlen(PASTE_END);
    if (buf_add(&d->paste, buf_str(&d->in), n) == 0 || d->paste.over)
      eat(d, n);
    return false;
  }
  buf_add(&d->paste, d->in.s, n);
  eat(d, n + strlen(PASTE_END));
  d->pasting = false;
  k->code = K_PASTE;
  k->text = buf_str(&d->paste);
  k->n_text = d->paste.n;
  return true;
}

/* One key or unknown sequence at the beginning of the input; its length, or 0 if more must come. */
static size_t
read_one(const char *s, size_t n, struct key *k)
{
  size_t len = 1, skip = 0;
  unsigned char c = (unsigned char)s[0];

  if (c == 0x1b) {
    if (n < 2)
      return 0;
    if (s[1] == '[' || s[1] == 'O')
      return read_sequence(s, n, k);
    if (s[1] == ']')
      return read_answer(s, n, k);
    if (s[1] == '\033') {  /* Esc, then something else */
      plain(k, 0x1b);
      return 1;
    }
    k->mods = KEY_ALT;
    skip = 1;
    c = (unsigned char)s[1];
  }
  if (c >= 0xc2 && c < 0xf5 && n - skip < (size_t)(c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4))
    return 0;
  plain(k, utf8_decode(s + skip, n - skip, &len));
  return skip + len;
}

bool
key_next(struct key_decoder *d, struct key *k)
{
  while (d->in.n || d->pasting) {
    size_t n;

    memset(k, 0, sizeof *k);
    k->code = K_NONE;
    if (d->pasting)
      return read_paste(d, k);
    if (d->in.n >= strlen(PASTE_BEGIN) && !memcmp(d->in.s, PASTE_BEGIN, strlen(PASTE_BEGIN))) {
      eat(d, strlen(PASTE_BEGIN));
      buf_clear(&d->paste);
      d->pasting = true;
      continue;
    }
    n = read_one(d->in.s, d->in.n, k);
    if (!n)
      return false;
    eat(d, n);
    if (k->code != K_NONE)
      return true;
  }
  return false;
}

bool
key_pending(const struct key_decoder *d)
{
  return d->in.n > 0 && !d->pasting;
}

bool
key_flush(struct key_decoder *d, struct key *k)
{
  size_t len = 1;

  if (!key_pending(d))
    return false;
  memset(k, 0, sizeof *k);
  if (d->in.n > 1 && d->in.s[0] == '\033' && (d->in.s[1] == '[' || d->in.s[1] == 'O' || d->in.s[1] == ']')) {
    k->mods = KEY_ALT;  /* M-[ and the like */
    k->code = (unsigned char)d->in.s[1];
    len = 2;
  } else {
    plain(k, utf8_decode(d->in.s, d->in.n, &len));
  }
  eat(d, len);
  return true;
}

size_t
key_bytes(const struct key *k, char out[8])
{
  static const struct { uint32_t code; const char *bytes; } table[] = {
    {K_UP, "\033[A"}, {K_DOWN, "\033[B"}, {K_RIGHT, "\033[C"}, {K_LEFT, "\033[D"}, {K_HOME, "\033[H"},
    {K_END, "\033[F"},
    {K_DELETE, "\033[3~"}, {K_BACKSPACE, "\177"}, {K_ENTER, "\r"}, {K_TAB, "\t"}, {K_ESC, "\033"},
  };
  size_t n = 0;

  if (k->mods & KEY_ALT)
    out[n++] = '\033';
  for (size_t i = 0; i < N_OF(table); i++)
    if (k->code == table[i].code) {
      memcpy(out + n, table[i].bytes, strlen(table[i].bytes));
      return n + strlen(table[i].bytes);
    }
  if (k->code >= K_NONE)
    return 0;
  if (k->mods & KEY_CTRL) {
    out[n++] = (char)(k->code & 0x1f);
    return n;
  }
  return n + utf8_encode(k->code, out + n);
}
