/** `Mon 23 Nov 2026, 13:05 UTC` */
export function readableTime(time: Date): string {
  const [weekday, day, month, year, clock] = time.toUTCString().replace(',', '').split(' ')
  return `${weekday} ${day} ${month} ${year}, ${(clock ?? '').slice(0, 5)} UTC`
}
