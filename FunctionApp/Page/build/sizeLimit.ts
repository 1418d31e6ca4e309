import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Fails the build when all files of the page together, each gzipped, exceed `limit` bytes. */
export function sizeLimit(limit: number): Plugin {
  return {
    name: "size-limit",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.values(bundle).filter((file) => !file.fileName.endsWith(".md"));
        const sizes = files.map((file) => gzipSync(file.type === "chunk" ? file.code : file.source).length);
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total > limit) this.error(`The page has ${total} bytes gzipped, more than ${limit}: leave something out.`);
        this.info(`${sizes.length} files, ${total} bytes gzipped (limit ${limit})`);
      },
    },
  };
}
