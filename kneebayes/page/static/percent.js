/** A probability as a percentage with two significant digits, never rounded to 0 or 100. */
export function percentText(probability) {
  if (probability === 0 || probability === 1) return `${probability * 100}%`;
  if (probability < 1e-6) return "<0.0001%";
  if (probability > 0.99) {
    for (const digits of [1, 2]) {
      const shown = (probability * 100).toFixed(digits);
      if (!shown.startsWith("100")) return `${shown}%`;
    }
    return ">99.99%";
  }
  // a half goes up, whichever way its last digit fell
  const rounded = Number((probability * (1 + 1e-12)).toPrecision(2));
  const digits = Math.max(0, 1 - Math.floor(Math.log10(rounded * 100) + 1e-12));
  return `${(rounded * 100).toFixed(digits)}%`;
}
