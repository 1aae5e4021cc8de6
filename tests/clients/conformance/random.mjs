// A source of chance that a seed reproduces.
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  // mulberry32: 32 bits of state are enough to choose requests by.
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(count) {
    return Math.floor(this.next() * count);
  }
  chance(probability) {
    return this.next() < probability;
  }
  one(list) {
    return list[this.below(list.length)];
  }
}
