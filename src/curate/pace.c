#include "curate/pace.h"

#include <math.h>
#include <stdlib.h>

#define HAS(entry, field) ((entry)->fields >> (field) & 1u)

static void
count_entry(struct pace *pace, const struct person_entry *l)
{
  bool decided = HAS(l, FIELD_STATUS) || HAS(l, FIELD_LABELS);

  if (l->kind != CHANGE_SET)
    return;
  if (l->undone) {
    pace->undone++;
  } else if (l->n > 1) {
    pace->bulk++;
    pace->bulk_samples += l->n;
  } else {
    pace->decisions += decided;
    pace->accepted += l->status == STATUS_ACCEPTED;
    pace->rejected += l->status == STATUS_REJECTED;
    pace->relabelled += HAS(l, FIELD_LABELS);
    pace->edited += HAS(l, FIELD_TEXT) || HAS(l, FIELD_TEXT2);
  }
}

int
pace_of(struct project *p, struct pace *pace, struct err *e)
{
  struct person_entry *rows;
  size_t n;

  *pace = (struct pace){.per_minute = NAN};
  if (person_entry_list(p, &rows, &n, e))
    return -1;
  for (size_t i = 0; i < n; i++) {
    int64_t gap = i > 0 ? rows[i].at_ms - rows[i - 1].at_ms : INT64_MAX;

    count_entry(pace, &rows[i]);
    if (gap < 0)                 /* the clock was set back */
      gap = 0;
    if (gap > PACE_GAP_MS)
      pace->sittings++;
    else
      pace->minutes += (double)gap / 60000;
  }
  if (pace->minutes > 0)
    pace->per_minute = (double)pace->decisions / pace->minutes;
  free(rows);
  return 0;
}
