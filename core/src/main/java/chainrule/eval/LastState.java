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
 * A causal model's last layer after the final norm at a text's last token, as MAUVE has it with GPT-2 large. The texts have
 * from one token to as many as the model's context holds.
 */
public record LastState(CausalLM lm) implements Embedder<int[]> {
    @Override
    public String name() {
        return "last states of a causal model";
    }

    @Override
    public Tensor embed(List<int[]> texts) {
        try (var scope = new Scope();
                var _ = new NoGradGuard()) {
            return scope.keep(Ops.cat(texts.stream().map(this::last).toList(), 0));
        }
    }

    private Tensor last(int[] ids) {
        try (var scope = new Scope()) {
            Tensor hidden =
                    lm.forward(Input.of(Ops.ids(new int[][] {ids})), Tap.NONE).hidden();
            return scope.keep(Ops.slice(hidden, 0, ids.length - 1, ids.length)
                    .to(ScalarType.Float)
                    .clone());
        }
    }
}
