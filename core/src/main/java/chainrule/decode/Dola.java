package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.filter.Distribution;
import chainrule.tensor.Ops;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Decoding by contrasting layers: a token counts by how much more probable the last layer makes it than an earlier one,
 * which is chosen for every token as the one that disagrees most. Lower layers know grammar, upper ones facts, so their
 * difference favours facts. Chuang et al., "DoLa: Decoding by Contrasting Layers Improves Factuality in Large Language
 * Models", 2024:
 *
 * <pre>
 * F(v) = log p(v) - log p[j](v) where p(v) &ge; top · max p, -∞ elsewhere
 * j = argmax { JSD(p, p[i]) : i an early layer }
 * </pre>
 *
 * p[i] is the output head's softmax of layer i's residual stream, which passes no final norm: the authors' code has none
 * there. JSD is the code's form too: the mean over the vocabulary of m (log m - (log p + log p[i]) / 2), m = (p + p[i]) / 2.
 * Rules act on F, of which the largest is taken, the first of equals; where they leave none of its tokens, the most probable
 * one that they allow is.
 *
 * <p>The authors take the higher layers for short answers and the lower for long ones, a repetition penalty of 1.2, and
 * top = 0.1. Small and shallow models gain little. A token costs the early layers' rows of the head on top of its pass.
 *
 * @param layers the early layers
 * @param top the fraction of the best probability below which tokens go, above 0 and at most 1
 */
public record Dola(EarlyLayers layers, double top) implements Decoding {
    public Dola {
        if (!(top > 0 && top <= 1)) {
            throw new BadInput("top must lie above 0 and not above 1, not " + top + ".");
        }
    }

    /** The lower layers. */
    public Dola() {
        this(new EarlyLayers.Low(), 0.1);
    }

    @Override
    public Run start(Text text) {
        if (text.layers().depth() == 0) {
            throw new BadInput("DoLa contrasts a model's layers, and this model shows none.");
        }
        return new DolaRun(this, text);
    }

    /** F of one token, and which of the early layers it is the contrast to. */
    record Contrast(int layer, float[] scores) {}

    /**
     * The divergence of each early layer.
     *
     * @param last log-probabilities [1,V]
     * @param early log-probabilities [L,V]
     */
    static float[] divergences(Tensor last, Tensor early) {
        Tensor mean = Ops.mul(last.exp().add(early.exp()), 0.5);
        Tensor both = Ops.mul(last.add(early), 0.5);
        return Ops.floats(torch.xlogy(mean, mean).sub(mean.mul(both)).mean(-1L));
    }

    /** @param logits those of the last layer [1,V] and of the early ones [L,V] */
    Contrast contrast(Tensor logits, Tensor earlyLogits) {
        Tensor last = Ops.logSoftmax(logits, -1);
        Tensor early = Ops.logSoftmax(earlyLogits, -1);
        int layer = early.size(0) == 1 ? 0 : Distribution.best(divergences(last, early));
        float[] scores = Ops.floats(last);
        float[] base = Ops.floats(early.select(0, layer));
        float least = scores[Distribution.best(scores)] + (float) Math.log(top);
        for (int token = 0; token < scores.length; token++) {
            scores[token] = scores[token] < least ? Float.NEGATIVE_INFINITY : scores[token] - base[token];
        }
        return new Contrast(layer, scores);
    }
}
