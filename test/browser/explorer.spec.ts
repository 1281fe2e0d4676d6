import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { eventually } from '../support/eventually.js';
import { patient } from '../support/patience.js';
import { TestServer } from '../support/server.js';

const SCREENSHOTS = '.test-data';
/** What the page did that it must not do. */
const complaints: string[] = [];

let server: TestServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchChromium();
  server = await TestServer.start();
  await mkdir(SCREENSHOTS, { recursive: true });
  page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && host !== new URL(server.url).host)
      complaints.push(`asked ${host} for ${request.url()}`);
  });
  page.on('requestfailed', (request) => complaints.push(`could not load ${request.url()}`));
}, 60_000);
afterAll(async () => {
  const { exitCode, signalCode } = server.process;
  if (exitCode !== null || signalCode !== null)
    process.stderr.write(`The server ended (${exitCode ?? signalCode}):\n${server.printed}\n`);
  await browser.close();
  await server.stop();
});

const operation = (id: string): Locator => page.locator(`[id^="operations-"][id$="-${id}"]`);

/** Opens an operation, executes it as it is shown, and answers what the page shows of the answer. */
async function execute(id: string): Promise<{ status: string; body: string }> {
  await operation(id).locator('.opblock-summary-control').click();
  await operation(id).getByRole('button', { name: 'Execute' }).click();
  const answer = operation(id).locator('.live-responses-table');
  await answer.waitFor();
  return {
    status: await answer.locator('.response-col_status').last().innerText(),
    body: await answer.locator('.highlight-code').first().innerText(),
  };
}

it('opens with our name, our icon and our operations, in the order of our tags', async () => {
  await page.goto(`${server.url}/docs`);
  await operation('getMetrics').waitFor();
  expect(await page.title()).toBe('Plugboard API');
  expect(await page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^data:image\/svg\+xml/);
  const tags = await page
    .locator('.opblock-tag')
    .evaluateAll((all) => all.map((tag) => tag.getAttribute('data-tag')));
  expect(tags).toEqual([
    'Registry',
    'Installation',
    'Plugins',
    'Core',
    'Jobs',
    'Events',
    'Artifacts',
    'Agents',
    'Fleet',
    'Auth',
    'Audit',
    'Health',
  ]);
  await page.screenshot({ path: join(SCREENSHOTS, 'explorer.png') });
});

it('takes the admin token in its dialog', async () => {
  await page.locator('.auth-wrapper .authorize').first().click();
  const dialog = page.locator('.dialog-ux');
  expect(await dialog.locator('input').count()).toBe(1);
  await dialog.locator('input').first().fill(server.token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.locator('.auth-wrapper .authorize.locked').first().waitFor();
});

it('executes operations as they are shown', async () => {
  const created = await execute('createPlugin');
  expect(created.status).toContain('201');
  expect(created.body).toContain('Plugin created successfully');
  await operation('createPlugin').evaluate((element) => element.scrollIntoView());
  await page.screenshot({ path: join(SCREENSHOTS, 'explorer-created.png') });

  const called = await execute('callPluginHook');
  expect(called.status).toContain('200');
  expect(called.body).toContain('x-greeting');

  const events = await execute('streamEvents');
  expect(events.status).toContain('200');
  expect(events.body).toContain('plugin.created');
}, 60_000);

it('remembers the token when it is opened again', async () => {
  await page.reload();
  await page.locator('.auth-wrapper .authorize.locked').first().waitFor();
  const listed = await execute('listPlugins');
  expect(listed.status).toContain('200');
  expect(listed.body).toContain('my_custom_plugin');
});

it('shows the operations within two seconds', async () => {
  const started = performance.now();
  await page.goto('about:blank');
  await page.goto(`${server.url}/docs`);
  await operation('getMetrics').waitFor();
  expect(performance.now() - started).toBeLessThan(patient(2_000));
});

it('says what an operation needs, and shows what stands in angle brackets', async () => {
  await operation('installPlugin').locator('.opblock-summary-control').click();
  const description = await operation('installPlugin').locator('.opblock-description').innerText();
  expect(description).toMatch(/^Scope plugins:install\./);
  await page.locator('.info summary').click();
  expect(await page.locator('.info details').innerText()).toContain('Authorization: Bearer <token>');
});

it('finds operations by path, name and summary', async () => {
  const paths = page.locator('.opblock-summary-path');
  for (const phrase of ['rollback', 'rollbackPlugin', 'go back to a kept']) {
    await page.locator('.operation-filter-input').fill(phrase);
    await eventually(async () =>
      expect(await paths.allInnerTexts()).toEqual([expect.stringContaining('rollback')]),
    );
  }
  await page.locator('.operation-filter-input').fill('');
  await operation('getMetrics').waitFor();
});

it('opens an operation by its link', async () => {
  await page.goto(`${server.url}/docs#/Auth/getWhoami`);
  await page.reload();
  await operation('getWhoami').getByRole('button', { name: 'Execute' }).waitFor();
});

it('complains of nothing and asks no other host', () => {
  expect(complaints).toEqual([]);
});
