// From pictures to tensors and back, as docs/filter-format.md says it. No page, no network.

/** How long a side of so many pixels is with its border. */
export function paddedSide(side, { multiple, margin = 0, minimum = 1 }) {
  return Math.ceil(Math.max(side + 2 * margin, minimum) / multiple) * multiple;
}

/** Which of a side's own pixels each pixel of the padded side repeats. */
export function sourcesOf(side, padding) {
  const { margin = 0, mode = "reflect" } = padding;
  return Int32Array.from({ length: paddedSide(side, padding) }, (_, at) => {
    const index = at - margin;
    if (mode === "edge") return Math.min(side - 1, Math.max(0, index));
    if (side === 1) return 0;
    const period = 2 * (side - 1);
    const within = ((index % period) + period) % period;
    return Math.min(within, period - within);
  });
}

/**
 * The tensor of a picture.
 * @param {Uint8ClampedArray} pixels red, green, blue and alpha by turns, row by row; alpha is left out
 * @returns {{data: Float32Array, dims: number[]}} (1, 3, H, W), 0 to 1, with its border
 */
export function tensorOf(pixels, width, height, padding) {
  const [columns, rows] = [sourcesOf(width, padding), sourcesOf(height, padding)];
  const plane = columns.length * rows.length;
  const data = new Float32Array(3 * plane);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = 4 * (row * width + column);
      data[to] = pixels[from] / 255;
      data[to + plane] = pixels[from + 1] / 255;
      data[to + 2 * plane] = pixels[from + 2] / 255;
      to += 1;
    }
  }
  return { data, dims: [1, 3, rows.length, columns.length] };
}

/** The picture in a tensor, cut out of its border; opaque. */
export function picture(data, width, height, padding) {
  const { margin = 0 } = padding;
  const across = paddedSide(width, padding);
  const plane = across * paddedSide(height, padding);
  const pixels = new Uint8ClampedArray(4 * width * height);
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    let from = (row + margin) * across + margin;
    for (let column = 0; column < width; column += 1, from += 1, to += 4) {
      pixels[to] = Math.floor(clamped(data[from]) * 255 + 0.5);
      pixels[to + 1] = Math.floor(clamped(data[from + plane]) * 255 + 0.5);
      pixels[to + 2] = Math.floor(clamped(data[from + 2 * plane]) * 255 + 0.5);
      pixels[to + 3] = 255;
    }
  }
  return pixels;
}

const clamped = (value) => Math.min(1, Math.max(0, value));
