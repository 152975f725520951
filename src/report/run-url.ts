/** Whether this is the address of a run of GitHub Actions, at GitHub or a server of its own. It may come from a manifest. */
export function isRunUrl(url: string): boolean {
  return (
    url.length <= 300 &&
    /^https:\/\/[a-z0-9.-]+(:\d+)?\/[\w.-]+\/[\w.-]+\/actions\/runs\/\d+(\/attempts\/\d+)?$/i.test(url)
  )
}
