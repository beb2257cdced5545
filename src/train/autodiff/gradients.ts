// Reverse-mode automatic differentiation. Operators write down, while they build the forward graph, how the gradient
// of each of their inputs follows from that of their output; going through these notes backwards gives all gradients.

import { assert } from '../../core/errors.ts';
import { add } from './arithmetic.ts';
import type { GraphBuilder, Value } from './graph.ts';

/** Adds the nodes that compute the gradient of one input of an operator from the gradient of its output. */
export type InputGradient = (outputGradient: Value) => Value;

interface Step {
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly inputGradients: readonly InputGradient[];
}

/** A graph under construction together with the notes that its gradients need. */
export class Tape {
  readonly graph: GraphBuilder;
  readonly #steps: Step[] = [];

  constructor(graph: GraphBuilder) {
    this.graph = graph;
  }

  /** Notes that `output` came from `inputs`; returns `output`. One gradient per input, in the same order. */
  record(output: Value, inputs: readonly Value[], inputGradients: readonly InputGradient[]): Value {
    assert(inputs.length === inputGradients.length, `a gradient for each input of ${output.name}`);
    this.#steps.push({ output, inputs, inputGradients });
    return output;
  }

  /**
   * The gradients of `loss` (shape ()) with respect to each of `parameters`, in their order and shapes.
   * Only the nodes that lead to a parameter are added: no gradient of the images, for one.
   */
  gradients(loss: Value, parameters: readonly Value[]): readonly Value[] {
    const wanted = this.#leadingTo(parameters);
    const totals = new Map<string, Value>([[loss.name, this.graph.scalar(1)]]);
    for (const { output, inputs, inputGradients } of this.#steps.toReversed()) {
      const outputGradient = totals.get(output.name);
      if (!outputGradient) continue;
      inputs.forEach((input, i) => {
        if (!wanted.has(input.name)) return;
        const gradient = inputGradients[i]?.(outputGradient);
        assert(gradient !== undefined, `gradient ${i} of ${output.name}`);
        assert(
          gradient.shape.join() === input.shape.join(),
          `gradient of ${input.name} is ${gradient.shape.join('x')}`,
        );
        const before = totals.get(input.name);
        totals.set(input.name, before ? add(this.graph, before, gradient) : gradient);
      });
    }
    return parameters.map((parameter) => {
      const gradient = totals.get(parameter.name);
      assert(gradient !== undefined, `the loss depends on ${parameter.name}`);
      return gradient;
    });
  }

  /** Names of the tensors that depend on one of `parameters`, and of these themselves. */
  #leadingTo(parameters: readonly Value[]): ReadonlySet<string> {
    const names = new Set(parameters.map((parameter) => parameter.name));
    for (const { output, inputs } of this.#steps)
      if (inputs.some((input) => names.has(input.name))) names.add(output.name);
    return names;
  }
}
