#!/bin/sh
# Holds the tree to `layers`: a file includes only its own room and the rooms above it, and each foreign library only where
# it belongs. Prints each breach as file:line.
src=${srcdir:-$(dirname "$0")/..}
cd "$src" || exit 99
bad=$(
  find src ui -name '*.[ch]' | sort | xargs awk '
    BEGIN {
      while ((getline line < "layers") > 0)
        if (line !~ /^#/ && line != "") { rank[line] = ++n; }
      only["curses.h"] = "^ui/terminal\\.c$"; only["ncurses.h"] = only["curses.h"]; only["ncursesw/ncurses.h"] = only["curses.h"]
      only["readline/readline.h"] = "^ui/prompt\\.c$"; only["readline/history.h"] = only["readline/readline.h"]
      only["curl/curl.h"] = "^src/teacher/"; only["cjson/cJSON.h"] = "^src/base/json(_reader)?\\.c$"
      only["sqlite3.h"] = "^src/store/"; only["yaml.h"] = "^src/prompt/"; only["pcre2.h"] = "^src/corpus/"
    }
    FNR == 1 { room = FILENAME; sub(/\/[^\/]*$/, "", room)
               if (!(room in rank)) print FILENAME ": its folder is not in `layers`" }
    match($0, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]*/) {
      name = substr($0, RSTART, RLENGTH); sub(/^[^<"]*[<"]/, "", name)
      if (name in only && FILENAME !~ only[name]) print FILENAME ":" FNR ": only " only[name] " may include <" name ">"
      if (name ~ /^gsl\// && room != "src/evaluate") print FILENAME ":" FNR ": only src/evaluate may include <" name ">"
      there = name; if (!sub(/\/[^\/]*$/, "", there)) next
      if (("src/" there) in rank) there = "src/" there
      if (there in rank && rank[there] > rank[room]) print FILENAME ":" FNR ": " room " may not include \"" name "\""
    }')
[ -z "$bad" ] && exit 0
printf '%s\n' "$bad"
exit 1
