// The macros of a chip as rectangles, one instance each. Far away a macro has the colour of its figure; near, its
// cells appear. Everything is filtered over the area of a pixel, exactly, so that nothing flickers between.
//
//   view     uniform: camera, sizes, figure; `viewLayout` of src/view/pieces/macro-array/view-uniform.ts
//   placed   one per instance, see PlacedMacro
//   cells    rows of cells as in MacroArray of src/inspect/macro-array.ts: bit i of word j is bit line 32 j + i
//   palette  colours in the order of src/view/pieces/macro-array/palette.ts

struct View {
  // World to clip space: clip = (world - centre) * scale. A shift after the scale would lose cells far out.
  centre_x: f32,
  centre_y: f32,
  scale_x: f32,
  scale_y: f32,
  // Of the canvas, per world unit.
  pixels_per_unit: f32,
  // Width of a thin line in pixels of the canvas.
  line_pixels: f32,
  cell_width: f32,
  bit_lines: u32,
  bit_lines_per_partition: u32,
  word_lines: u32,
  word_lines_on: u32,
  words_per_row: u32,
  // Which of the values of a macro colours it.
  figure: u32,
  // Instances with a frame; 0xffffffff: none.
  hovered: u32,
  chosen: u32,
  // 0: cells are not there, only rectangles are drawn.
  has_cells: u32,
}

struct PlacedMacro {
  corner: vec2f,
  size: vec2f,
  first_row: u32,
  // Rows of filled slots; `panel` for the area behind a core's macros.
  rows: u32,
  layer: u32,
  // Error of the ADC, and density, slots, activity, saturated reads: 0 ... 1 on the colour scale, below 0 where it is
  // not known.
  error: f32,
  values: vec4f,
}

const panel = 0xffffffffu;
const error_figure = 4u;
const layer_figure = 5u;
// Places in the palette.
const scale_colours = 64u;
const layer_colours = 8u;
const special = scale_colours + layer_colours;
const colour_unknown = special;
const colour_empty = special + 1u;
const colour_zero = special + 2u;
const colour_one = special + 3u;
const colour_line = special + 4u;
const colour_hovered = special + 5u;
const colour_chosen = special + 6u;
const colour_panel = special + 7u;

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> placed: array<PlacedMacro>;
@group(0) @binding(2) var<storage, read> cells: array<u32>;
@group(0) @binding(3) var<storage, read> palette: array<vec4f>;

struct Corner {
  @builtin(position) position: vec4f,
  // Place in the rectangle, in world units from its upper left corner.
  @location(0) local: vec2f,
  @location(1) @interpolate(flat) instance: u32,
  // Of the instance, worked out once per corner: fragments are many, above all on software adapters.
  @location(2) @interpolate(flat) size: vec2f,
  @location(3) @interpolate(flat) first_row: u32,
  @location(4) @interpolate(flat) rows: u32,
  @location(5) @interpolate(flat) colour: vec4f,
}

/** A corner of an instance's rectangle, `margin` pixels wider on every side. */
fn corner_of(vertex: u32, instance: u32, margin: f32) -> Corner {
  let one = placed[instance];
  let side = vec2f(f32(vertex & 1u), f32(vertex >> 1u));
  let beyond = margin / view.pixels_per_unit;
  let local = side * (one.size + 2.0 * beyond) - beyond;
  let world = one.corner + local;
  var corner: Corner;
  corner.position = vec4f(
    (world.x - view.centre_x) * view.scale_x,
    (world.y - view.centre_y) * view.scale_y,
    0.0,
    1.0,
  );
  corner.local = local;
  corner.instance = instance;
  corner.size = one.size;
  corner.first_row = one.first_row;
  corner.rows = one.rows;
  return corner;
}

@vertex
fn macro_corner(
  @builtin(vertex_index) vertex: u32,
  @builtin(instance_index) instance: u32,
) -> Corner {
  var corner = corner_of(vertex, instance, 0.5);
  if corner.rows == panel {
    corner.colour = palette[colour_panel];
  } else if corner.rows == 0u {
    corner.colour = palette[colour_empty];
  } else {
    corner.colour = figure_colour(placed[instance]);
  }
  return corner;
}

/** Share of a pixel that lies inside a rectangle; `local` is its middle. */
fn coverage(local: vec2f, size: vec2f) -> f32 {
  let half = 0.5 / view.pixels_per_unit;
  let inside = min(local + half, size) - max(local - half, vec2f(0.0));
  let share = max(inside, vec2f(0.0)) * view.pixels_per_unit;
  return share.x * share.y;
}

/** The figure's colour of a macro. */
fn figure_colour(one: PlacedMacro) -> vec4f {
  if view.figure == layer_figure {
    return palette[scale_colours + one.layer % layer_colours];
  }
  var value = one.error;
  if view.figure != error_figure {
    value = one.values[view.figure];
  }
  if value < 0.0 {
    return palette[colour_unknown];
  }
  let at = clamp(value, 0.0, 1.0) * f32(scale_colours - 1u);
  let below = u32(at);
  let above = min(below + 1u, scale_colours - 1u);
  return mix(palette[below], palette[above], at - f32(below));
}

/** Ones of a word between its bits `low` and `high` (0 ... 32, fractions count as shares of a cell). */
fn ones_within(word: u32, low: f32, high: f32) -> f32 {
  return ones_below(word, high) - ones_below(word, low);
}

fn ones_below(word: u32, end: f32) -> f32 {
  let whole = u32(clamp(end, 0.0, 32.0));
  if whole >= 32u {
    return f32(countOneBits(word));
  }
  let mask = (1u << whole) - 1u;
  let next = f32((word >> whole) & 1u);
  return f32(countOneBits(word & mask)) + next * (clamp(end, 0.0, 32.0) - f32(whole));
}

