/* The format `retort`: see ship.h. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/io.h"
#include "base/json.h"
#include "corpus/label.h"
#include "ship/format.h"

#define MAGIC "RTMODEL\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define FORMAT 1
#define HEAD_MAX ((size_t)4 << 20)  /* of the JSON: 4096 labels of 200 bytes */

struct head {
  char magic[8];
  uint32_t version, n;  /* n: bytes of JSON that follow */
};
_Static_assert(sizeof(struct head) == 16, "the head has no holes");

static enum task
task_of(const struct student_task *t)
{
  return t->pair ? TASK_PAIR : t->multilabel ? TASK_MULTILABEL : TASK_CLASSIFY;
}

static void
add_head(struct buf *out, const struct shipment *s)
{
  const struct student_info *i = &s->info;

  buf_addc(out, '{');
  json_add_field(out, "task", task_name(task_of(&i->task)));
  json_add_field(out, "student", i->kind);
  json_add_field(out, "run", s->run);
  json_add_field_int(out, "n_train", (int64_t)i->n_train);
  json_add_field_number(out, "threshold", (double)i->threshold);
  json_add_field_number(out, "temperature", (double)i->temperature);
  json_add_field_number(out, "calibration_error", i->calibration_error);
  json_add_key(out, "labels");
  buf_addc(out, '[');
  for (size_t c = 0; c < i->task.n_classes; c++) {
    json_add_comma(out);
    json_add_str(out, s->labels[c]);
  }
  buf_adds(out, "]}\n");
}

int
format_retort_write(const struct shipment *s, FILE *out, struct err *e)
{
  struct head h = {.version = FORMAT};
  struct buf json = BUF_INIT, all;
  uint64_t hash;
  int r;

  buf_init(&all, STUDENT_MAX_BYTES);
  memcpy(h.magic, MAGIC, MAGIC_BYTES);
  add_head(&json, s);
  h.n = (uint32_t)json.n;
  buf_add(&all, (const char *)&h, sizeof h);
  buf_add(&all, json.s, json.n);
  r = student_save(s->student, &all, e);
  if (r == 0) {
    hash = hash_bytes(all.s, all.n, FORMAT);
    buf_add(&all, (const char *)&hash, sizeof hash);
    fwrite(all.s, 1, all.n, out);
  }
  buf_release(&json);
  buf_release(&all);
  return r;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

bool
ship_is_model(const char *path)
{
  char magic[MAGIC_BYTES];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool is = fd >= 0 && read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, MAGIC, sizeof magic) == 0;

  if (fd >= 0)
    close(fd);
  return is;
}

/* Labels and run, copied. The student's own word on the task counts; the labels must be as many. */
static int
take_head(struct shipment *s, const char *json, size_t n, struct arena *arena, struct err *e)
{
  struct json *j = json_parse(json, n, NULL, e);
  const struct json *list = json_get(j, "labels");
  const char **labels;
  int r = 0;

  if (!j)
    return -1;
  if (json_type(list) != JSON_ARRAY || json_size(list) != s->info.task.n_classes) {
    json_free(j);
    return err_set(e, ERR_INPUT, "the labels are not those of the student");
  }
  labels = arena_alloc(arena, s->info.task.n_classes * sizeof *labels);
  for (size_t c = 0; c < s->info.task.n_classes && r == 0; c++) {
    const char *name = json_string(json_at(list, c));

    r = label_check_name(name ? name : "", e);
    labels[c] = arena_strdup(arena, name ? name : "");
  }
  s->labels = labels;
  s->run = arena_strdup(arena, json_string(json_get(j, "run")) ? json_string(json_get(j, "run")) : "");
  json_free(j);
  return r;
}

static int
read_bytes(const char *bytes, size_t n, struct shipment *s, struct arena *arena, struct err *e)
{
  struct head h;
  uint64_t hash;
  size_t at;
  struct student *student;

  if (n < sizeof h + sizeof hash || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
    return err_set(e, ERR_INPUT, "this is no shipped student");
  memcpy(&h, bytes, sizeof h);
  memcpy(&hash, bytes + n - sizeof hash, sizeof hash);
  if (h.version > FORMAT)
    return err_set(e, ERR_INPUT, "it was shipped by a newer retort (format %u, this one reads %d)", h.version, FORMAT);
  if (h.n > HEAD_MAX || h.n > n - sizeof h - sizeof hash || hash_bytes(bytes, n - sizeof hash, h.version) != hash)
    return err_set(e, ERR_INPUT, "the file is damaged (its check sum is wrong)");
  at = sizeof h + h.n;
  student = student_load(bytes + at, n - sizeof hash - at, e);
  if (!student)
    return -1;
  *s = (struct shipment){.student = student};
  student_info(student, &s->info);
  if (take_head(s, bytes + sizeof h, h.n, arena, e) == 0)
    return 0;
  student_free(student);
  s->student = NULL;
  return -1;
}

int
ship_read(const char *path, struct shipment *s, struct arena *arena, struct err *e)
{
  char *bytes;
  size_t n;
  int r;

  if (io_read_file(path, STUDENT_MAX_BYTES + HEAD_MAX, &bytes, &n, e) < 0)
    return -1;
  r = read_bytes(bytes, n, s, arena, e);
  if (r < 0)
    err_prefix(e, "'%s': ", path);
  free(bytes);
  return r;
}
