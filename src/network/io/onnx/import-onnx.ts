// From an ONNX file to a network, with a record of what became of each node.

import { CimError } from '../../../core/errors.ts';
import { activationsPerImage, type Shape } from '../../../core/feature-map.ts';
import { countOf } from '../../../core/words.ts';
import { type GraphNode, imageName } from '../../graph.ts';
import type { Network } from '../../network.ts';
import { foldAffine } from '../../passes/fold-affine.ts';
import { padWarnings } from '../../passes/image-border.ts';
import { neededNodes } from './graph-order.ts';
import { labelOf, Step } from './importer.ts';
import { type InputNorm, normArrays } from './input-norm.ts';
import { type OnnxModel, type OnnxNode, type OnnxValue, readModel } from './model.ts';
import { NetworkParts } from './network-parts.ts';
import { fate } from './node-fate.ts';
import { handlers } from './operators/index.ts';
import { type Constant, elementType, type ElementType, readConstant, valuesIn } from './tensor.ts';
import { precisionOf } from './trained-units.ts';
import { dimsOf, type MapValue, type Value } from './value.ts';
import { imageLayout, type Layout, shapeOf, viewOf } from './view.ts';

/** How to read an ONNX file. */
export interface OnnxOptions {
  /** What the network is called; the name of the graph by default. */
  readonly name?: string | undefined;
  /** What pixels mean to the network; p / 255 by default. */
  readonly norm?: InputNorm | undefined;
  /** Values of the graph, by name, which become constants, such as further inputs; none by default. */
  readonly constants?: ReadonlyMap<string, Constant> | undefined;
  /** Dimensions of the image's tensor, images first, where the file leaves them open; those of the file by default. */
  readonly dims?: readonly number[] | undefined;
  /** The output to compute, by name; the first by default. */
  readonly output?: string | undefined;
  /** Whether a softmax at the end stays, which changes no order of classes; false by default. */
  readonly keepsSoftmax?: boolean | undefined;
}

/** What became of a node of the graph. */
export interface ImportedNode {
  /** Its name, or that of its first output. */
  readonly name: string;
  /** Such as `Conv`. */
  readonly operator: string;
  /** Dimensions of its first output; undefined where nothing needs it. */
  readonly dims: readonly number[] | undefined;
  /** In words. */
  readonly became: string;
}

/** How a tensor of the graph lies in a map of the network. */
export interface TensorPlace {
  readonly dims: readonly number[];
  readonly layout: Layout;
  /** Whether dimension 0 counts images. */
  readonly isBatch: boolean;
  readonly type: ElementType;
}

/** A graph as it was understood. */
export interface ImportedGraph {
  readonly network: Network;
  readonly nodes: readonly ImportedNode[];
  readonly warnings: readonly string[];
  readonly input: TensorPlace;
  readonly output: TensorPlace;
}

/** What came of an ONNX file: a network, or a constant where its output does not depend on the image. */
export type Imported = ImportedGraph | { readonly constant: Constant };

/** The newest operators that are known. */
const newestSet = 26;

/**
 * Reads an ONNX file, and says what became of each of its nodes.
 * @param file its name, for errors
 * @throws {CimError} (input) with file, node and attribute, when it is damaged or has what is not supported
 */
export function importGraph(bytes: Uint8Array, file: string, options: OnnxOptions = {}): Imported {
  const model = readModel(bytes, file);
  const image = imageOf(model, file, options);
  const parts = partsOf(image, true);
  try {
    return new GraphImport(model, file, { image, parts, isBatch: true, options }).run();
  } catch (error) {
    // What mixes a fixed number of images may still be a function of one image that is all of them.
    if (!parts.mixesImages || !image) throw error;
    const whole = partsOf(image, false);
    const context = { image, parts: whole, isBatch: false, options };
    const imported = new GraphImport(model, file, context).run();
    if (image.isOpen) throw error;
    return imported;
  }
}

/** The image's tensor. */
interface ImageInput {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Whether the number of images is not fixed. */
  readonly isOpen: boolean;
}

/** Where the image's tensor lies in the map: channels last where the file has them so. */
function layoutOfImage(dims: readonly number[], isBatch: boolean): Layout {
  const colours = [1, 3, 4];
  const isLast =
    dims.length === 4 &&
    isBatch &&
    colours.includes(dims[3] ?? 0) &&
    !colours.includes(dims[1] ?? 0);
  return isLast ? { height: [1], width: [2], channels: [3] } : imageLayout(dims.length, isBatch);
}

const noShape: Shape = { height: 1, width: 1, channels: 1 };

function partsOf(image: ImageInput | undefined, isBatch: boolean): NetworkParts {
  if (!image) return new NetworkParts(noShape);
  const batch = isBatch && image.dims.length > 0;
  return new NetworkParts(shapeOf(image.dims, layoutOfImage(image.dims, batch)));
}

