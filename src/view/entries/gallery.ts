// The gallery's copy buttons.

/** How long a button says that it copied, in ms. */
const shownFor = 2000;

for (const source of document.querySelectorAll('.source')) {
  const button = source.querySelector('button');
  const code = source.querySelector('code');
  button?.addEventListener('click', () => void copy(button, code?.textContent ?? ''));
}

async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => {
    button.textContent = 'Copy';
  }, shownFor);
}
