// Local response normalisation has no unit on the chip and no form in integers yet. What a network costs can be estimated without it.

import { at } from '../../core/errors.ts';
import type { GraphNode } from '../graph.ts';
import type { Network } from '../network.ts';

/** The network without its `localNorm` nodes, each of whose readers reads what it read, and their names. */
export function leaveOutNorms(network: Network): {
  readonly network: Network;
  readonly leftOut: readonly string[];
} {
  const instead = new Map<string, string>();
  const nodes: GraphNode[] = [];
  for (const node of network.nodes) {
    const inputs = node.inputs.map((name) => instead.get(name) ?? name);
    if (node.op === 'localNorm') instead.set(node.name, at(inputs, 0));
    else nodes.push({ ...node, inputs });
  }
  const leftOut = [...instead.keys()];
  return leftOut.length === 0 ? { network, leftOut } : { network: { ...network, nodes }, leftOut };
}
