/** Dumps as the tools write them: the texts between the names follow `client/mysqldump` of each flavour. */

const opening = `/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
`

const closing = `/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

`

export const trailer = '-- Dump completed on 2026-11-23  9:05:01\n'

const mysqlHead = `-- MySQL dump 10.13  Distrib 8.0.39, for Linux (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t8.0.39

${opening}`

const mariadbHead = `/*M!999999\\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------

${opening}`

/** A dump as mysqldump 8 writes it, with `body` between its opening and its closing statements. */
export function mysqlDump(body = ''): string {
  return mysqlHead + body + closing + trailer
}

export function mariadbDump(body = ''): string {
  return mariadbHead + body + closing + trailer
}

export function table(name: string): string {
  return `
--
-- Table structure for table \`${inComment(name)}\`
--

DROP TABLE IF EXISTS \`${name}\`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!50503 SET character_set_client = utf8mb4 */;
CREATE TABLE \`${name}\` (
  \`id\` int NOT NULL,
  \`t\` varchar(20) DEFAULT 'a;''b\\n',
  PRIMARY KEY (\`id\`)
) ENGINE=InnoDB COMMENT='-- Dump completed; CREATE TABLE \`zz\`';
/*!40101 SET character_set_client = @saved_cs_client */;
`
}

/** Both tools keep a name with line breaks within its comment. */
function inComment(name: string): string {
  return name.replaceAll('\n', '\n-- ')
}

/** The statements between LOCK TABLES and UNLOCK TABLES; `inserts` is the text of the INSERT statements. */
export function rows(name: string, inserts: string): string {
  return `
--
-- Dumping data for table \`${inComment(name)}\`
--

LOCK TABLES \`${name}\` WRITE;
/*!40000 ALTER TABLE \`${name}\` DISABLE KEYS */;
${inserts}/*!40000 ALTER TABLE \`${name}\` ENABLE KEYS */;
UNLOCK TABLES;
`
}

/** What surrounds a trigger, a routine or an event: `statement` runs with the delimiter `;;`. */
export function stored(statement: string, sqlMode = 'STRICT_TRANS_TABLES'): string {
  return `/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = '${sqlMode}' */ ;
DELIMITER ;;
${statement};;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
`
}

export function placeholder(view: string): string {
  return `SET @saved_cs_client     = @@character_set_client;
/*!50503 SET character_set_client = utf8mb4 */;
/*!50001 CREATE VIEW \`${view}\` AS SELECT 
 1 AS \`id\`,
 1 AS \`a*/b\`*/;
SET character_set_client = @saved_cs_client;
`
}

/** The stand-in of MariaDB up to 10.5 and MySQL up to 5.6. */
export function placeholderTable(view: string): string {
  return `/*!50001 CREATE TABLE \`${view}\` (
  \`id\` tinyint NOT NULL
) ENGINE=MyISAM */;
`
}

export function finalView(view: string): string {
  return `/*!50001 DROP VIEW IF EXISTS \`${view}\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=\`root\`@\`localhost\` SQL SECURITY DEFINER */
/*!50001 VIEW \`${view}\` AS select 1 AS \`id\`,'CREATE TABLE x;' AS \`a*/b\` */;
`
}

/** A small dump that has one of everything. */
export const everything = mariadbDump(
  [
    'CREATE SEQUENCE `se``q` start with 1 minvalue 1 cache 1000 nocycle ENGINE=InnoDB;\nDO SETVAL(`se``q`, 1001, 0);\n',
    table('orders'),
    rows('orders', "INSERT INTO `orders` VALUES\n(1,'a\\n-- Dump completed\\n;'),\n(2,'it\\'s \\\\');\n"),
    stored(
      "/*!50003 CREATE*/ /*!50017 DEFINER=`a*/b`@`%`*/ /*!50003 trigger tr1 before insert on orders for each row begin set @a = 'x;;'; -- don't\nend */",
    ),
    table('new\nline'),
    rows('new\nline', 'INSERT INTO `new\nline` VALUES\n(1,2);\n'),
    placeholder('v1'),
    stored(
      "/*!50106 CREATE*/ /*!50117 DEFINER=`r`@`h`*/ /*!50106 EVENT `e1` ON SCHEDULE EVERY 1 DAY DO set @x = ';' */ ",
    ),
    stored('CREATE DEFINER=`r`@`h` PROCEDURE `p1`()\nbegin\n  select ";;", \'DELIMITER ;\'; /* /* x ;; */ \nend '),
    finalView('v1'),
  ].join(''),
)
