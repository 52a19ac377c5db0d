/** Gives out what is numbered without a gap in its order and each once, whatever comes twice, late or too soon. */
export class InOrder<T> {
  #ahead = new Map<number, T>();

  /** `last` is the number up to which all was given out. */
  constructor(public last: number) {}

  /** Whether something later is here while something earlier is missing. */
  get hasHole(): boolean {
    return this.#ahead.size > 0;
  }

  /** Takes one and answers with those whose turn it is now: none, it, or it and those that waited for it. */
  take(number: number, item: T): T[] {
    if (number > this.last) this.#ahead.set(number, item);
    return this.#due();
  }

  /** Gives up on what is missing up to and including this number. */
  skipTo(number: number): T[] {
    this.last = Math.max(this.last, number);
    for (const early of this.#ahead.keys()) if (early <= this.last) this.#ahead.delete(early);
    return this.#due();
  }

  #due(): T[] {
    const due: T[] = [];
    for (let next = this.#ahead.get(this.last + 1); next !== undefined; next = this.#ahead.get(this.last + 1)) {
      this.last += 1;
      this.#ahead.delete(this.last);
      due.push(next);
    }
    return due;
  }
}
