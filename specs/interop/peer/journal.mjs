// What a peer has received, in order, for those who wait for it.

export class Journal {
  #entries = [];
  #waiting = new Set();

  add(entry) {
    const numbered = { number: this.#entries.length + 1, ...entry };
    this.#entries.push(numbered);
    for (const wake of this.#waiting) wake();
    return numbered;
  }

  // since returns the entries behind number n that match, waiting up to
  // seconds for the first.
  async since(n, { type, actor, seconds = 0 } = {}) {
    const deadline = AbortSignal.timeout(seconds * 1000);
    for (;;) {
      const found = this.#entries.filter(
        (e) => e.number > n && (!type || e.type === type) && (!actor || e.actor === actor),
      );
      if (found.length > 0 || deadline.aborted || seconds === 0) return found;
      await this.#more(deadline);
    }
  }

  #more(deadline) {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        deadline.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.add(wake);
      deadline.addEventListener("abort", wake);
    });
  }
}
