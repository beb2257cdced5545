// Numbers of the page are written as those of the terminal's report.

export {
  formatCount,
  formatEnergy,
  formatNumber,
  formatRareShare,
  formatRatio,
  formatShare,
  formatTime,
  formatWhole,
} from '../../report/number-text.ts';
