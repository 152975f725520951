# The dump of one database, from its objects, one a line; as MariaDB lays it out.
function name_behind(word) {
  match($0, word " `[^`]*`")
  return substr($0, RSTART + length(word) + 2, RLENGTH - length(word) - 3)
}
function titled(title) {
  return "\n--\n-- " title "\n--\n\n"
}
/^CREATE TABLE/ { tables = tables titled("Table structure for table `" name_behind("TABLE") "`") $0 "\n" }
/^INSERT INTO/ { tables = tables titled("Dumping data for table `" name_behind("INTO") "`") $0 "\n" }
/^\/\*!50001 CREATE VIEW/ { placeholders = placeholders $0 "\n" }
/^\/\*!50106 CREATE/ { events = events $0 "\n" }
/^\/\*!50001 DROP VIEW/ {
  view = name_behind("EXISTS")
  placeholders = placeholders "/*!50001 CREATE VIEW `" view "` AS SELECT 1 AS `id`*/;\n"
  views = views titled("Final view structure for view `" view "`") $0 "\n"
}
END {
  print "/*M!999999\\- enable the sandbox mode */ "
  print "-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n--"
  print "-- Host: localhost    Database: " database
  print "-- ------------------------------------------------------\n"
  print "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;"
  print "/*!40101 SET NAMES utf8mb4 */;"
  print "/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;"
  print "/*!40103 SET TIME_ZONE='+00:00' */;"
  printf "%s%s", tables, placeholders
  printf "%s%s", titled("Dumping events for database '" database "'"), events
  printf "%s%s", titled("Dumping routines for database '" database "'"), views
  print "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n"
  print "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n"
  print "-- Dump completed on 2026-11-23 13:05:01"
}
