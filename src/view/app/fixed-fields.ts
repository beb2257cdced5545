// Settings that a stored image has settled: their controls are out of use while one is chosen.

import { compressing } from '../../settings/load-job.ts';
import { nameOf } from '../../settings/setting.ts';
import type { Field } from '../ui/field.ts';
import { make, setText } from '../ui/make-element.ts';

/** The controls of what compresses, and a note about them. */
export interface FixedFields {
  /** Says that the network is a stored image; hidden while it is none. */
  readonly note: HTMLElement;
  /** Shows what the network permits. What has a value stays in use, so that a person can take it away. */
  show(): void;
}

/**
 * Makes the note.
 * @param fields by name of the setting, `network` among them
 * @param isStored whether a network of this name is a stored image
 */
export function makeFixedFields(
  fields: Readonly<Record<string, Field>>,
  isStored: (network: string) => boolean,
): FixedFields {
  const note = make('p', { class: 'field-hint wide', attributes: { id: 'stored-note' } });
  const show = (): void => {
    const network = fields['network']?.input.value ?? '';
    const stored = isStored(network);
    note.hidden = !stored;
    setText(
      note,
      stored
        ? `${network} is a stored image, which is compressed already: its bits, groups and index coding are fixed. Leave these settings empty.`
        : '',
    );
    for (const key of compressing) {
      const input = fields[nameOf(key)]?.input;
      if (input) input.disabled = stored && input.value.trim() === '';
    }
  };
  return { note, show };
}
