# What an import makes, an object a line, as a dump shows it.
/^(CREATE TABLE|INSERT INTO|\/\*!50001 CREATE TABLE)/
/^CREATE SQL SECURITY INVOKER VIEW/ {
  sub("SQL SECURITY INVOKER ", "")
  print "/*!50001 " $0 "*/;"
}
/^CREATE ALGORITHM=UNDEFINED DEFINER=/ {
  name = $0
  sub(/^[^`]*VIEW /, "", name)
  print "/*!50001 DROP VIEW IF EXISTS " substr(name, 1, index(name, " ") - 1) "*/;" \
    " /*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */" \
    " /*!50001 VIEW " name " */;"
}
/^CREATE DEFINER='root'@'localhost' EVENT/ {
  sub(/^[^`]*EVENT /, "")
  print "/*!50106 CREATE*/ /*!50117 DEFINER=`root`@`localhost`*/ /*!50106 EVENT " $0 " */;"
}
