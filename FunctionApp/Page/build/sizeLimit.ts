import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

<<<<<<< HEAD
/** What lies beside the page and is sent to nobody: the licences. */
const isNotSent = (name: string) => name.endsWith(".md");

/** Fails the build when all files that a browser is sent, each gzipped, exceed `limit` bytes together. */
=======
/** Fails the build when all files of the page together, each gzipped, exceed `limit` bytes. */
>>>>>>> page
export function sizeLimit(limit: number): Plugin {
  return {
    name: "size-limit",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
<<<<<<< HEAD
        const sizes = Object.values(bundle).filter((file) => !isNotSent(file.fileName)).map((file) => gzipSync(file.type === "chunk" ? file.code : file.source).length);
=======
        const files = Object.values(bundle).filter((file) => !file.fileName.endsWith(".md"));
        const sizes = files.map((file) => gzipSync(file.type === "chunk" ? file.code : file.source).length);
>>>>>>> page
        const total = sizes.reduce((sum, size) => sum + size, 0);
        if (total > limit) this.error(`The page has ${total} bytes gzipped, more than ${limit}: leave something out.`);
        this.info(`${sizes.length} files, ${total} bytes gzipped (limit ${limit})`);
      },
    },
  };
}
