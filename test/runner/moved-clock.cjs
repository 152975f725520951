// Loaded before a program: its clock shows CLOCK_AHEAD_MS more than that of the machine.
const aheadMs = Number(process.env.CLOCK_AHEAD_MS)
const machineNow = Date.now.bind(Date)

Date.now = () => machineNow() + aheadMs
globalThis.Date = new Proxy(Date, {
  construct: (date, given, newTarget) => Reflect.construct(date, given.length === 0 ? [date.now()] : given, newTarget),
})
