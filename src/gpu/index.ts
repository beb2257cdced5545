// WebGPU: `import { openGpu } from 'mars-cim/gpu'`.

export { type AdapterDescription, describeAdapter, openGpu } from './open-gpu.ts';
