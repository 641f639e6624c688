/**
 * Looks at Nextcloud's settings pages in a headless Chromium. Two detours, because the trees under test may lack the server's own scripts:
 * the sign-in form is posted by hand, and the hidden settings content is shown when nothing moved it.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { smallPng } from './small-png.ts'

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Why there is no browser; null = there is one. */
export function missingBrowser(): string | null {
  return existsSync(CHROMIUM) ? null : `no Chromium at ${CHROMIUM} (set CHROMIUM)`
}

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
}

export type Login = {
  baseUrl: string
  user: string
  password: string
  width?: number
  height?: number
  locale?: string
  scheme?: 'light' | 'dark'
}

/** A signed-in window of its own. Throws where Nextcloud refuses the password. */
export async function signIn(browser: Browser, { baseUrl, user, password, ...look }: Login): Promise<BrowserContext> {
  const { width = 1280, height = 900, locale = 'en', scheme = 'light' } = look
  const context = await browser.newContext({
    viewport: { width, height },
    baseURL: baseUrl,
    locale,
    colorScheme: scheme,
  })
  if ((await context.request.get('/dist/core-common.js')).status() !== 200) await context.addInitScript(WITHOUT_CORE)
  const form = await context.request.get('/index.php/login')
  const token = (await form.text()).match(/data-requesttoken="([^"]+)"/)?.[1]
  if (token === undefined) throw new Error('the login page has no request token')
  const answer = await context.request.post('/index.php/login', {
    form: { user, password, requesttoken: token, timezone: 'Europe/Berlin', timezone_offset: '1' },
    headers: { Origin: baseUrl },
    maxRedirects: 0,
  })
  const target = answer.headers().location ?? ''
  if (answer.status() !== 303 || target.includes('/login'))
    throw new Error(`${user} could not sign in: ${answer.status()} ${target}`)
  return context
}

/** A page that does not answer in this time on a busy machine does not answer. */
const STEP_TIME_MAX_MS = 15_000

export type SettingsPage = 'user' | 'admin'

/** A picture of the whole page, however long: the server scrolls inside the page, so the window is made as high as what it holds. */
export async function picture(page: Page, path: string): Promise<void> {
  const { width = 1280, height = 900 } = page.viewportSize() ?? {}
  // The photograph behind the page would make up most of the file.
  await page.addStyleTag({ content: 'body { background-image: none !important; }' })
  const wanted: number = await page.evaluate(`{
    const ours = document.querySelector('[id^=exchange_connector-]')
    for (let one = ours; one !== null; one = one.parentElement) one.scrollTop = 0
    ours.getBoundingClientRect().bottom + 24
  }`)
  await page.setViewportSize({ width, height: Math.max(Math.ceil(wanted), 400) })
  writeFileSync(path, smallPng(await page.screenshot()))
  await page.setViewportSize({ width, height })
}

/** The app's page, mounted. `messages` collects what its scripts complain about. */
export async function openSettings(
  context: BrowserContext,
  which: SettingsPage,
): Promise<{ page: Page; messages: string[] }> {
  const page = await context.newPage()
  page.setDefaultTimeout(STEP_TIME_MAX_MS)
  const messages: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') messages.push(`${message.text()} (${message.location().url})`)
  })
  page.on('pageerror', (error) => messages.push(`${error.message}\n${error.stack ?? ''}`))
  await page.goto(`/index.php/settings/${which}/exchange_connector`)
  await show(page)
  const root = which === 'user' ? '#exchange_connector-personal' : '#exchange_connector-admin'
  await page.locator(`${root} h2`).first().waitFor({ timeout: 20_000 })
  return { page, messages }
}

/** Where the server's scripts are not there: the function of theirs that translations call, and the version by which components choose their colours. */
const WITHOUT_CORE = `window._oc_l10n_registry_translations = {}
  window.OC = { config: { get version() { return window._oc_config?.version } }, L10N: { register: (app, texts) => { window._oc_l10n_registry_translations[app] = texts } } }`

/** What the server's settings app does when it is there: it takes the content out of its hiding place and puts it on plain ground. */
async function show(page: Page): Promise<void> {
  await page.addStyleTag({
    content: `#content { background: var(--color-main-background); border-radius: var(--body-container-radius); }
      #original-settings-content { display: block; width: 100%; height: 100%; overflow: auto; }`,
  })
  await page.evaluate("document.querySelector('#original-settings-content')?.classList.remove('hidden-visually')")
}
