/* The least that opening a project can cost: reads all columns of all samples with the sqlite3 library, and keeps
 * nothing.
 *
 *   corpus-select PROJECT.retort */
#include <sqlite3.h>
#include <stdio.h>

int
main(int argc, char **argv)
{
  static const char sql[] = "SELECT id, text, text2, labels, split, status, origin, attributes, template, teacher,"
                            " request, parent, gone FROM sample ORDER BY id";
  sqlite3 *db;
  sqlite3_stmt *s;
  long n = 0, sum = 0;

  if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
      sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
    return 1;
  for (; sqlite3_step(s) == SQLITE_ROW; n++)
    for (int i = 0; i < sqlite3_column_count(s); i++)
      if (i == 1 || i == 2 || i == 3 || i == 7) {
        const unsigned char *text = sqlite3_column_text(s, i);

        sum += sqlite3_column_bytes(s, i) + (text ? text[0] : 0);
      } else {
        sum += sqlite3_column_int(s, i);
      }
  sqlite3_finalize(s);
  sqlite3_close(db);
  printf("%ld rows, %ld\n", n, sum);
  return 0;
}
