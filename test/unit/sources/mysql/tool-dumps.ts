/** Small dumps of one database, each as the tool of that version writes it. */

const session = (names: string) => `/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
${names}
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
`

const end = `/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-23  9:05:01
`

const head = (line: string, version: string) => `${line}
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version\t${version}

`

interface Tables {
  /** Of the connection while a table is made. */
  clientSet: string
  options: string
}

function orders({ clientSet, options }: Tables, values: string): string {
  return `
--
-- Table structure for table \`orders\`
--

DROP TABLE IF EXISTS \`orders\`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
${clientSet}
CREATE TABLE \`orders\` (
  \`id\` int(11) NOT NULL,
  \`old\` varchar(20) CHARACTER SET latin1 COLLATE latin1_german1_ci DEFAULT NULL COMMENT 'COLLATE none_ci ENGINE=None',
  \`collate\` varchar(20) DEFAULT NULL,
  PRIMARY KEY (\`id\`)
) ${options} COMMENT='CHARSET=none; DEFINER=\`none\`@\`none\`';
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table \`orders\`
--

LOCK TABLES \`orders\` WRITE;
/*!40000 ALTER TABLE \`orders\` DISABLE KEYS */;
INSERT INTO \`orders\` VALUES${values};
/*!40000 ALTER TABLE \`orders\` ENABLE KEYS */;
UNLOCK TABLES;
`
}

/** What goes round the statement that makes a trigger, an event or a routine. */
function surrounded(set: string, collation: string, statement: string): string {
  return `/*!50003 SET @saved_cs_client      = @@character_set_client */ ;
/*!50003 SET @saved_cs_results     = @@character_set_results */ ;
/*!50003 SET @saved_col_connection = @@collation_connection */ ;
/*!50003 SET character_set_client  = ${set} */ ;
/*!50003 SET character_set_results = ${set} */ ;
/*!50003 SET collation_connection  = ${collation} */ ;
/*!50003 SET @saved_sql_mode       = @@sql_mode */ ;
/*!50003 SET sql_mode              = 'STRICT_TRANS_TABLES' */ ;
DELIMITER ;;
${statement} ;;
DELIMITER ;
/*!50003 SET sql_mode              = @saved_sql_mode */ ;
/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET character_set_results = @saved_cs_results */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
`
}

const trigger = (definer: string) =>
  `/*!50003 CREATE*/ /*!50017 DEFINER=${definer}*/ /*!50003 TRIGGER tr1 before insert on orders for each row begin set @engine = 'ENGINE=None', @charset = 1; end */`

const event = (definer: string) =>
  `/*!50106 CREATE*/ /*!50117 DEFINER=${definer}*/ /*!50106 EVENT \`e1\` ON SCHEDULE EVERY 1 DAY DO delete from log */`

const procedure = (definer: string, types: string) => `CREATE DEFINER=${definer} PROCEDURE \`p1\`(a varchar(10)${types})
begin
  -- COLLATE none_ci
  declare charset int;
  if charset then select charset from orders using index; end if;
  select a collate utf8mb4_bin, "DEFINER=none@none";
end`

const view = (definer: string) => `
/*!50001 DROP VIEW IF EXISTS \`v1\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50013 DEFINER=${definer} SQL SECURITY DEFINER */
/*!50001 VIEW \`v1\` AS select convert(\`orders\`.\`old\` using cp850) AS \`x\`,_koi8r'COLLATE none_ci' AS \`y\` from \`orders\` */;
`

