// The sections of a stage, one below the other: each is loaded when its stage is first shown.

import { CimError } from '../../core/errors.ts';
import { make, setText } from '../ui/make-element.ts';
import type { TabContent } from '../ui/tabs.ts';
import { leadWithTerms } from './glossary.ts';
import type { Stage } from './stages.ts';

/** Loads a section, and gives the function that draws it. */
export type LoadSection = () => Promise<(place: HTMLElement) => TabContent>;

/** The drawn sections of a stage. */
export interface DrawnStage extends Required<TabContent> {
  /** Brings a section into view once all are drawn. */
  goTo(section: string): void;
}

/** A section that is not drawn yet. */
interface SectionPlace {
  readonly name: string;
  readonly element: HTMLElement;
  readonly place: HTMLElement;
  /** Undefined: not drawn, or forgotten. */
  content: TabContent | undefined;
}

/** What draws a stage. */
interface StageParts {
  readonly load: (section: string) => LoadSection;
  /** Told which section a person went to. */
  readonly onSection: (section: string) => void;
  /** Sections that show nothing of the run, so that a new one leaves them, and what was chosen there, as they are. */
  readonly lasting: ReadonlySet<string>;
}

/** Draws the sections of a stage in their order. */
export function drawStage(
  panel: HTMLElement,
  stage: Stage,
  { load, onSection, lasting }: StageParts,
): DrawnStage {
  const places = stage.sections.map(makePlace);
  let stop: AbortController | undefined;
  let drawn = Promise.resolve();
  const draw = (): void => {
    if (stop) return;
    stop = new AbortController();
    drawn = drawInOrder(places, load, stop.signal);
  };
  const goTo = async (name: string): Promise<void> => {
    let waited: Promise<void>;
    // A run that ends meanwhile has its sections drawn again.
    do await (waited = drawn);
    while (waited !== drawn);
    places.find((one) => one.name === name)?.element.scrollIntoView({ block: 'start' });
  };
  const forget = (kept: ReadonlySet<string>): void => {
    stop?.abort();
    stop = undefined;
    for (const one of places) if (!kept.has(one.name)) end(one);
  };
  const links = sectionLinks(stage, (name) => {
    onSection(name);
    void goTo(name);
  });
  panel.replaceChildren(
    make('div', { class: 'stage-head' }, [leadWithTerms(stage.lead), ...links]),
    ...places.map(({ element }) => element),
  );
  draw();
  return {
    goTo: (section) => void goTo(section),
    draw,
    forget: () => forget(lasting),
    destroy: () => forget(new Set()),
  };
}

/** Ends what a section shows; its height stays until it is drawn again, so that the sections below stay where they are. */
function end(section: SectionPlace): void {
  const { place, content } = section;
  if (place.offsetHeight > 0) place.style.minHeight = `${place.offsetHeight}px`;
  content?.destroy();
  section.content = undefined;
}

function makePlace({ name, label }: Stage['sections'][number]): SectionPlace {
  const place = make('div', { class: 'section-body' }, [
    make('p', { class: 'note loading', text: 'Loading …' }),
  ]);
  const id = `heading-${name}`;
  const attributes = { id: `section-${name}`, 'aria-labelledby': id };
  const heading = make('h2', { text: label, attributes: { id } });
  return {
    name,
    element: make('section', { class: 'section', attributes }, [heading, place]),
    place,
    content: undefined,
  };
}

/** Draws one section after the other, but for those that are drawn already. */
async function drawInOrder(
  places: readonly SectionPlace[],
  load: (section: string) => LoadSection,
  signal: AbortSignal,
): Promise<void> {
  for (const section of places) {
    if (section.content) continue;
    const { name, place } = section;
    try {
      const draw = await load(name)();
      if (signal.aborted) return;
      place.replaceChildren();
      section.content = draw(place);
      place.style.minHeight = '';
    } catch (error) {
      if (signal.aborted) return;
      place.style.minHeight = '';
      const told = make('p', { class: 'status-error' });
      setText(told, error instanceof CimError ? error.message : String(error));
      place.replaceChildren(told);
    }
  }
}

/** Buttons to the sections, where there are several. */
function sectionLinks(stage: Stage, go: (name: string) => void): readonly HTMLElement[] {
  if (stage.sections.length < 2) return [];
  const buttons = stage.sections.map(({ name, label }) => {
    const button = make('button', {
      class: 'section-link',
      text: label,
      attributes: { type: 'button', id: `go-${name}` },
    });
    button.addEventListener('click', () => go(name));
    return button;
  });
  return [
    make(
      'nav',
      { class: 'section-links', attributes: { 'aria-label': `Sections of ${stage.label}` } },
      buttons,
    ),
  ];
}
