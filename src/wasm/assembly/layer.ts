// What kernels know of a macro layer: 32-bit numbers, in the order of src/wasm/layer-fields.ts, which writes them.

/** A macro layer. Pointers are byte addresses. */
@unmanaged
export class Layer {
  // Input map, and the patch whose pixels are dealt onto word lines.
  inputHeight: i32;
  inputWidth: i32;
  inputChannels: i32;
  patchHeight: i32;
  patchWidth: i32;
  patchStrideY: i32;
  patchStrideX: i32;
  patchTop: i32;
  patchLeft: i32;
  patchDilationY: i32;
  patchDilationX: i32;
  /** What word lines drive whose pixel lies outside the map. */
  padCode: i32;
  // Word map, and the same with a border: every position of a window lies in it.
  wordsHeight: i32;
  wordsWidth: i32;
  blocks: i32;
  mapHeight: i32;
  mapWidth: i32;
  borderTop: i32;
  borderLeft: i32;
  /** Word lines of a word, and the bytes that it takes: a multiple of 16. */
  lines: i32;
  lanes: i32;
  phases: i32;
  bitsPerPhase: i32;
  // Result.
  pixels: i32;
  /** Those that are computed. */
  firstPixel: i32;
  endPixel: i32;
  kernels: i32;
  kernelsPerTile: i32;
  tiles: i32;
  columns: i32;
  /** Bit lines of a tile, a multiple of 16: kernel in tile + kernels per tile x column. */
  bitLines: i32;
  // Tables.
  /** Of each output pixel: number of the first word of its window. */
  bases: usize;
  /** First group of each tile, and the end. */
  tileStarts: usize;
  /** Of each group: distance of its word from the pixel's first word. */
  distances: usize;
  /** Of each group: its index code, and the number of that code among the stored ones. */
  codes: usize;
  slots: usize;
  /** Stored index codes: how many, and their distances. */
  storedCodes: i32;
  storedDistances: usize;
  /** Of each word: column reads per phase that meet it, of all pixels and tiles. */
  wordReads: usize;
  bias: usize;
  factors: usize;
  /** Weights as bytes, order (group, kernel in tile, lane). */
  weights: usize;
  /** Weights in pairs of word lines, order (tile, eight kernels, group, pair, kernel, line of the pair), 16 bits each. */
  pairs: usize;
  /** Cells in nibbles of four word lines, order (tile, 16 bit lines, group, four word lines, bit line), a byte each. */
  nibbles: usize;
  /** Of each bit line of each tile: 255 where it belongs to a kernel, else 0. */
  masks: usize;
  /**
   * Levels of the ADC by sum in blocks of 16 bytes twice, low bytes and high ones. The first block has the levels of 0 ... 15;
   * each next one what 0 ... 15 more add, byte by byte, modulo 256.
   */
  levels: usize;
  levelBlocks: i32;
  /** Whether any level exceeds a byte. */
  wideLevels: i32;
  levelOfZero: i32;
  /** Largest level. */
  largest: i32;
  /** Sums below `low`, and those from `high` on, are saturated. */
  low: i32;
  high: i32;
  /** Macro-ops whose levels fit a byte, or 16 bits of an ADC by any table, and those whose excesses over the largest level do. */
  together: i32;
  togetherExcess: i32;
  /** Bytes of the list of one phase. */
  listBytes: i32;
  /** V = step * C + offset * groups: a kernel's sum in 1/256 unit. */
  step: i32;
  offset: i32;
  accumulatorBits: i32;
  // Noise.
  noiseKey: u32;
  quantiles: usize;
  columnOffsets: usize;
  /**
   * Of `analog`, order (tile, eight kernels, column, kernel): a gain and what is always added, 16 bits each, then the latter
   * alone.
   */
  columnGains: usize;
  /** Whether any gain is not 1. */
  hasGains: i32;
  cellErrors: usize;
  cells: usize;
  /**
   * 256 cell + its error, 16 bits each, order (group, kernel in tile, column, lane); of `analog`, order (tile, eight kernels,
   * group, column, word line, kernel), columns and word lines padded to fours.
   */
  mixed: usize;
  /** Factor of each column times the weight of each phase, phases padded to fours. */
  phaseFactors: usize;
  /** -1 for each phase, 0 for those that pad them. */
  phaseMasks: usize;
  /** What the ADC's lowest code stands for, in 1/256 unit. */
  adcOffset: i32;
  /** Factor of each column, eight times 16 bits. */
  columnFactors: usize;
  /** Largest sum that does not saturate, lowest 0; code = sum * stepFactor >> stepShift, or sum >> 8 where that is 0. */
  top: i32;
  stepFactor: i32;
  stepShift: i32;
  /** Pixels that `analog` computes at a time, so that their totals stay in the cache while groups go by. */
  pixelsAtOnce: i32;
  thresholds: usize;
  values: usize;
  thresholdCount: i32;
  analogLow: i32;
  analogHigh: i32;
  /** Levels of noise by 16 random bits: what is always added, and the draws from which one more is. */
  noiseBase: usize;
  noiseLevels: usize;
  noiseLevelCount: i32;
  // Room to work in.
  words: usize;
  wordPairs: usize;
  wordBits: usize;
  zeroPhases: usize;
  clipPhases: usize;
  tables: usize;
  flags: usize;
  list: usize;
  totals: usize;
  work: usize;
  // Events, 64 bits each.
  saturated: u64;
  zeroReads: u64;
  overflowed: u64;
}