function imageOf(model: OnnxModel, file: string, options: OnnxOptions): ImageInput | undefined {
  const { constants } = options;
  const open = model.inputs.filter(
    ({ name }) => !model.initializers.has(name) && !constants?.has(name),
  );
  const [image, other] = open;
  if (!image) return undefined;
  if (other)
    throw new CimError('input', {
      what: `its graph has ${countOf(open.length, 'input')}: ${open.map(({ name }) => `"${name}"`).join(', ')}`,
      where: file,
      todo: 'one, the image, is possible; mars forward takes values of the others with further --input',
    });
  return fixedInput(image, file, options);
}

function fixedInput(image: OnnxValue, file: string, { dims: given }: OnnxOptions): ImageInput {
  const { name } = image;
  const fail = (what: string, todo?: string): CimError =>
    new CimError('input', { what, where: [file, `input ${name}`], todo });
  const type = elementType(image.type);
  if (type === undefined || type === 'string' || type === 'int64')
    throw fail(`is of type ${type ?? `number ${image.type}`}, which no image has`);
  const declared = image.dims ?? given;
  if (!declared) throw fail('says nothing of its dimensions');
  const isOpen = given === undefined && typeof declared[0] === 'string';
  const dims = declared.map((size, axis) => given?.[axis] ?? (axis === 0 && isOpen ? 1 : size));
  if (given && !isInstance(given, declared))
    throw fail(`is ${declared.join('x')}, and what was given is ${given.join('x')}`);
  const odd = dims.findIndex((size) => typeof size === 'string' || size < 1);
  if (odd >= 0)
    throw fail(
      `has dimension ${odd} "${dims[odd]}" of ${declared.join('x')}, which is not fixed`,
      'only the number of images, dimension 0, may be open: fix the others when exporting',
    );
  const sizes = dims as readonly number[];
  if (!(valuesIn(sizes) <= 2 ** 28)) throw fail(`is ${sizes.join('x')}: too large`);
  return { name, type, dims: sizes, isOpen };
}

/** Whether dimensions are those that are declared, where these are fixed. */
const isInstance = (dims: readonly number[], declared: readonly (number | string)[]): boolean =>
  dims.length === declared.length &&
  declared.every((size, axis) => typeof size === 'string' || size < 1 || size === dims[axis]);

interface ImportContext {
  readonly image: ImageInput | undefined;
  readonly parts: NetworkParts;
  readonly isBatch: boolean;
  readonly options: OnnxOptions;
}

class GraphImport {
  readonly #model: OnnxModel;
  readonly #file: string;
  readonly #context: ImportContext;
  readonly #values = new Map<string, Value>();
  readonly #made = new Map<OnnxNode, Step>();
  readonly #warnings: string[] = [];

  constructor(model: OnnxModel, file: string, context: ImportContext) {
    this.#model = model;
    this.#file = file;
    this.#context = context;
  }

  run(): Imported {
    const { image, options } = this.#context;
    const { outputs, initializers } = this.#model;
    const output = options.output ?? outputs[0]?.name;
    if (output === undefined) throw this.#fail('its graph has no output');
    if (options.output === undefined && outputs.length > 1)
      this.#warnings.push(`only the first of ${outputs.length} outputs is computed: ${output}`);
    const given = options.constants ?? new Map<string, Constant>();
    for (const [name, value] of given) this.#values.set(name, { ...value, name });
    const input = image ? this.#addImage(image) : undefined;
    const known = new Set([...initializers.keys(), ...this.#values.keys()]);
    const nodes = neededNodes(this.#model, {
      output,
      known,
      given: new Set(given.keys()),
      file: this.#file,
    });
    for (const node of nodes) this.#add(node);
    const value = this.#valueOf(output, [this.#file]);
    if (value.kind === 'constant') return { constant: value };
    if (!input) throw this.#fail('its graph has no input');
    return this.#finished(value, input);
  }

  #fail(what: string): CimError {
    return new CimError('input', { what, where: this.#file });
  }

  #addImage({ name, dims, type }: ImageInput): TensorPlace {
    const { parts, isBatch: wanted, options } = this.#context;
    const isBatch = wanted && dims.length > 0;
    const layout = layoutOfImage(dims, isBatch);
    const shape = shapeOf(dims, layout);
    let node: string = imageName;
    const arrays = options.norm && normArrays(options.norm, shape.channels);
    if (arrays) {
      node = 'normalise';
      const attributes = { height: 1, width: 1, channels: shape.channels };
      const normalise: GraphNode = { op: 'affine', name: node, inputs: [imageName], attributes };
      parts.nodes.push(normalise);
      parts.byName.set(node, normalise);
      parts.shapes.set(node, shape);
      parts.tensors.set(node, arrays);
    }
    this.#values.set(name, { kind: 'map', node, type, view: viewOf(dims, layout, isBatch) });
    return { dims, layout, isBatch, type };
  }

  /** A value that was made or read already. */
  #valueOf(name: string, where: readonly string[]): Value {
    const known = this.#values.get(name);
    if (known) return known;
    const raw = this.#model.initializers.get(name);
    if (!raw)
      throw new CimError('input', {
        what: `reads "${name}", an output that is not made here`,
        where,
      });
    const constant = readConstant(raw, where);
    this.#values.set(name, constant);
    return constant;
  }

