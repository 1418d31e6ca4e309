// The peer of `bench/run text`: Hugging Face's tokenizers, driven by one JSON object a line on standard input, answering one a line.
//   {"op":"texts","name":N,"documents":[...]}    keep texts under a name
//   {"op":"load","file":F}                       load a tokenizer, which replaces the last one; answers the milliseconds it took
//   {"op":"ids","texts":N}                       the ids of each document, not timed
//   {"op":"encode","texts":N,"passes":P}         encode all documents P times; answers the milliseconds and the tokens of one pass
// Time is taken in here, around the call alone. Run with --expose-gc: garbage is collected before a measurement, not during it.
import { createInterface } from "node:readline";
import tokenizers from "tokenizers";

const { Tokenizer } = tokenizers;
const plain = { addSpecialTokens: false };
const texts = new Map();
let tokenizer = null;

const operations = {
  texts({ name, documents }) {
    texts.set(name, documents);
    return {};
  },

  load({ file }) {
    tokenizer = null;
    gc();
    const start = performance.now();
    tokenizer = Tokenizer.fromFile(file);
    return { ms: performance.now() - start };
  },

  async ids({ texts: name }) {
    const ids = [];
    for (const document of texts.get(name)) {
      ids.push((await tokenizer.encode(document, null, plain)).getIds());
    }
    return { ids };
  },

  async encode({ texts: name, passes }) {
    const documents = texts.get(name);
    let tokens = 0;
    gc();
    const start = performance.now();
    for (let pass = 0; pass < passes; pass++) {
      tokens = 0;
      for (const document of documents) {
        tokens += (await tokenizer.encode(document, null, plain)).getLength();
      }
    }
    return { ms: performance.now() - start, tokens };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await operations[request.op](request)));
}
