// Where files are chosen or dropped, in place of the browser's button. Files may be dropped anywhere on the page.

import { chosenFolder, droppedFiles, type GivenFiles } from './given-files.ts';
import { make } from '../ui/make-element.ts';

/** The zone. */
export interface DropZone {
  readonly element: HTMLElement;
  /** Opens the browser's dialog. */
  open(): void;
}

/** Told of files that were given, which may still be listed. */
export type TakeFiles = (given: GivenFiles | Promise<GivenFiles>) => void;

/** Makes the zone. @param onFiles told of files that were chosen */
export function makeDropZone(onFiles: TakeFiles): DropZone {
  const input = make('input', {
    class: 'mars-hidden',
    attributes: { type: 'file', name: 'files', multiple: '', id: 'field-files' },
  });
  input.addEventListener('change', () => {
    onFiles({ files: [...(input.files ?? [])], inside: [], folders: [] });
    input.value = '';
  });
  const folder = make('input', {
    class: 'mars-hidden',
    attributes: { type: 'file', name: 'folder', webkitdirectory: '', id: 'field-folder' },
  });
  folder.addEventListener('change', () => {
    onFiles(chosenFolder([...(folder.files ?? [])]));
    folder.value = '';
  });
  const zone = make('label', { class: 'drop-zone', attributes: { for: 'field-files' } }, [
    input,
    make('span', { class: 'drop-zone-title', text: 'Drop or choose files' }),
    make('span', { class: 'note', text: 'network, chip, images, report' }),
  ]);
  const choose = make('label', { class: 'choose-folder', attributes: { for: 'field-folder' } }, [
    folder,
    'or choose a folder of pictures',
  ]);
  const element = make('div', { class: 'wide' }, [zone, choose]);
  return { element, open: () => input.click() };
}

/** Takes files that are dropped on the page, and shows while they are dragged that it does. */
export function takeDroppedFiles(onFiles: TakeFiles): void {
  const { classList } = document.documentElement;
  const show = (isDragging: boolean): void => void classList.toggle('is-dragging', isDragging);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    show(true);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (relatedTarget === null) show(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    show(false);
    if (event.dataTransfer) onFiles(droppedFiles(event.dataTransfer));
  });
}
