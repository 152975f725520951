# Reads the objects of a database twice: a view that has its final form needs no placeholder any more.
NR == FNR {
  if (/^\/\*!50001 DROP VIEW/) final[substr($6, 1, index($6, "*") - 1)] = 1
  next
}
!/^\/\*!50001 CREATE VIEW/ || !($4 in final)