  #add(node: OnnxNode): void {
    const { type, domain } = node;
    const where = [this.#file, labelOf(node)];
    // Exporters leave out the sets of domains of their own.
    const version = this.#model.operatorSets.get(domain) ?? (domain === '' ? undefined : 1);
    const handler = handlers[domain === '' ? type : `${domain}.${type}`];
    if (!handler || version === undefined)
      throw new CimError('input', {
        what: `${type}${domain === '' ? '' : ` of domain ${domain}`} is not supported`,
        where,
        todo: 'mars import --ops lists the operators that are',
      });
    if (domain === '' && version > newestSet)
      throw this.#fail(
        `is written for operator set ${version}, and ${newestSet} is the newest known`,
      );
    const inputs = node.inputs.map((name) =>
      name === '' ? undefined : this.#valueOf(name, where),
    );
    const { parts } = this.#context;
    const step = new Step(node, { version, inputs, file: this.#file, parts });
    const outputs = handler(step);
    step.checkAttributes();
    for (const [index, name] of node.outputs.entries()) {
      const value = outputs[index];
      if (name !== '' && value) this.#values.set(name, value);
    }
    this.#made.set(node, step);
  }

  #finished(value: MapValue, input: TensorPlace): ImportedGraph {
    const { parts, options } = this.#context;
    const file = this.#file;
    const { dims, isBatch } = value.view;
    const end = {
      name: 'output',
      type: 'Identity',
      domain: '',
      inputs: [],
      outputs: ['output'],
      attributes: new Map(),
    };
    const step = new Step(end, { version: 13, inputs: [], file, parts });
    const whole = step.whole(value);
    const layout = step.layoutOf(whole);
    let last = step.stored(whole, layout);
    const dropped = new Map<string, string>();
    const final = parts.byName.get(last);
    if (final?.op === 'softmax' && !options.keepsSoftmax && final.inputs[0] !== imageName) {
      dropped.set(last, 'left out: it changes no order of classes');
      last = final.inputs[0] ?? last;
    }
    if (last === imageName) {
      const shape = step.shapeOf(last);
      const loops = [{ count: activationsPerImage(shape), step: 1 }];
      last = step.helper('rearrange', [last], { shape, first: 0, loops });
    }
    const shape = step.shapeOf(last);
    const network = this.#network(last, shape);
    const { network: small, folded } = foldAffine(network);
    for (const warning of padWarnings(small)) this.#warnings.push(warning);
    return {
      network: small,
      nodes: this.#record({ network: small, folded, dropped }),
      warnings: this.#warnings,
      input,
      output: { dims, layout, isBatch, type: value.type },
    };
  }

  /** The nodes that `last` needs, which is the last one. */
  #network(last: string, shape: Shape): Network {
    const { parts, options } = this.#context;
    const needed = new Set<string>();
    const open = [last];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (needed.has(name)) continue;
      needed.add(name);
      for (const input of parts.byName.get(name)?.inputs ?? []) open.push(input);
    }
    const nodes = parts.nodes.filter(({ name }) => needed.has(name));
    const tensors = new Map([...parts.tensors].filter(([name]) => needed.has(name)));
    const scales = new Map([...parts.scales].filter(([name]) => needed.has(name)));
    return {
      name: options.name ?? (this.#model.name || 'network'),
      dataset: 'none',
      input: parts.shapes.get(imageName) ?? noShape,
      classes: activationsPerImage(shape),
      nodes,
      tensors,
      ...(scales.size > 0 ? { scales, precision: precisionOf(nodes, scales) } : {}),
      origin: {
        command: `an ONNX file${this.#model.producer === '' ? '' : ` of ${this.#model.producer}`}`,
        seed: 0,
        hardware: 'unknown',
        date: 'unknown',
        testAccuracy: null,
      },
    };
  }

  #record({
    network,
    folded,
    dropped,
  }: {
    readonly network: Network;
    readonly folded: ReadonlyMap<string, string>;
    readonly dropped: ReadonlyMap<string, string>;
  }): readonly ImportedNode[] {
    const left = new Map(network.nodes.map((node) => [node.name, node]));
    return this.#model.nodes.map((node) => {
      const step = this.#made.get(node);
      const name = labelOf(node);
      const operator = node.type;
      if (!step) return { name, operator, dims: undefined, became: 'left out: nothing needs it' };
      const value = this.#values.get(node.outputs.find((output) => output !== '') ?? '');
      return {
        name,
        operator,
        dims: value && dimsOf(value),
        became: fate(step, value, { left, folded, dropped }),
      };
    });
  }
}
