package chainrule.bench;

import chainrule.model.Cache;
import chainrule.model.CausalLM;
import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.model.Segment;
import chainrule.model.Side;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.model.Tokens;
import chainrule.nn.Activation;
import chainrule.nn.Attention;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.nn.Mlp;
import chainrule.nn.Norm;
import chainrule.nn.Rotary;
import chainrule.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Prompt reading and decoding with random weights of SmolLM2-135M's shape. */
final class Inference {
    private static final int PROMPT = 512;
    private static final int NEW = 128;
    private static final int START = 8;

    private Inference() {}

    /** 30 layers, width 576, 9 heads, 3 key/value heads, MLP 1536, vocabulary 49,152, tied. */
    static DecoderConfig shape() {
        return new DecoderConfig(
                49_152,
                576,
                30,
                8192,
                new DecoderConfig.Position.Rotated(new Rotary(100_000, 64, new Rotary.Scaling.None())),
                new Norm.Kind.Rms(1e-5),
                new Attention.Kind(new Attention.Heads(9, 3, 64), false, false, false, OptionalInt.empty()),
                new Mlp.Kind(true, 1536, Activation.SILU, false),
                DecoderConfig.Flow.SERIAL,
                true,
                0.02);
    }

    /** Prefill and decode rows for one number type, of one model. */
    static Group group(Compute compute, int... texts) {
        CausalLM lm;
        try (Decoder plain = Decoder.create(shape(), Init.random(0))) {
            lm = plain.forDecoding(compute);
        }
        List<Workload> all = new ArrayList<>();
        all.add(new Prefill(lm, compute));
        for (int n : texts) {
            all.add(new Decode(lm, compute, n));
        }
        return new Group(all, lm::close);
    }

    private static double weights() {
        DecoderConfig c = shape();
        return c.parameters() / 1e9;
    }

    private record Prefill(CausalLM lm, Compute compute) implements Workload {
        @Override
        public String what() {
            return "prefill " + PROMPT;
        }

        @Override
        public String who() {
            return "chainrule " + compute;
        }

        @Override
        public String unit() {
            return "tokens/s";
        }

        @Override
        public Cost cost() {
            DecoderConfig c = shape();
            double blocks = weights() - (double) c.vocabulary() * c.width() / 1e9;
            double attention = 2.0 * c.layers() * PROMPT * 576 / 1e9;
            return new Cost(0, 2 * blocks + attention);
        }

        @Override
        public double round() {
            int[] ids =
                    IntStream.range(0, PROMPT).map(i -> 100 + i * 7919 % 40_000).toArray();
            long began = System.nanoTime();
            try (Cache cache = lm.newCache(Side.NONE);
                    var _ = new Scope()) {
                lm.extend(List.of(Segment.prompt(cache, ids))).getFirst().scores(PROMPT - 1);
            }
            return PROMPT * 1e9 / (System.nanoTime() - began);
        }
    }

    private record Decode(CausalLM lm, Compute compute, int texts) implements Workload {
        @Override
        public String what() {
            return "decode " + NEW + ", " + texts + (texts == 1 ? " text" : " texts");
        }

        @Override
        public String who() {
            return "chainrule " + compute;
        }

        @Override
        public String unit() {
            return "tokens/s";
        }

        @Override
        public Cost cost() {
            double bytes = compute == Compute.F32 ? 4 : compute == Compute.BF16 ? 2 : 1;
            return new Cost(weights() * bytes / texts, 0);
        }

        @Override
        public double round() {
            List<Cache> caches = new ArrayList<>();
            try {
                for (int t = 0; t < texts; t++) {
                    Cache cache = lm.newCache(Side.NONE);
                    caches.add(cache);
                    try (var _ = new Scope()) {
                        int first = 100 + t;
                        lm.extend(List.of(Segment.prompt(
                                cache, IntStream.range(first, first + START).toArray())));
                    }
                    cache.keep(IntStream.range(0, START).toArray(), new int[0]);
                }
                return decode(caches);
            } finally {
                caches.forEach(Cache::close);
            }
        }

        /** Greedy search on every text. */
        private double decode(List<Cache> caches) {
            int[] next = IntStream.range(0, texts).toArray();
            long began = System.nanoTime();
            for (int i = 0; i < NEW; i++) {
                try (var _ = new Scope()) {
                    List<Segment> segments = new ArrayList<>();
                    for (int t = 0; t < texts; t++) {
                        segments.add(new Segment(
                                new Tokens.Row(next[t]), new int[] {-1}, caches.get(t), Tap.NONE, Segment.Kind.DECODE));
                    }
                    List<Step> steps = lm.extend(segments);
                    for (int t = 0; t < texts; t++) {
                        next[t] = largest(steps.get(t).scores(0));
                        caches.get(t).keep(new int[] {0}, new int[0]);
                    }
                }
            }
            return 1e9 * texts * NEW / (System.nanoTime() - began);
        }

        private static int largest(float[] scores) {
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                if (scores[i] > scores[best]) {
                    best = i;
                }
            }
            return best;
        }
    }
}
