package chainrule.eval;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Tap;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Turns texts into vectors whose nearness means likeness. A figure that rests on one is comparable only with figures that
 * rest on the same: name it in every report.
 *
 * @param <T> a text: token ids, a string
 */
@FunctionalInterface
public interface Embedder<T> {
    /** [N,D] for N texts, one or more, of the caller's scope. */
    Tensor embed(List<T> texts);

    /**
     * A causal model's last layer after the final norm at a text's last token, as MAUVE has it with GPT-2 large. Its texts
     * have from one token to as many as the model's context holds.
     */
    static Embedder<int[]> lastState(CausalLM lm) {
        return texts -> {
            try (var scope = new Scope();
                    var _ = new NoGradGuard()) {
                List<Tensor> rows = texts.stream().map(ids -> last(lm, ids)).toList();
                return scope.keep(Ops.cat(rows, 0));
            }
        };
    }

    private static Tensor last(CausalLM lm, int[] ids) {
        try (var scope = new Scope()) {
            Tensor hidden =
                    lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).hidden();
            return scope.keep(Ops.slice(hidden, 0, ids.length - 1, ids.length)
                    .to(ScalarType.Float)
                    .clone());
        }
    }
}
