# What the server has, as the inventory of the script asks it; the question is in WANTED.
function hex(text, at, result) {
  for (at = 1; at <= length(text); at++) result = result sprintf("%02X", code[substr(text, at, 1)])
  return result
}
function name_behind(word) {
  match($0, word " `[^`]*`")
  return hex(substr($0, RSTART + length(word) + 2, RLENGTH - length(word) - 3))
}
BEGIN {
  OFS = "\t"
  wanted = ENVIRON["WANTED"]
  all = index(wanted, "NOT IN (") > 0
  for (number = 1; number < 256; number++) code[sprintf("%c", number)] = number
  print "server", hex("10.11.19-MariaDB"), hex("Debian 12")
  print "user", hex("root@localhost")
}
FNR == 1 {
  database = hex(substr(FILENAME, 1, index(FILENAME, "/") - 1))
  is_wanted = (all && database != hex("mysql")) || index(wanted, "_utf8 x'" database "'") > 0
}
FILENAME ~ /defaults$/ {
  print "visible", database
  if (is_wanted) print "database", database, $1, $2
  next
}
!is_wanted { next }
/^(LISTED ONLY: )?CREATE TABLE/ { print "table", database, name_behind("TABLE"), "BASE TABLE", "InnoDB", 16384 }
/^\/\*!50001 CREATE VIEW/ { print "table", database, name_behind("VIEW"), "VIEW", "", 0 }
/^\/\*!50001 DROP VIEW/ { print "table", database, name_behind("EXISTS"), "VIEW", "", 0 }
/^\/\*!50106 CREATE/ { print "event", database, name_behind("EVENT") }
/DEFINER=/ { print "definer", database, hex("root@localhost") }
