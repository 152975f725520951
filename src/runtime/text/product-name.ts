/** The official spelling of a database server's name: `MariaDB`, `MySQL`; any other as it is. */
export function productName(flavor: string): string {
  return { mariadb: 'MariaDB', mysql: 'MySQL' }[flavor.toLowerCase()] ?? flavor
}
