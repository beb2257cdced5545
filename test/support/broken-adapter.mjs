// For `node --import`: WebGPU of the package `webgpu` as a driver with a fault would have it. MARS_TEST_FAULT is JSON:
// `{ "kernel", "find", "replace" }` compiles another text of a kernel; `{ "loseAt" }` loses the device at that submit.
import { globals } from 'webgpu';

const { kernel, find, replace, loseAt } = JSON.parse(process.env['MARS_TEST_FAULT'] ?? '{}');
const { GPUAdapter, GPUDevice, GPUQueue } = globals;

const compile = GPUDevice.prototype.createShaderModule;
GPUDevice.prototype.createShaderModule = function (descriptor) {
  if (descriptor.label !== kernel) return compile.call(this, descriptor);
  if (!descriptor.code.includes(find)) throw new Error(`${kernel} has no ${find}`);
  return compile.call(this, { ...descriptor, code: descriptor.code.replaceAll(find, replace) });
};

let device;
const request = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (...descriptor) {
  device = await request.apply(this, descriptor);
  return device;
};

let submits = 0;
const submit = GPUQueue.prototype.submit;
GPUQueue.prototype.submit = function (commands) {
  submits += 1;
  if (submits === loseAt) device.destroy();
  return submit.call(this, commands);
};
