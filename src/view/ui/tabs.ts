// Tabs as the ARIA practices describe them: arrow keys move, each panel is drawn when it is first shown.

import { make } from './make-element.ts';

/** One tab. */
export interface Tab {
  readonly name: string;
  readonly label: string;
  /** True: {@link Tabs.redraw} leaves it as it is. */
  readonly lasts?: boolean;
  /** True: the first of a group of its own. */
  readonly begins?: boolean;
  /** Draws into the panel; called when the tab is shown for the first time since {@link Tabs.redraw}. */
  readonly draw: (panel: HTMLElement) => TabContent;
}

/** What a tab has drawn. */
export interface TabContent {
  destroy(): void;
  /**
   * Ends what shows data that has changed, and keeps the rest; {@link TabContent.draw} follows when it is next in view.
   * Without it the whole content is destroyed and drawn anew.
   */
  forget?(): void;
  /** Draws again what was forgotten; called whenever the tab is shown. */
  draw?(): void;
}

/** A row of tabs with their panels. */
export interface Tabs {
  readonly list: HTMLElement;
  /** Holds the panels. */
  readonly panels: HTMLElement;
  /** Name of the tab that is shown. */
  readonly shown: string;
  readonly show: (name: string) => void;
  /** Forgets what was drawn of data that changed, and draws what is shown. */
  redraw(): void;
}

interface Entry {
  readonly tab: Tab;
  readonly button: HTMLButtonElement;
  readonly panel: HTMLElement;
  content: TabContent | undefined;
}

/** Makes tabs. `onShow` is told the name of a tab that a person chose. */
export function makeTabs(
  label: string,
  tabs: readonly Tab[],
  onShow: (name: string) => void,
): Tabs {
  const entries = tabs.map(makeEntry);
  let shown = entries[0]?.tab.name ?? '';
  const draw = (): void => {
    const entry = entries.find(({ tab }) => tab.name === shown);
    if (!entry) return;
    if (entry.content) entry.content.draw?.();
    else entry.content = entry.tab.draw(entry.panel);
  };
  const show = (name: string): void => {
    if (entries.every(({ tab }) => tab.name !== name)) return;
    shown = name;
    for (const { tab, button, panel } of entries) {
      const isShown = tab.name === name;
      button.setAttribute('aria-selected', String(isShown));
      button.tabIndex = isShown ? 0 : -1;
      panel.hidden = !isShown;
      if (isShown) bringIntoView(list, button);
    }
    draw();
  };
  const list = make('div', {
    class: 'tabs mars-goes-on',
    attributes: { role: 'tablist', 'aria-label': label },
  });
  for (const { tab, button } of entries)
    button.addEventListener('click', () => {
      show(tab.name);
      onShow(tab.name);
    });
  list.append(...entries.map(({ button }) => button));
  listenToKeys(
    list,
    entries,
    () => shown,
    (to) => {
      show(to);
      onShow(to);
    },
  );
  const all = entries.map(({ panel }) => panel);
  return {
    list,
    panels: make('div', { class: 'panels' }, all),
    get shown() {
      return shown;
    },
    show,
    redraw: () => {
      for (const entry of entries) if (!entry.tab.lasts) forget(entry);
      show(shown);
    },
  };
}

function forget(entry: Entry): void {
  if (entry.content?.forget) {
    entry.content.forget();
    return;
  }
  entry.content?.destroy();
  entry.content = undefined;
  entry.panel.replaceChildren();
}

/** Arrow keys, Home and End move the focus, and show what it comes to. */
function listenToKeys(
  list: HTMLElement,
  entries: readonly Entry[],
  shown: () => string,
  go: (name: string) => void,
): void {
  list.addEventListener('keydown', (event) => {
    const to = neighbour(entries, shown(), event.key);
    if (!to) return;
    event.preventDefault();
    go(to.tab.name);
    to.button.focus();
  });
}

/** Where the row is too narrow for all its tabs, it moves; the page does not. */
function bringIntoView(list: HTMLElement, { offsetLeft, offsetWidth }: HTMLElement): void {
  const { scrollLeft, clientWidth } = list;
  if (offsetLeft < scrollLeft || offsetLeft + offsetWidth > scrollLeft + clientWidth)
    list.scrollLeft = offsetLeft - (clientWidth - offsetWidth) / 2;
}

function makeEntry(tab: Tab): Entry {
  const id = `tab-${tab.name}`;
  const button = make('button', {
    class: tab.begins ? 'tab begins' : 'tab',
    text: tab.label,
    attributes: { role: 'tab', id, type: 'button', 'aria-controls': `panel-${tab.name}` },
  });
  const panel = make('div', {
    class: 'panel',
    attributes: { role: 'tabpanel', id: `panel-${tab.name}`, 'aria-labelledby': id, tabindex: '0' },
  });
  return { tab, button, panel, content: undefined };
}

function neighbour(entries: readonly Entry[], shown: string, key: string): Entry | undefined {
  const at = entries.findIndex(({ tab }) => tab.name === shown);
  const count = entries.length;
  if (key === 'ArrowRight') return entries[(at + 1) % count];
  if (key === 'ArrowLeft') return entries[(at + count - 1) % count];
  if (key === 'Home') return entries[0];
  return key === 'End' ? entries[count - 1] : undefined;
}
