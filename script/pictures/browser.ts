import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** How a page is looked at. */
interface View {
  scheme: 'light' | 'dark'
  /** Of the window, in CSS pixels. */
  width: number
}

/** A browser without a window. */
export interface Browser {
  /** A picture of the whole page, as PNG. `ready`: an expression that is true once the page is drawn. */
  picture(file: string, view: View, ready: string): Promise<Buffer>
  close(): Promise<void>
}

/** Starts Chromium with a profile of its own below `folder`. */
export async function startBrowser(folder: string): Promise<Browser> {
  const profile = await mkdtemp(join(folder, 'chromium-'))
  const child = spawn(
    'chromium',
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--disable-dev-shm-usage'],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, '--force-device-scale-factor=1', 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const session = await connect(await addressOf(child))
  await session.send('Page.enable')
  return {
    picture: async (file, { scheme, width }, ready) => {
      const size = { width, height: 800, deviceScaleFactor: 1, mobile: false }
      await session.send('Emulation.setDeviceMetricsOverride', size)
      await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] })
      await session.send('Page.navigate', { url: `file://${file}` })
      await session.until(ready)
      const height = await session.evaluate('Math.ceil(document.documentElement.getBoundingClientRect().height)')
      const clip = { x: 0, y: 0, width, height: Number(height), scale: 1 }
      const { data } = await session.send('Page.captureScreenshot', { clip, captureBeyondViewport: true })
      return Buffer.from(String(data), 'base64')
    },
    close: async () => {
      session.close()
      const ended = once(child, 'exit')
      child.kill()
      await ended
      await rm(profile, { recursive: true, force: true })
    },
  }
}

async function addressOf({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('Chromium has no standard error.')
  for await (const line of createInterface({ input: stderr })) {
    const found = /^DevTools listening on (ws:\S+)$/.exec(line)?.[1]
    if (found !== undefined) {
      stderr.resume()
      return found
    }
  }
  throw new Error('Chromium did not start.')
}

type Answer = Readonly<Record<string, unknown>>

/** A session of the DevTools protocol with the first tab. */
async function connect(browserAddress: string) {
  const { host } = new URL(browserAddress)
  const tabs: unknown = await (await fetch(`http://${host}/json/list`)).json()
  const address = Array.isArray(tabs) ? tabs.find(({ type }) => type === 'page')?.webSocketDebuggerUrl : undefined
  const socket = new WebSocket(String(address))
  await once(socket, 'open')
  const waiting = new Map<number, PromiseWithResolvers<Answer>>()
  let last = 0
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data))
    const answer = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) answer?.resolve(result)
    else answer?.reject(new Error(`Chromium: ${JSON.stringify(error)}`))
  })
  const send = (method: string, params: Answer = {}): Promise<Answer> => {
    const answer = Promise.withResolvers<Answer>()
    waiting.set(++last, answer)
    socket.send(JSON.stringify({ id: last, method, params }))
    return answer.promise
  }
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result } = await send('Runtime.evaluate', { expression, returnByValue: true })
    return typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined
  }
  const until = async (expression: string): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      if ((await evaluate(`document.readyState === 'complete' && (${expression})`)) === true) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    throw new Error(`The page did not become ready: ${expression}`)
  }
  return { send, evaluate, until, close: () => socket.close() }
}
