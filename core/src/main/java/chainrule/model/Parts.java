package chainrule.model;

import chainrule.nn.Dense;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Linear;
import chainrule.nn.Norm;
import chainrule.nn.Part;
import chainrule.nn.Positions;
import chainrule.nn.Quantised;
import chainrule.nn.Tree;
import chainrule.tensor.Codes;
import chainrule.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The parts of a decoder, each made when it is asked for and owned by who asks: a model that is packed for decoding need
 * not lie in memory in float32 as a whole.
 */
sealed interface Parts {
    DecoderConfig config();

    /** [V,D]. */
    Tensor embed();

    /** The token vectors as the weight of a map, in the form in which they are kept. */
    default Linear tokens() {
        return new Dense(embed(), Optional.empty());
    }

    Positions positions();

    Block block(int layer);

    Norm norm();

    /** Empty where the embedding's weight serves. */
    Optional<Linear> head();

    Optional<Prefix> prefix();

    private static <R> R copied(R part) {
        return Tree.map(part, (_, t) -> Scope.own(t.detach().clone()));
    }

    /** Parts whose parameters come from {@code init}, and a copy of a prefix. */
    record Made(DecoderConfig config, Init init, Optional<Prefix> prefix) implements Parts {
        @Override
        public Optional<Prefix> prefix() {
            return copied(prefix);
        }

        private Draw draw() {
            return new Draw.Normal(config.deviation());
        }

        @Override
        public Tensor embed() {
            return init.get("embed", draw(), Part.WHOLE, config.vocabulary(), config.width());
        }

        @Override
        public Linear tokens() {
            Optional<Codes> codes = init.codes("embed", config.vocabulary(), config.width());
            return codes.isPresent() ? new Quantised(codes.get(), Optional.empty()) : Parts.super.tokens();
        }

        @Override
        public Positions positions() {
            return switch (config.position()) {
                case DecoderConfig.Position.Learned() ->
                    new Positions.Learned(
                            init.get("positions.weight", draw(), Part.WHOLE, config.context(), config.width()));
                case DecoderConfig.Position.Rotated(var rotary) -> new Positions.Rotated(rotary);
            };
        }

        @Override
        public Block block(int layer) {
            int d = config.width();
            double deviation = config.deviation();
            double out = deviation / Math.sqrt(2.0 * config.layers());
            String path = "blocks." + layer;
            return new Block(
                    config.norm().create(init, path + ".attentionNorm", d),
                    config.attention().create(init, path + ".attention", d, config.norm(), deviation, out),
                    config.norm().create(init, path + ".mlpNorm", d),
                    config.mlp().create(init, path + ".mlp", d, deviation, out));
        }

        @Override
        public Norm norm() {
            return config.norm().create(init, "norm", config.width());
        }

        @Override
        public Optional<Linear> head() {
            return config.tied()
                    ? Optional.empty()
                    : Optional.of(Linear.create(
                            init, "head", new Dense.Shape(config.vocabulary(), config.width(), false), draw()));
        }
    }

    /** Copies of the parts of {@code lm}. */
    record Copied(Decoder lm) implements Parts {
        @Override
        public DecoderConfig config() {
            return lm.config();
        }

        @Override
        public Tensor embed() {
            return copied(lm.embed());
        }

        @Override
        public Positions positions() {
            return copied(lm.positions());
        }

        @Override
        public Block block(int layer) {
            return copied(lm.blocks().get(layer));
        }

        @Override
        public Norm norm() {
            return copied(lm.norm());
        }

        @Override
        public Optional<Linear> head() {
            return copied(lm.head());
        }

        @Override
        public Optional<Prefix> prefix() {
            return copied(lm.prefix());
        }
    }
}
