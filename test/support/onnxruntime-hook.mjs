// For `node --import`: who asks for onnxruntime-node, which users install for training, gets the WebAssembly of
// onnxruntime-web, which every clone has.
import { register } from 'node:module';

const standIn = new URL('onnxruntime-web-as-node.mjs', import.meta.url).href;
const hook = `export const resolve = (name, context, next) =>
  name === 'onnxruntime-node' ? { url: ${JSON.stringify(standIn)}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