/** Ones in the cells `low` ... `high` (bit lines, rows), each cell counted by the share that lies within. */
fn ones_in(first_row: u32, low: vec2f, high: vec2f) -> f32 {
  let first = u32(low.x) / 32u;
  let last = min(u32(max(high.x - 0.001, 0.0)) / 32u, view.words_per_row - 1u);
  var ones = 0.0;
  for (var row = u32(low.y); f32(row) < high.y; row++) {
    let share = min(f32(row) + 1.0, high.y) - max(f32(row), low.y);
    let start = (first_row + row) * view.words_per_row;
    for (var word = first; word <= last; word++) {
      let base = f32(word * 32u);
      ones += share * ones_within(cells[start + word], low.x - base, high.x - base);
    }
  }
  return ones;
}

/** How much of a line a pixel shows: lines are at the multiples of `step` cells. */
fn line_share(at: f32, step: f32, pixels_per_cell: f32) -> f32 {
  let from_line = abs(at - round(at / step) * step) * pixels_per_cell;
  let strength = smoothstep(6.0, 24.0, step * pixels_per_cell);
  return strength * clamp(0.5 + 0.5 * view.line_pixels - from_line, 0.0, 1.0);
}

/** Share of a cell that is drawn where cells are large: they stand a little apart. */
fn within_cell(at: vec2f, pixels: vec2f) -> f32 {
  let smaller = min(pixels.x, pixels.y);
  if smaller < 5.0 {
    return 1.0;
  }
  let gap = 0.12 * smaller * smoothstep(5.0, 12.0, smaller);
  let inside = (0.5 - abs(fract(at) - 0.5)) * pixels - gap + 0.5;
  let share = clamp(inside, vec2f(0.0), vec2f(1.0));
  // At 5 pixels, where this begins, cells have no gap and neighbours share the pixel between them.
  return mix(1.0, share.x * share.y, smoothstep(5.0, 7.0, smaller));
}

/** The cells (bit lines, rows) that a pixel with its middle at `local` covers: low, high. */
fn covered_cells(local: vec2f) -> vec4f {
  let cell = vec2f(view.cell_width, 1.0);
  let half = 0.5 / (cell * view.pixels_per_unit);
  let extent = vec2f(f32(view.bit_lines), f32(view.word_lines));
  let low = clamp(local / cell - half, vec2f(0.0), extent);
  return vec4f(low, clamp(local / cell + half, low, extent));
}

/** The colour of the cells around `local`, on the ground of filled or empty slots. */
fn cell_colour(corner: Corner, covered: vec4f, ground: vec4f) -> vec4f {
  let cell = vec2f(view.cell_width, 1.0);
  let pixels = cell * view.pixels_per_unit;
  let at = corner.local / cell;
  let low = covered.xy;
  let high = vec2f(covered.z, min(covered.w, f32(corner.rows)));
  let area = max((covered.z - low.x) * (covered.w - low.y), 1e-6);
  var share = 0.0;
  if high.y > low.y {
    share = ones_in(corner.first_row, low, high) / area * within_cell(at, pixels);
  }
  let lines = max(
    line_share(at.y, f32(view.word_lines_on), pixels.y),
    line_share(at.x, f32(view.bit_lines_per_partition), pixels.x),
  );
  return mix(mix(ground, palette[colour_one], share), palette[colour_line], lines * 0.8);
}

/** The colour of a macro, filled slots above, empty ones below. */
fn slots_colour(corner: Corner) -> vec4f {
  let covered = covered_cells(corner.local);
  let rows = max(covered.w - covered.y, 1e-6);
  let filled = clamp((f32(corner.rows) - covered.y) / rows, 0.0, 1.0);
  let empty = palette[colour_empty];
  let far = mix(empty, corner.colour, filled);
  // Rows of cells that share a pixel: above 5 the figure alone is shown.
  let near = 1.0 - smoothstep(2.5, 5.0, 1.0 / view.pixels_per_unit);
  if near <= 0.0 || view.has_cells == 0u {
    return far;
  }
  let ground = mix(empty, mix(palette[colour_zero], corner.colour, 0.22), filled);
  return mix(far, cell_colour(corner, covered, ground), near);
}

@fragment
fn macro_colour(corner: Corner) -> @location(0) vec4f {
  var colour = corner.colour;
  if corner.rows != panel && corner.rows != 0u {
    colour = slots_colour(corner);
  }
  let alpha = colour.a * coverage(corner.local, corner.size);
  return vec4f(colour.rgb * alpha, alpha);
}

@vertex
fn frame_corner(
  @builtin(vertex_index) vertex: u32,
  @builtin(instance_index) instance: u32,
) -> Corner {
  let number = select(view.chosen, view.hovered, instance == 0u);
  var corner = corner_of(vertex, min(number, arrayLength(&placed) - 1u), 6.0 * view.line_pixels);
  corner.instance = instance;
  if number == 0xffffffffu {
    corner.position = vec4f(2.0, 2.0, 0.0, 1.0);
  }
  return corner;
}

@fragment
fn frame_colour(corner: Corner) -> @location(0) vec4f {
  let is_hovered = corner.instance == 0u;
  let beyond = max(max(-corner.local, corner.local - corner.size), vec2f(0.0)) * view.pixels_per_unit;
  let distance = max(beyond.x, beyond.y) / view.line_pixels;
  let width = select(3.0, 2.0, is_hovered);
  let share = clamp(distance, 0.0, 1.0) * clamp(width + 1.0 - distance, 0.0, 1.0);
  let colour = palette[select(colour_chosen, colour_hovered, is_hovered)];
  return vec4f(colour.rgb * share, share);
}
