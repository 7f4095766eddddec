package chainrule.bench;

import chainrule.decode.ContrastiveSearch;
import chainrule.decode.Decoding;
import chainrule.decode.Engine;
import chainrule.decode.Greedy;
import chainrule.decode.Momentum;
import chainrule.decode.Request;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import java.util.List;
import java.util.stream.IntStream;

/** What decoding methods cost beside greedy search, through the engine, with random weights of SmolLM2-135M's shape. */
final class Methods {
    private static final int NEW = 128;
    private static final int PROMPT = 32;
    private static final String BASE = "greedy";

    private Methods() {}

    /** Each method with each number of texts. */
    static Group group(Compute compute, int... texts) {
        CausalLM lm = Decoder.createForDecoding(Inference.shape(), Init.random(0), compute);
        List<Workload> all = IntStream.of(texts)
                .boxed()
                .<Workload>mapMulti((n, add) -> {
                    add.accept(new Method(lm, BASE, new Greedy(), n));
                    add.accept(new Method(lm, "momentum", new Momentum(), n));
                    add.accept(new Method(lm, "contrastive search, k = 5", new ContrastiveSearch(5, 0.6), n));
                })
                .toList();
        return new Group(all, lm::close);
    }

    private record Method(CausalLM lm, String who, Decoding method, int texts) implements Workload {
        @Override
        public String what() {
            return "method, " + texts + (texts == 1 ? " text" : " texts");
        }

        @Override
        public String unit() {
            return "tokens/s";
        }

        @Override
        public String base() {
            return BASE;
        }

        @Override
        public double round() {
            List<Request> requests = IntStream.range(0, texts)
                    .mapToObj(t -> Request.of(IntStream.range(100 + t, 100 + t + PROMPT)
                                    .map(i -> i * 7919 % 40_000)
                                    .toArray())
                            .with(method)
                            .withMaxTokens(NEW))
                    .toList();
            try (Engine engine = new Engine(lm)) {
                long began = System.nanoTime();
                engine.run(requests);
                return 1e9 * texts * NEW / (System.nanoTime() - began);
            }
        }
    }
}
