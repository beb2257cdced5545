import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { adapterChoices, openNodeGpu } from '../../src/cli/node-gpu.ts';
import { findPackagedChromium, unpackSwiftShader } from '../../src/cli/packaged-chromium.ts';
import { emptyFolder, inShell } from '../support/mars.ts';

const lavapipe = '/usr/share/vulkan/icd.d';

describe('WebGPU in Node', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('opens an adapter that computes, and says which one it is', async () => {
    const { gpu, kind, description, driver, fasterAdapter } = await openNodeGpu();

    expect(description).not.toBe('');
    expect(driver).not.toBe('');
    expect(fasterAdapter === null).toBe(kind === 'gpu');
    expect(await squares(gpu)).toEqual([0, 1, 4, 9]);
  });

  it('gives the same object when asked again', async () => {
    const first = await openNodeGpu('auto');
    const second = await openNodeGpu('auto');

    expect(second).toBe(first);
  });

  it('leaves the driver variables of the process as they were', async () => {
    const before = [process.env['VK_DRIVER_FILES'], process.env['VK_ICD_FILENAMES']];

    await openNodeGpu();

    expect([process.env['VK_DRIVER_FILES'], process.env['VK_ICD_FILENAMES']]).toEqual(before);
  });

  it('opens the SwiftShader of the npm package when asked for it', async ({ skip }) => {
    if (findPackagedChromium() === null)
      skip('@sparticuz/chromium has no binaries for this system');

    const opened = await openNodeGpu('swiftshader');

    expect(opened.kind).toBe('swiftshader');
    expect(opened.fasterAdapter).toContain('lavapipe');
    expect(await squares(opened.gpu)).toEqual([0, 1, 4, 9]);
  });

  it('opens lavapipe when asked for it', async ({ skip }) => {
    if (!existsSync(lavapipe) || !readdirSync(lavapipe).some((name) => name.startsWith('lvp'))) {
      skip(`no lavapipe driver in ${lavapipe}`);
    }

    const opened = await openNodeGpu('lavapipe');

    expect(opened.kind).toBe('lavapipe');
    expect(opened.driver).toContain('Mesa');
    expect(await squares(opened.gpu)).toEqual([0, 1, 4, 9]);
  });

  it('takes the choice from MARS_ADAPTER, and refuses one that it does not know', async () => {
    vi.stubEnv('MARS_ADAPTER', 'warp-drive');

    const opening = openNodeGpu();

    await expect(opening).rejects.toThrow(expect.objectContaining({ kind: 'environment' }));
    await expect(opening).rejects.toThrow(
      `MARS_ADAPTER is "warp-drive", which names no adapter; use one of ${adapterChoices.join(', ')}`,
    );
  });

  it('says what to do when the adapter that was asked for is not there', async ({ skip }) => {
    if ((await openNodeGpu()).kind === 'gpu') skip('this machine has a GPU');

    const opening = openNodeGpu('gpu');

    await expect(opening).rejects.toThrow(
      /no adapter of the kind "gpu" opens in Node; use the adapter "auto", or: \w+/,
    );
  });
});

describe('unpacking SwiftShader', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mars-test-'));

  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true, force: true });
  });

  it('leaves one complete folder when two do it at once', async ({ skip }) => {
    const source = findPackagedChromium();
    if (source === null) return skip('@sparticuz/chromium has no binaries for this system');
    vi.stubEnv('MARS_CACHE_DIR', folder);

    const [one, two] = await Promise.all([unpackSwiftShader(source), unpackSwiftShader(source)]);

    expect(one).toBe(two);
    expect(readdirSync(folder)).toEqual([`swiftshader-${source.version}`]);
    expect(readdirSync(one)).toEqual(
      expect.arrayContaining(['libvk_swiftshader.so', 'libvulkan.so.1', 'vk_swiftshader_icd.json']),
    );
  });

  it('leaves nothing of a process that was killed while it unpacked', async ({ skip }) => {
    const source = findPackagedChromium();
    if (source === null) return skip('@sparticuz/chromium has no binaries for this system');
    vi.stubEnv('MARS_CACHE_DIR', folder);
    const { pid } = spawnSync(process.execPath, ['--version']);
    const name = `swiftshader-${source.version}`;
    const living = `${name}.part-${process.ppid}-abc`;
    for (const part of [`${name}.part-${pid}-abc`, living])
      mkdirSync(join(folder, part), { recursive: true });

    await unpackSwiftShader(source);

    expect(readdirSync(folder).toSorted()).toEqual([name, living]);
  });

  it('does without a cache that cannot be written, and says so once', async ({ skip }) => {
    const source = findPackagedChromium();
    if (source === null) return skip('@sparticuz/chromium has no binaries for this system');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('MARS_CACHE_DIR', join(folder, 'file'));
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);

    const one = await unpackSwiftShader(source);
    const two = await unpackSwiftShader(source);

    expect(two).toBe(one);
    expect(readdirSync(one)).toContain('libvk_swiftshader.so');
    expect(write.mock.calls).toEqual([
      [
        expect.stringMatching(
          /^mars: the cache .*file cannot be used \(.*\); swiftshader-[\d.]+ is unpacked anew, for this run\n$/,
        ),
      ],
    ]);
  });

  it.skipIf(process.platform !== 'linux')(
    'ends with an error, and no stack, where there is no room at all',
    ({ skip }) => {
      if (findPackagedChromium() === null)
        skip('@sparticuz/chromium has no binaries for this system');
      const env = { MARS_CACHE_DIR: emptyFolder(), TMPDIR: emptyFolder() };

      const ran = inShell(
        'ulimit -f 64; MARS_ADAPTER=swiftshader mars run --backend gpu --images 1; exit $?',
        undefined,
        env,
      );

      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(
        /^mars: the cache .* is unpacked anew, for this run\nmars: .* cannot be unpacked \(.*\); make room there, or set MARS_CACHE_DIR.*\n$/,
      );
      expect([readdirSync(env.MARS_CACHE_DIR), readdirSync(env.TMPDIR)]).toEqual([[], []]);
    },
  );
});

/** Squares 0 to 3 on the GPU: the smallest proof that an adapter computes. */
async function squares(gpu: GPU): Promise<number[]> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  const device = await adapter!.requestDevice();
  const code = `@group(0) @binding(0) var<storage, read_write> squares: array<u32>;
    @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) { squares[id.x] = id.x * id.x; }`;
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }) },
  });
  const result = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
  });
  const readable = device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: result } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(result, 0, readable, 0, 16);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(GPUMapMode.READ);
  const values = [...new Uint32Array(readable.getMappedRange())];
  device.destroy();
  return values;
}
