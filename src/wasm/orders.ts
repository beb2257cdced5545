// Orders to threads, in turn: where some wait for what threads exchange, those behind them wait too.

/** What is to be done in turn; at once where nothing is waited for. */
export class Orders {
  #last: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;

  /** Does something when its turn comes; not at all after a failure that nobody has heard of, unless it tidies up. */
  add(order: () => Promise<void> | void, isTidying = false): void {
    const run = async (): Promise<void> => {
      if (!this.#failed || isTidying) await order();
    };
    if (!this.#last) {
      if (this.#failed && !isTidying) return;
      const waiting = order();
      if (waiting) this.#wait(waiting);
      return;
    }
    this.#wait(this.#last.then(run));
  }

  /**
   * Waits until everything is done.
   * @throws what went wrong, once
   */
  async done(): Promise<void> {
    while (this.#last) await this.#last;
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed) throw failed.error;
  }

  #wait(order: Promise<void>): void {
    const last = order
      .catch((error: unknown) => {
        this.#failed ??= { error };
      })
      .then(() => {
        if (this.#last === last) this.#last = undefined;
      });
    this.#last = last;
  }
}