/** MySQL 5.7 of a replicated server, with GTIDs. */
export const mysql57 =
  head('-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)', '5.7.44-log') +
  session('/*!40101 SET NAMES utf8 */;') +
  `SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;
SET @@SESSION.SQL_LOG_BIN= 0;

--
-- GTID state at the beginning of the backup 
--

SET @@GLOBAL.GTID_PURGED='3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';
` +
  orders(
    {
      clientSet: '/*!40101 SET character_set_client = utf8 */;',
      options: 'ENGINE=MyISAM AUTO_INCREMENT=3 DEFAULT CHARSET=utf8',
    },
    " (1,'COLLATE none_ci',NULL),(2,'b',NULL)",
  ) +
  surrounded('utf8', 'utf8_general_ci', trigger('`shop`@`10.0.%`')) +
  `ALTER DATABASE \`shop\` CHARACTER SET utf8 COLLATE utf8_swedish_ci ;
` +
  surrounded('utf8', 'utf8_general_ci', procedure('`root`@`localhost`', ' CHARSET cp1251')) +
  `ALTER DATABASE \`shop\` CHARACTER SET utf8 COLLATE utf8_general_ci ;
` +
  view('`root`@`localhost`') +
  `SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;
${end}`

export const mysql80 =
  head('-- MySQL dump 10.13  Distrib 8.0.39, for Linux (x86_64)', '8.0.39') +
  session('/*!50503 SET NAMES utf8mb4 */;') +
  orders(
    {
      clientSet: '/*!50503 SET character_set_client = utf8mb4 */;',
      options: 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci /*!80023 AUTOEXTEND_SIZE=4M */',
    },
    " (1,'a',NULL),(2,'b',NULL)",
  ) +
  surrounded('utf8mb4', 'utf8mb4_0900_ai_ci', trigger('`shop`@`%`')) +
  surrounded('utf8mb4', 'utf8mb4_0900_ai_ci', event('`shop`@`%`')) +
  view('`mysql.sys`@`localhost`') +
  end

export const mysql84 = mysql80
  .replace('Distrib 8.0.39', 'Distrib 8.4.3')
  .replace('int(11)', 'int')
  .replace(
    '/*!50503 SET NAMES utf8mb4 */;\n',
    "/*!50503 SET NAMES utf8mb4 */;\nSET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5';\n",
  )

export const mariadb103 =
  head('-- MySQL dump 10.17  Distrib 10.3.39-MariaDB, for debian-linux-gnu (x86_64)', '10.3.39-MariaDB-0+deb10u2') +
  session('/*!40101 SET NAMES utf8mb4 */;') +
  orders(
    {
      clientSet: '/*!40101 SET character_set_client = utf8 */;',
      options: 'ENGINE=Aria DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci PAGE_CHECKSUM=1',
    },
    " (1,'a',NULL),(2,'b',NULL)",
  ) +
  surrounded('utf8', 'utf8_general_ci', event('`shop`@`localhost`')) +
  view('`site_role`@``') +
  end

export const mariadb1011 =
  '/*M!999999\\- enable the sandbox mode */ \n' +
  head('-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)', '10.11.19-MariaDB-0+deb12u1') +
  session('/*!40101 SET NAMES utf8mb4 */;') +
  'CREATE SEQUENCE `numbering` start with 1 minvalue 1 cache 1000 nocycle ENGINE=InnoDB;\nDO SETVAL(`numbering`, 10100, 0);\n' +
  orders(
    {
      clientSet: '/*!40101 SET character_set_client = utf8mb4 */;',
      options: 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci',
    },
    "\n(1,'a',NULL),\n(2,'b',NULL)",
  ) +
  surrounded(
    'utf8mb4',
    'utf8mb4_general_ci',
    procedure('CURRENT_USER()', ' CHARSET utf8mb3 COLLATE utf8mb3_general_ci'),
  ) +
  end

export const mariadb114 = mariadb1011
  .replace('10.19  Distrib 10.11.19', '10.19-11.4.4')
  .replaceAll('utf8mb4_general_ci', 'utf8mb4_uca1400_ai_ci')
  .replace(
    '/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */',
    '/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */',
  )
  .replace('/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */', '/*M!100616 SET NOTE_VERBOSITY=@OLD_NOTE_VERBOSITY */')
