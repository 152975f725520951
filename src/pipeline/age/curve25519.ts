const p = 2n ** 255n - 19n
const d = mod(-121665n * inverse(121666n))

/** Whether 32 bytes are a point of Ed25519 (RFC 8032, 5.1.3) that is not of small order. */
export function onCurve(point: Buffer): boolean {
  const y = heightOf(point)
  if (point.length !== 32 || y >= p) return false
  const ySquared = mod(y * y)
  const xSquared = mod((ySquared - 1n) * inverse(mod(d * ySquared + 1n)))
  // x = 0 is one of two points of small order; the others have y = 0, or double to that.
  const hasRoot = xSquared !== 0n && power(xSquared, (p - 1n) / 2n) === 1n
  return hasRoot && y !== 0n && mod(ySquared + xSquared) !== 0n
}

/** The same point of Curve25519 (RFC 7748, 4.1): u = (1 + y) / (1 - y). */
export function toMontgomery(point: Buffer): Buffer {
  const y = heightOf(point)
  const u = mod((1n + y) * inverse(mod(1n - y)))
  return Buffer.from(u.toString(16).padStart(64, '0'), 'hex').reverse()
}

/** Without the sign of x, which is its highest bit. */
function heightOf(point: Buffer): bigint {
  const number = BigInt(`0x${Buffer.from(point).reverse().toString('hex')}`)
  return BigInt.asUintN(255, number)
}

function inverse(value: bigint): bigint {
  return power(value, p - 2n)
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = mod(base)
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square)
    square = mod(square * square)
  }
  return result
}

function mod(value: bigint): bigint {
  const rest = value % p
  return rest < 0n ? rest + p : rest
}
