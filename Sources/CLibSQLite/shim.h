#pragma once
#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast, and sqlite3_db_config is variadic; neither is visible from Swift.

static inline int sqlite3_shim_bind_text(sqlite3_stmt *statement, int position, const char *text, sqlite3_uint64 count) {
    return sqlite3_bind_text64(statement, position, text, count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int sqlite3_shim_bind_blob(sqlite3_stmt *statement, int position, const void *blob, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, position, blob, count, SQLITE_TRANSIENT);
}

static inline int sqlite3_shim_db_config(sqlite3 *database, int option, int value) {
    return sqlite3_db_config(database, option, value, (int *)0);
}
