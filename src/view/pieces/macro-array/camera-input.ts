// Pointer, wheel and keys over the picture: what they ask of the camera.

/** What input asks for; places in CSS pixels of the picture. */
export interface CameraActions {
  pan(dx: number, dy: number): void;
  zoom(place: readonly [number, number] | undefined, factor: number): void;
  showAll(): void;
  hover(place: readonly [number, number] | undefined): void;
  /** The macro at a place, or in the middle. */
  choose(place: readonly [number, number] | undefined): void;
  /** The next macro to a side, -1, 0 or 1 each way. */
  walk(dx: number, dy: number): void;
  unchoose(): void;
}

/** Farthest that a pointer moves in a click, CSS pixels. */
const clickLimit = 4;
const keyStep = 60;
const keyZoom = 1.5;

/** Listens on `stage` until the signal says stop. */
export function listenToInput(
  stage: HTMLElement,
  actions: CameraActions,
  signal: AbortSignal,
): void {
  listenToPointers(stage, actions, signal);
  stage.addEventListener(
    'wheel',
    (event) => {
      // Without focus or Ctrl the wheel scrolls the page, as everywhere else.
      if (!hasFocus(stage) && !event.ctrlKey) return;
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      // A pinch on a trackpad comes as a wheel with Ctrl, in smaller steps.
      const speed = event.ctrlKey ? 0.01 : 0.002;
      actions.zoom(placeOf(stage, event), Math.exp(-event.deltaY * lines * speed));
    },
    { signal, passive: false },
  );
  stage.addEventListener(
    'keydown',
    (event) => {
      const action =
        event.altKey || event.ctrlKey || event.metaKey
          ? undefined
          : (event.shiftKey ? shiftedKeys : keys)[event.key];
      if (!action) return;
      event.preventDefault();
      action(actions);
    },
    { signal },
  );
}

function hasFocus(stage: HTMLElement): boolean {
  const root = stage.getRootNode();
  const isRoot = root instanceof ShadowRoot || root instanceof Document;
  return isRoot && root.activeElement !== null && stage.contains(root.activeElement);
}

type Keys = Readonly<Record<string, (actions: CameraActions) => void>>;

const zoomKeys: Keys = {
  '+': (actions) => actions.zoom(undefined, keyZoom),
  '=': (actions) => actions.zoom(undefined, keyZoom),
  '-': (actions) => actions.zoom(undefined, 1 / keyZoom),
};
const keys: Keys = {
  ...zoomKeys,
  ArrowLeft: (actions) => actions.walk(-1, 0),
  ArrowRight: (actions) => actions.walk(1, 0),
  ArrowUp: (actions) => actions.walk(0, -1),
  ArrowDown: (actions) => actions.walk(0, 1),
  '0': (actions) => actions.showAll(),
  Home: (actions) => actions.showAll(),
  Enter: (actions) => actions.choose(undefined),
  ' ': (actions) => actions.choose(undefined),
  Escape: (actions) => actions.unchoose(),
};
const shiftedKeys: Keys = {
  ...zoomKeys,
  ArrowLeft: (actions) => actions.pan(keyStep, 0),
  ArrowRight: (actions) => actions.pan(-keyStep, 0),
  ArrowUp: (actions) => actions.pan(0, keyStep),
  ArrowDown: (actions) => actions.pan(0, -keyStep),
};

type Place = readonly [number, number];

/** Drags with one pointer, pinches with two, clicks. */
function listenToPointers(stage: HTMLElement, actions: CameraActions, signal: AbortSignal): void {
  const down = new Map<number, Place>();
  let moved = 0;
  const begin = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    if (down.size === 0) moved = 0;
    down.set(event.pointerId, placeOf(stage, event));
  };
  const move = (event: PointerEvent): void => {
    const place = placeOf(stage, event);
    const before = down.get(event.pointerId);
    if (!before) {
      actions.hover(place);
      return;
    }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, place);
    moved += distance(before, place);
    if (moved <= clickLimit) return;
    if (other) {
      // The moved finger moves the middle by half, and zooms about it.
      actions.pan((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
      const middle: Place = [(place[0] + other[0]) / 2, (place[1] + other[1]) / 2];
      actions.zoom(middle, distance(place, other) / Math.max(1, distance(before, other)));
    } else actions.pan(place[0] - before[0], place[1] - before[1]);
  };
  const end = (event: PointerEvent): void => {
    const wasDown = down.delete(event.pointerId);
    if (wasDown && event.type === 'pointerup' && moved <= clickLimit)
      actions.choose(placeOf(stage, event));
  };
  stage.addEventListener('pointerdown', begin, { signal });
  stage.addEventListener('pointermove', move, { signal });
  stage.addEventListener('pointerup', end, { signal });
  stage.addEventListener('pointercancel', end, { signal });
  stage.addEventListener('pointerleave', () => actions.hover(undefined), { signal });
}

const distance = (a: Place, b: Place): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

function placeOf(stage: HTMLElement, event: MouseEvent): Place {
  const { left, top } = stage.getBoundingClientRect();
  return [event.clientX - left - stage.clientLeft, event.clientY - top - stage.clientTop];
}
