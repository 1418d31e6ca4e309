"""PyTorch on the shapes that bench/run gpu measures Rill on: a line of JSON for each figure, as soon as it is there.

Two ways: "transformers", its model with a static cache and what generate() compiles; and "loop", plain tensor operations written here,
a decoding step captured as a CUDA graph. Weights are made up on the device. Not run on a GPU yet.

    {"way": "loop", "what": "decode", "sequences": 8, "rate": 1234.5}      tokens a second of all sequences together
    {"way": "loop", "what": "prompt", "sequences": 1, "rate": 56789.0}
    {"way": "transformers", "error": "why it could not be measured"}
"""

import argparse
import json
import os
import statistics
import sys
import time

REPEATS = 5
STEPS = 32


def say(**line):
    print(json.dumps(line), flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="the folder of a config.json of Llama")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--context", type=int, default=48, help="tokens of each sequence before it decodes")
    parser.add_argument("--prompt", type=int, default=2048, help="tokens of the prompt that is timed")
    parser.add_argument("--sequences", default="1,8,64,256", help="numbers of sequences that decode at once")
    parser.add_argument("--seconds", type=float, default=300, help="nothing is begun after that")
    arguments = parser.parse_args()
    arguments.sequences = [int(number) for number in arguments.sequences.split(",")]
    return arguments


class Clock:
    """Times work on a device, and says when the time is over."""

    def __init__(self, torch, device, seconds):
        self.torch, self.device, self.end = torch, device, time.monotonic() + seconds

    def left(self):
        return self.end - time.monotonic()

    def wait(self):
        if self.device == "cuda":
            self.torch.cuda.synchronize()

    def seconds(self, work):
        self.wait()
        begin = time.perf_counter()
        work()
        self.wait()
        return time.perf_counter() - begin

    def median(self, work):
        return statistics.median(self.seconds(work) for _ in range(REPEATS))


