// The jobs of the golden set: every network, chip, overlap, balance and index coding; noise on and off; ADCs of 6, 5 and
// 4 bits; masks; mixed precision; and command lines that must fail. Words in capitals are the input files of inputs.ts.

/** One command line, its files in `out/` or named by it. */
export interface GoldenJob {
  /** Without `mars`; separated by blanks. */
  readonly command: string;
  /** Files that it writes and whose bytes are compared. */
  readonly writes: readonly string[];
}

const runFiles = ['out/simulation.json', 'out/report.json', 'out/trace.json'];
const run = (options: string): GoldenJob => ({ command: `run ${options}`, writes: runFiles });
const estimate = (options: string): GoldenJob => ({
  command: `estimate ${options} --out out`,
  writes: ['out/report.json', 'out/trace.json'],
});
const map = (options: string): GoldenJob => ({
  command: `map ${options} --json --image out/stored.bin`,
  writes: ['out/stored.bin'],
});
const print = (command: string): GoldenJob => ({ command, writes: [] });

/** Jobs that end well: what they write and print is compared byte for byte. */
export const goldenJobs: readonly GoldenJob[] = [
  // mnist-cnn on its ten first images: ADCs and bits
  run('--images 10'),
  run('--images 10 --set adc.bits=5'),
  run('--images 10 --set adc.bits=4'),
  run('--images 10 --set adc.bits=3 --set adc.step=4'),
  run('--images 10 --weight-bits 4 --activation-bits 4'),
  run('--images 10 --weight-bits 5 --activation-bits 3 --set adc.bits=5'),
  run('--images 3 --backend reference --set adc.bits=4'),
  // every chip
  run('--images 5 --chip mars-128col'),
  run('--images 5 --chip mars-4b'),
  run('--images 5 --chip mars-dense'),
  run('--images 5 --chip mars-low-energy'),
  run('--images 5 --chip yue-2021'),
  run('--images 5 --chip generic-sram'),
  // every noise, alone and together
  run('--images 3 --set noise.read=0.15'),
  run('--images 3 --set noise.offset=0.2 --set noise.read=0.15'),
  run('--images 3 --set noise.gain=0.03 --set noise.cell=0.03'),
  run(
    '--images 3 --set noise.read=0.15 --set noise.offset=0.2 --set noise.gain=0.03 --set noise.cell=0.03 --seed 7',
  ),
  // pruning, masks, stored images, mixed precision
  run('--images 10 --pruned-groups 0.9'),
  run('--images 10 --group-masks MASKS'),
  run('--images 5 --network STORED'),
  run('--images 3 --network MIXED --data CIFAR'),
  run('--images 3 --network MIXED --data CIFAR --set adc.bits=4 --set noise.read=0.3'),
  // every trained network, and one of each untrained one's paths
  run('--images 2 --network resnet20-4b --data CIFAR'),
  run('--images 2 --network resnet20-float --data CIFAR --float-images 1'),
  run('--images 1 --network vgg16-w0.25-4b --data CIFAR --set adc.bits=5'),
  run('--images 1 --network vgg16-w0.25-d0.1-4b --data CIFAR --index-coding bitmap --balance lpt'),
  run('--images 1 --network resnet20 --data CIFAR --density-profile 0.5 --float-images 0'),
  // cycles and energy: untrained networks, overlaps, balances
  estimate('--network vgg16 --density-profile 1.1 --chip mars-low-energy'),
  estimate('--network vgg16-cifar100 --set clock.frequency=119'),
  estimate('--network resnet18 --density-profile 0.5 --set controller.overlap=macroPingPong'),
  estimate('--network resnet18-cifar100 --balance sorted --set controller.overlap=ideal'),
  estimate('--network resnet20 --balance lpt --set controller.overlap=serial'),
  estimate('--network resnet20-cifar100 --chip yue-2021 --density-profile 0.5 --seed 3'),
  // stored images in every index coding
  map('--index-coding absolute'),
  map('--index-coding gap --pruned-groups 0.8'),
  map('--index-coding bitmap --weight-bits 4 --activation-bits 4'),
  map('--network resnet20-4b --index-coding gap --chip mars-128col --data CIFAR'),
  // what only prints
  print('map --network vgg16-w0.25-d0.1-4b --json'),
  print('mvm CASE --json'),
  print('mvm NOISYCASE --json'),
  print('compare mars mars-dense --network resnet18 --density-profile 0.5 --json'),
  print('sensitivity --network resnet20 --top 5 --json'),
  print('info --chip mars --json'),
];

/** Command lines that fail: their message and exit code are compared. */
export const failingCommands: readonly string[] = [
  'run --images -1',
  'run --chip marss',
  'run --set adc.bit=4',
  'run --set adc.bits=12',
  'run --set controller.overlap=sometimes',
  'run --pruned-groups 1.5',
  'run --pruned-groups 0.5 --density-profile 1',
  'run --network STORED --pruned-groups 0.5',
  'run --network nowhere.safetensors',
  'run --network CASE',
  'run --group-masks CASE',
  'run --network resnet20 --data STORED --images 1',
  'estimate --network resnet18 --weight-bits 9',
  'estimate --chip CASE',
  'estimate --network vgg16 --set featureMaps.bankBits=1024',
  'estimate --set macro.wordLines=7',
  'map --image /dev/null/stored.bin',
  'mvm MASKS',
  'frobnicate',
];
