// The layer that a person chose last, in whichever view: the others show it too.

let last = '';
const listeners = new Set<(layer: string) => void>();

/** Its name; empty before one was chosen. */
export const chosenLayer = (): string => last;

/** Chooses a layer, and tells the views. */
export function chooseLayer(layer: string): void {
  last = layer;
  for (const listener of listeners) listener(layer);
}

/** Listens until the function that it gives is called. */
export function onLayerChosen(listener: (layer: string) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
