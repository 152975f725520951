/**
 * What makes a page that was written once show how old it is: ages count up from when they are read, and a newest recovery
 * point that is overdue is said to be. Without it the page shows times alone.
 */
export const pageScript = `
for (const time of document.querySelectorAll('time[data-age]')) {
  const minutes = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 60000))
  const hours = Math.floor(minutes / 60), days = Math.floor(hours / 24)
  time.title = time.textContent
  time.textContent = days > 0 ? days + ' d ' + hours % 24 + ' h ago' : hours > 0 ? hours + ' h ' + minutes % 60 + ' m ago' : minutes + ' m ago'
}
for (const note of document.querySelectorAll('[data-overdue-after]'))
  if (Date.now() > Date.parse(note.dataset.overdueAfter)) note.hidden = false
`
