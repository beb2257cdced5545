// A network while it is made from an ONNX graph.

import type { Shape } from '../../../core/feature-map.ts';
import { type GraphNode, imageName } from '../../graph.ts';
import type { TrainedScales } from '../../network.ts';
import type { NodeTensors } from '../../ops/operator.ts';
import { mostValues } from './tensor.ts';

/** What an importer makes: nodes in the order they run, with their arrays and shapes. */
export class NetworkParts {
  readonly nodes: GraphNode[] = [];
  readonly tensors: Map<string, NodeTensors> = new Map();
  /** Of nodes whose weights are whole numbers of some unit. */
  readonly scales: Map<string, TrainedScales> = new Map();
  readonly shapes: Map<string, Shape>;
  /** By name. */
  readonly byName: Map<string, GraphNode> = new Map();
  /** Set where an operator mixed images of a batch: then the graph may still work on one image that is all of it. */
  mixesImages = false;
  #folded = 0;

  constructor(input: Shape) {
    this.shapes = new Map([[imageName, input]]);
  }

  /** `name`, or with strokes behind it where a node has that name. */
  free(name: string): string {
    let free = name;
    while (free === imageName || this.byName.has(free)) free += "'";
    return free;
  }

  /** Counts values that are made rather than read, so that a small file cannot ask for all memory. */
  makesValues(count: number): boolean {
    this.#folded += count;
    return this.#folded <= 2 * mostValues;
  }
}
