package chainrule.objective;

import chainrule.model.Input;
import chainrule.model.Tiny;
import chainrule.model.Tokens;
import chainrule.objective.distil.Teacher;
import chainrule.tensor.Counter;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A teacher whose logits are a random function of the last token alone. */
record Bigram(int vocabulary, long seed) implements Teacher {
    /** Of a {@link Tiny} decoder's tokens. */
    static Bigram tiny() {
        return new Bigram(Tiny.gpt2().vocabulary(), 9);
    }

    @Override
    public String description() {
        return "bigram " + seed;
    }

    @Override
    public Answer of(Input input, Tensor targets) {
        Tensor ids = ((Tokens.Ids) input.tokens()).ids().flatten();
        return at -> {
            try (var scope = new Scope()) {
                long[] last = Ops.longs(ids.index_select(0, at));
                float[] logits = new float[last.length * vocabulary];
                for (int i = 0; i < logits.length; i++) {
                    logits[i] =
                            (float) (2 * new Counter(seed).normal(last[i / vocabulary] * vocabulary + i % vocabulary));
                }
                return scope.keep(Ops.tensor(logits, last.length, vocabulary).to(ScalarType.Double));
            }
        };
    }
}
