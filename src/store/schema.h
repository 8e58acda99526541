/* schema: the tables of a project file and how they came to be.
 *
 * PRAGMA user_version is the number of steps that were taken; a step, once released, is never edited: to change the
 * schema, append a step. Threads: the caller's connection. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "store/db.h"

#define SCHEMA_APPLICATION_ID 0x52544f52  /* "RTOR", in the header of the file */

extern const char *const schema_steps[];
extern const int schema_version;          /* how many there are */

/* Refuses what is no project and what is of a newer version; *version is what the file has. */
int schema_check(struct db *db, int newest, int *version, struct err *e);
/* Takes the steps from the file's version up to `to`, all or none. */
int schema_migrate(struct db *db, const char *const *steps, int to, struct err *e);

#endif
