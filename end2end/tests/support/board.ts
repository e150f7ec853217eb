// The board as a reader finds it: by agent, state, operation and outcome.
import { type Locator, type Page, expect } from "@playwright/test";
import { id } from "./platform";

export type Operation =
  | "forceListen"
  | "forceJoin"
  | "forceTake"
  | "forceDrop"
  | "forceReady"
  | "forceNotReady"
  | "forceLogout";

export class Board {
  readonly body: Locator;
  readonly rows: Locator;
  readonly dialog: Locator;
  readonly search: Locator;
  readonly team: Locator;
  readonly banner: Locator;
  readonly grid: Locator;
  /** What would be done to all selected. */
  readonly bulk: Locator;
  /** One agent in depth, beside the board. */
  readonly panel: Locator;

  constructor(readonly page: Page) {
    this.body = page.locator("body");
    this.rows = page.locator("[data-agent]");
    this.dialog = page.locator("dialog[data-dialog=confirm]");
    this.search = page.locator("input[name=q]");
    this.team = page.locator("select[name=team]");
    this.banner = page.locator("[data-banner]");
    this.grid = page.getByRole("grid");
    this.bulk = page.locator("dialog[data-dialog=bulk]");
    this.panel = page.locator("[data-panel]");
  }

  async open(path = "/") {
    await this.page.goto(path);
    await this.live();
  }

  async live() {
    await expect(this.body).toHaveAttribute("data-hydrated");
    await expect(this.body).toHaveAttribute("data-link", "live");
  }

  row(agent: string): Locator {
    // A quoted text of CSS: an id may have quotes and backslashes of its own.
    return this.page.locator(`[data-agent="${id(agent).replace(/["\\]/g, "\\$&")}"]`);
  }

  cell(agent: string, column: string): Locator {
    return this.row(agent).locator(`.cell.${column}`);
  }

  async is(agent: string, state: string) {
    await expect(this.row(agent)).toHaveAttribute("data-state", state);
  }

  tile(filter: string): Locator {
    return this.page.locator(`[data-filter="${filter}"]`);
  }

  async counts(counts: Record<string, number>) {
    for (const [filter, count] of Object.entries(counts)) {
      await expect(this.tile(filter)).toHaveAttribute("data-count", String(count));
      await expect(this.tile(filter)).toContainText(String(count));
    }
  }

  action(agent: string, operation: Operation): Locator {
    return this.row(agent).locator(`[data-action="${operation}"]`);
  }

  /** With the mouse, as people do: the buttons show where the pointer is. */
  async act(agent: string, operation: Operation) {
    await this.row(agent).hover();
    await this.action(agent, operation).click();
  }

  async confirm(operation: Operation) {
    await expect(this.dialog).toBeVisible();
    await this.dialog.locator(`[data-confirm="${operation}"]`).click();
    await expect(this.dialog).toBeHidden();
  }

  /** The box that selects the agent. */
  box(agent: string): Locator {
    return this.row(agent).getByRole("checkbox");
  }

  async selected(...agents: string[]) {
    await expect(this.page.locator('[data-agent][aria-selected="true"]')).toHaveCount(agents.length);
    for (const agent of agents) await expect(this.row(agent)).toHaveAttribute("aria-selected", "true");
  }

  progress(agent: string, operation: Operation): Locator {
    return this.row(agent).locator(`[data-outcome][data-operation="${operation}"]`);
  }

  async outcome(agent: string, operation: Operation, outcome: string, words?: string | RegExp, options?: { timeout?: number }) {
    const progress = this.progress(agent, operation);
    await expect(progress).toHaveAttribute("data-outcome", outcome, options);
    await expect(progress).toBeVisible();
    if (words !== undefined) await expect(progress).toContainText(words);
  }

  /** The numbers in the order in which they stand. */
  async order(): Promise<string[]> {
    const ids = await this.rows.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-agent") ?? ""));
    return ids.map((agent) => agent.split("@")[0] ?? "");
  }

  /** Whether the row has the keyboard's focus. */
  async focused(agent: string) {
    await expect(this.row(agent)).toBeFocused();
  }
}

export class SignIn {
  readonly alert: Locator;

  constructor(readonly page: Page) {
    this.alert = page.getByRole("alert").filter({ visible: true });
  }

  field(name: "number" | "password" | "domain" | "extension"): Locator {
    return this.page.locator(`input[name=${name}]`);
  }

  async fill(values: Partial<Record<"number" | "password" | "domain" | "extension", string>>) {
    const all = { number: "5000", password: "Aa123456", domain: "test.cc", extension: "8000", ...values };
    for (const [name, value] of Object.entries(all)) await this.field(name as keyof typeof all).fill(value);
  }

  async submit() {
    await this.page.getByRole("button", { name: /^(Sign in|登录)$/ }).click();
  }
}
