/* corpus: the samples of the open project in memory, the only state that the threads of this program share.
 *
 * Samples lie in chunks of columns that never move; texts lie in an arena and are immutable: to edit one is to point
 * elsewhere. Each field is one atomic word, so READERS TAKE NO LOCK and never wait: corpus_get copies a row out field
 * by field. What a reader sees of one field is always a whole value; two fields of one row may straddle a change that
 * is being applied at that moment, and a reader who cares compares corpus_revision before and after.
 *
 * Life: corpus_new (by project_open), ..., corpus_free. The corpus lives as long as the project.
 * Threads: reading: any. corpus_apply..., corpus_name_set and labels_add: the store only, one at a time (its memory
 * lock). Everything else changes samples through project_post / project_insert (store/project.h).
 * Errors: none; out of memory ends the program.
 * Memory: the text bytes and at most 64 bytes a sample. */
#ifndef CORPUS_CORPUS_H
#define CORPUS_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/label.h"
#include "corpus/sample.h"

#define CORPUS_MAX 268435455u   /* samples; ids fit in 28 bits */

struct corpus;
struct change;
struct change_row;

struct corpus *corpus_new(enum task task);
void corpus_free(struct corpus *c);
enum task corpus_task(const struct corpus *c);
const struct labels *corpus_labels(const struct corpus *c);

/* All ids are 1..corpus_count, those of gone samples too:
 *   for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) if (corpus_get(c, id, &s)) ... */
uint32_t corpus_count(const struct corpus *c);
/* False if there is no such sample, or it is gone (then *s is filled all the same; corpus_count tells which). */
bool corpus_get(const struct corpus *c, uint32_t id, struct sample *s);
/* Grows with each change that was applied to samples or labels. */
uint64_t corpus_revision(const struct corpus *c);

/* Which samples were added or changed since a revision: their ids in ascending order, each once, at most max of them;
 * returns how many. *now is the revision that one has come to: the next call's `since`. What is read of these samples
 * after the call is at least as new as *now. CORPUS_MOVED_ALL (*now is set, too) if there are more than max, or it is
 * too long ago to be told: look at all samples. A label that was added moves the revision and no sample.
 * The corpus keeps the last 65536 moves; neighbours that move together are one. Cheap: O(what moved), without a
 * lock. */
#define CORPUS_MOVED_ALL SIZE_MAX
size_t corpus_moved(const struct corpus *c, uint64_t since, uint64_t *now, uint32_t *ids, size_t max);

/* ---- columns, for who looks at very many samples ----
 *
 * Samples lie in chunks of CORPUS_CHUNK rows: ids 1..4096, 4097..8192, ... These functions copy one field of the rows
 * first..first + n - 1 (ids, all in one chunk, not beyond corpus_count), without a lock, as corpus_get does for one. */
#define CORPUS_CHUNK 4096u
enum corpus_number { CORPUS_BITS, CORPUS_TEMPLATE, CORPUS_TEACHER, CORPUS_REQUEST, CORPUS_PARENT, N_CORPUS_NUMBERS };
void corpus_read_numbers(const struct corpus *c, enum corpus_number which, uint32_t first, uint32_t n, uint32_t *out);

/* CORPUS_BITS: the small fields of a row in one word. */
#define CORPUS_BITS_SPLIT(bits) ((bits) & 7u)
#define CORPUS_BITS_ORIGIN(bits) ((bits) >> 3 & 7u)
#define CORPUS_BITS_STATUS(bits) ((bits) >> 6 & 7u)
#define CORPUS_BITS_GONE(bits) ((bits) >> 9 & 1u)
#define CORPUS_BITS_MAX 1024u

/* Sets and attributes that are equal are one: their pointers tell. */
struct label_ids {
  uint32_t n;
  uint16_t ids[];
};
void corpus_read_labels(const struct corpus *c, uint32_t first, uint32_t n, const struct label_ids **out);
void corpus_read_attributes(const struct corpus *c, uint32_t first, uint32_t n, const char **out);

/* All texts, text2 after text, in the order of rows: texts[i] is of row first + rows[i]; returns how many (at most
 * 2 n). The length of one: texts_length (texts.h). */
size_t corpus_read_texts(const struct corpus *c, uint32_t first, uint32_t n, const char **texts, uint16_t *rows);
/* All memory from one text to a later one below this end may be read; what is between texts is no text. */
const char *corpus_text_block_end(const struct corpus *c, const char *text);

/* What the samples that are not gone add up to, kept as they change: reading is O(1). */
struct corpus_counts {
  uint32_t n;                     /* samples that are not gone */
  uint32_t gone;
  uint32_t unlabelled;
  uint32_t usable;                /* sample_usable */
  uint32_t status[N_STATUSES], split[N_SPLITS], origin[N_ORIGINS];
};
void corpus_counts(const struct corpus *c, struct corpus_counts *counts);
/* Samples with this label and status. */
uint32_t corpus_label_count(const struct corpus *c, uint16_t label, enum status status);

/* Names of the records that samples point to, for filters and screens: "tickets v4", "gpt-4o-mini"; "" if unknown. */
enum corpus_name { NAME_TEMPLATE, NAME_TEACHER, N_NAMES };
const char *corpus_name(const struct corpus *c, enum corpus_name kind, uint32_t id);
void corpus_name_set(struct corpus *c, enum corpus_name kind, uint32_t id, const char *name);
uint32_t corpus_name_count(const struct corpus *c, enum corpus_name kind);  /* ids are 1..this, some without a name */

/* fd (an eventfd) is made readable whenever a sample, a record or the board moves. Watchers are few (at most 16). */
void corpus_watch(struct corpus *c, int fd);
void corpus_unwatch(struct corpus *c, int fd);
/* Wakes the watchers: something that they may show has moved. */
void corpus_touch(struct corpus *c);

/* ---- the store's side; it wakes the watchers (corpus_touch) once it has let its lock go ---- */

/* Appends n samples (ids are given in order from corpus_count + 1; the ids inside are not looked at); returns the
 * first. */
uint32_t corpus_apply_insert(struct corpus *c, const struct sample *samples, size_t n);
/* Applies a CHANGE_SET, or n rows of one; their ids must exist. */
void corpus_apply_set(struct corpus *c, const struct change *ch);
void corpus_apply_rows(struct corpus *c, const struct change_row *rows, size_t n);
/* Staging: samples are put behind the last one where nobody sees them yet, then shown, in order, or dropped (the bytes
 * of dropped texts stay taken). corpus_stage fills *s as corpus_get will, with the id that it will have; only after
 * all staged ones were shown may others be inserted. */
void corpus_stage(struct corpus *c, struct sample *s);
/* As corpus_get, and staged samples, too; for the one thread that stages. */
bool corpus_stage_get(const struct corpus *c, uint32_t id, struct sample *s);
/* What a staged sample came from, where that became known later; 0: as it was. */
void corpus_stage_source(struct corpus *c, uint32_t id, uint32_t request, uint32_t parent);
/* Shows the next n (or all that there are); returns how many are still staged. */
uint32_t corpus_stage_show(struct corpus *c, uint32_t n);
void corpus_stage_drop(struct corpus *c);
/* Adds a label (see labels_add), moving the revision. */
uint16_t corpus_apply_label(struct corpus *c, const char *name, const char *meaning);

#endif