class Loop:
    """Llama's decoder over a static cache [sequences, heads, positions, width], in bf16."""

    def __init__(self, torch, config, device, sequences, positions):
        self.torch, self.config, self.device, self.sequences, self.positions = torch, config, device, sequences, positions
        hidden, heads = config["hidden_size"], config["num_attention_heads"]
        self.heads, self.shared = heads, config["num_key_value_heads"]
        self.width = config.get("head_dim") or hidden // heads
        self.epsilon = config["rms_norm_eps"]
        inner = config["intermediate_size"]

        def weight(rows, columns):
            return torch.randn(rows, columns, device=device, dtype=torch.bfloat16) * columns**-0.5

        self.embedding = weight(config["vocab_size"], hidden)
        self.norms = torch.ones(2 * config["num_hidden_layers"] + 1, hidden, device=device, dtype=torch.bfloat16)
        self.layers = [
            (
                weight((heads + 2 * self.shared) * self.width, hidden),
                weight(hidden, heads * self.width),
                weight(2 * inner, hidden),
                weight(hidden, inner),
            )
            for _ in range(config["num_hidden_layers"])
        ]
        powers = torch.arange(0, self.width, 2, device=device, dtype=torch.float32) / self.width
        angles = torch.outer(torch.arange(positions, device=device, dtype=torch.float32), config["rope_theta"] ** -powers)
        self.cosines = torch.cat([angles.cos(), angles.cos()], 1)
        self.sines = torch.cat([-angles.sin(), angles.sin()], 1)
        shape = (config["num_hidden_layers"], 2, sequences, self.shared, positions, self.width)
        self.cache = torch.zeros(shape, device=device, dtype=torch.bfloat16)

    def norm(self, rows, index):
        return self.torch.nn.functional.rms_norm(rows, (rows.shape[-1],), self.norms[index], self.epsilon)

    def rotate(self, heads, place):
        turned = heads.float()
        return (turned * self.cosines[place] + turned.roll(self.width // 2, -1) * self.sines[place]).to(heads.dtype)

    def forward(self, tokens, place, span, mask):
        """tokens [sequences, count] at positions place [count]; the logits after the last one, [sequences, vocabulary]."""
        functional = self.torch.nn.functional
        rows = self.embedding[tokens]
        count = tokens.shape[1]
        for index, (query_key_value, output, gate_up, down) in enumerate(self.layers):
            split = functional.linear(self.norm(rows, 2 * index), query_key_value)
            split = split.view(self.sequences, count, self.heads + 2 * self.shared, self.width).transpose(1, 2)
            queries = self.rotate(split[:, : self.heads], place)
            keys, values = self.cache[index]
            keys.index_copy_(2, place, self.rotate(split[:, self.heads : self.heads + self.shared], place))
            values.index_copy_(2, place, split[:, self.heads + self.shared :])
            attended = functional.scaled_dot_product_attention(
                queries, keys[:, :, :span], values[:, :, :span], attn_mask=mask, is_causal=mask is None, enable_gqa=True
            )
            rows = rows + functional.linear(attended.transpose(1, 2).reshape(self.sequences, count, -1), output)
            gate, up = functional.linear(self.norm(rows, 2 * index + 1), gate_up).chunk(2, -1)
            rows = rows + functional.linear(functional.silu(gate) * up, down)
        return functional.linear(self.norm(rows[:, -1], -1), self.embedding)

    def prompt(self, count):
        tokens = self.torch.randint(self.config["vocab_size"], (self.sequences, count), device=self.device)
        place = self.torch.arange(count, device=self.device)
        return self.forward(tokens, place, count, mask=None).argmax(-1, keepdim=True)


class Decoding:
    """One step of one token for each sequence, the next token on the device; captured where there is a GPU."""

    def __init__(self, loop, context):
        torch = loop.torch
        self.loop, self.tokens = loop, loop.prompt(context)
        self.place = torch.tensor([context], device=loop.device)
        self.columns = torch.arange(loop.positions, device=loop.device)
        self.graph = self.capture(torch) if loop.device == "cuda" else None

    def step(self):
        mask = (self.columns <= self.place).view(1, 1, 1, -1)
        logits = self.loop.forward(self.tokens, self.place, self.loop.positions, mask)
        self.tokens.copy_(logits.argmax(-1, keepdim=True))
        self.place.add_(1)

    def capture(self, torch):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.step()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.step()
        return graph

    def run(self, context):
        self.place.fill_(context)
        for _ in range(STEPS):
            self.step() if self.graph is None else self.graph.replay()
            self.tokens.cpu()  # as a server does, which sends each token


def measure_loop(torch, config, arguments, clock):
    positions = arguments.context + STEPS + 8
    for sequences in arguments.sequences:
        if clock.left() < 5:
            return
        decoding = Decoding(Loop(torch, config, arguments.device, sequences, positions), arguments.context)
        decoding.run(arguments.context)
        seconds = clock.median(lambda: decoding.run(arguments.context))
        say(way="loop", what="decode", sequences=sequences, rate=sequences * STEPS / seconds)
        del decoding
    loop = Loop(torch, config, arguments.device, 1, arguments.prompt)
    loop.prompt(arguments.prompt)
    say(way="loop", what="prompt", sequences=1, rate=arguments.prompt / clock.median(lambda: loop.prompt(arguments.prompt)))


def measure_transformers(torch, arguments, clock):
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(arguments.model)
    with torch.device(arguments.device):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).eval()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0

    def generate(sequences, tokens, count):
        prompt = torch.randint(config.vocab_size, (sequences, tokens), device=arguments.device)
        model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=count, do_sample=False, cache_implementation="static")

    # Compiling takes most of the time: the two numbers that are compared, and no others.
    for sequences in [number for number in (1, 64) if number in arguments.sequences]:
        if clock.left() < 20:
            return
        generate(sequences, arguments.context, STEPS + 1)
        short, long = (clock.median(lambda: generate(sequences, arguments.context, count)) for count in (1, STEPS + 1))
        say(way="transformers", what="decode", sequences=sequences, rate=sequences * STEPS / (long - short))
    if clock.left() > 10:
        generate(1, arguments.prompt, 1)
        say(way="transformers", what="prompt", sequences=1, rate=arguments.prompt / clock.median(lambda: generate(1, arguments.prompt, 1)))


def attempt(way, measure):
    try:
        measure()
    except Exception as failure:  # of any library: the other way and Rill's own figures go on
        say(way=way, error=f"{type(failure).__name__}: {failure}".splitlines()[0][:300])


def main():
    arguments = parse()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        import torch
    except ImportError as failure:
        say(way="torch", error=f"{sys.executable} cannot import it ({failure})")
        return
    with open(os.path.join(arguments.model, "config.json"), encoding="utf-8") as file:
        config = json.load(file)
    clock = Clock(torch, arguments.device, arguments.seconds)
    with torch.inference_mode():
        attempt("loop", lambda: measure_loop(torch, config, arguments, clock))
        if arguments.device == "cuda":
            torch.cuda.empty_cache()
        attempt("transformers", lambda: measure_transformers(torch, arguments, clock))


if __name__ == "__main__":
    main()
