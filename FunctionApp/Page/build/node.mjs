/** True for versions of Node that Vite takes (`^20.19.0 || >=22.12.0` in its package.json; a test holds the two together). */
export function isTaken(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19);
}
