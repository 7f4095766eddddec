package chainrule.objective.distil;

import chainrule.model.CausalLM;
import chainrule.model.Input;
import chainrule.model.Step;
import chainrule.model.Tap;
import chainrule.tensor.Scope;
import java.util.Optional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A frozen model. Of a batch it keeps the hidden vectors, and makes logits of the rows that are asked for.
 *
 * @param lm stays the caller's
 * @param description such as the name of its file and a checksum
 */
public record ModelTeacher(CausalLM lm, String description) implements Teacher {
    /** Called by a checksum of its parameters. */
    public static ModelTeacher of(CausalLM lm) {
        return new ModelTeacher(lm, "model " + Fingerprint.text(Fingerprint.of(lm.parameters())));
    }

    @Override
    public int vocabulary() {
        return lm.vocabulary();
    }

    @Override
    public Answer of(Input input, Tensor targets) {
        Optional<Tensor> head = lm.headWeight();
        if (head.isEmpty()) {
            return plain(input);
        }
        Tensor hidden = hidden(input);
        Tensor weight = head.get().detach().to(hidden.scalar_type());
        return at -> {
            try (var scope = new Scope();
                    var _ = new NoGradGuard()) {
                return scope.keep(wide(torch.linear(hidden.index_select(0, at), weight)));
            }
        };
    }

    /** [B·T,D]. */
    private Tensor hidden(Input input) {
        try (var scope = new Scope();
                var _ = new NoGradGuard()) {
            return scope.keep(lm.forward(input, Tap.NONE).hidden());
        }
    }

    private Answer plain(Input input) {
        Step step;
        try (var _ = new NoGradGuard()) {
            step = lm.forward(input, Tap.NONE);
        }
        return at -> {
            try (var scope = new Scope();
                    var _ = new NoGradGuard()) {
                int first = (int) at.select(0, 0).item_long();
                int last = (int) at.select(0, -1).item_long();
                Tensor rows = at.sub(at.select(0, 0));
                return scope.keep(wide(step.logits(first, last + 1).index_select(0, rows)));
            }
        };
    }

    private static Tensor wide(Tensor logits) {
        return logits.element_size() < Float.BYTES ? logits.to(ScalarType.Float) : logits;
    }
}
