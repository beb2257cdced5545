// Tabs as the ARIA practices describe them: arrow keys move, each panel is drawn when it is first shown.

import { make } from './make-element.ts';

/** One tab. */
export interface Tab {
  readonly name: string;
  readonly label: string;
  /** True: {@link Tabs.redraw} leaves it as it is. */
  readonly lasts?: boolean;
  /** Draws into the panel; called when the tab is shown for the first time since {@link Tabs.redraw}. */
  readonly draw: (panel: HTMLElement) => TabContent;
}

/** What a tab has drawn. */
export interface TabContent {
  destroy(): void;
}

/** A row of tabs with their panels. */
export interface Tabs {
  readonly element: HTMLElement;
  /** Name of the tab that is shown. */
  readonly shown: string;
  readonly show: (name: string) => void;
  /** Forgets what was drawn, because the data changed, and draws what is shown. */
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
    if (entry) entry.content ??= entry.tab.draw(entry.panel);
  };
  const show = (name: string): void => {
    if (entries.every(({ tab }) => tab.name !== name)) return;
    shown = name;
    for (const { tab, button, panel } of entries) {
      const isShown = tab.name === name;
      button.setAttribute('aria-selected', String(isShown));
      button.tabIndex = isShown ? 0 : -1;
      panel.hidden = !isShown;
    }
    draw();
  };
  const list = make('div', { class: 'tabs', attributes: { role: 'tablist', 'aria-label': label } });
  for (const { tab, button } of entries)
    button.addEventListener('click', () => {
      show(tab.name);
      onShow(tab.name);
    });
  list.append(...entries.map(({ button }) => button));
  list.addEventListener('keydown', (event) => {
    const to = neighbour(entries, shown, event.key);
    if (!to) return;
    event.preventDefault();
    show(to.tab.name);
    onShow(to.tab.name);
    to.button.focus();
  });
  const element = make('div', {}, [list, ...entries.map(({ panel }) => panel)]);
  return {
    element,
    get shown() {
      return shown;
    },
    show,
    redraw: () => {
      for (const entry of entries) {
        if (entry.tab.lasts) continue;
        entry.content?.destroy();
        entry.content = undefined;
        entry.panel.replaceChildren();
      }
      show(shown);
    },
  };
}

function makeEntry(tab: Tab): Entry {
  const id = `tab-${tab.name}`;
  const button = make('button', {
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
