// Pointer, wheel and keys over the graph: what they ask for.

/** What input asks for; places and ways in CSS pixels of the picture. */
export interface GraphActions {
  pan(dx: number, dy: number): void;
  zoom(x: number, y: number, factor: number): void;
  /** A click on something. */
  press(target: EventTarget | null): void;
  /** Gives whether the key means something. */
  key(key: string, target: EventTarget | null): boolean;
}

/** Farthest that a pointer moves in a click, CSS pixels. */
const clickLimit = 4;

/** Listens until the signal says stop. */
export function listenToGraph(
  svg: SVGSVGElement,
  actions: GraphActions,
  signal: AbortSignal,
): void {
  svg.addEventListener(
    'keydown',
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (actions.key(event.key, event.target)) event.preventDefault();
    },
    { signal },
  );
  svg.addEventListener(
    'wheel',
    (event) => {
      // Without focus or Ctrl the wheel scrolls the page, as everywhere else.
      if (!event.ctrlKey && !svg.matches(':focus-within')) return;
      event.preventDefault();
      const { left, top } = svg.getBoundingClientRect();
      const speed = event.ctrlKey ? 0.01 : 0.002;
      actions.zoom(event.clientX - left, event.clientY - top, Math.exp(-event.deltaY * speed));
    },
    { signal, passive: false },
  );
  listenToDrags(svg, actions, signal);
}

function listenToDrags(svg: SVGSVGElement, actions: GraphActions, signal: AbortSignal): void {
  let last:
    | { readonly x: number; readonly y: number; readonly target: EventTarget | null }
    | undefined;
  let moved = 0;
  svg.addEventListener(
    'pointerdown',
    ({ button, clientX: x, clientY: y, target }) => {
      if (button !== 0) return;
      last = { x, y, target };
      moved = 0;
    },
    { signal },
  );
  svg.addEventListener(
    'pointermove',
    ({ pointerId, clientX: x, clientY: y }) => {
      if (!last) return;
      const [dx, dy] = [x - last.x, y - last.y];
      moved += Math.hypot(dx, dy);
      if (moved <= clickLimit) return;
      svg.setPointerCapture(pointerId);
      last = { ...last, x, y };
      actions.pan(dx, dy);
    },
    { signal },
  );
  svg.addEventListener(
    'pointerup',
    () => {
      if (last && moved <= clickLimit) actions.press(last.target);
      last = undefined;
    },
    { signal },
  );
  svg.addEventListener('pointercancel', () => (last = undefined), { signal });
}
