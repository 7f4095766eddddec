package chainrule.objective;

import chainrule.Spec;
import chainrule.model.Input;
import chainrule.objective.distil.Compared;
import chainrule.objective.distil.Compared.Distribution;
import chainrule.objective.distil.Divergence;
import chainrule.objective.distil.Parts;
import chainrule.objective.distil.Teacher;
import chainrule.objective.distil.Term;
import chainrule.tensor.Ops;
import chainrule.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The distance of a model's distributions from a teacher's, the mean over the trained rows. The teacher's logits come for
 * the same chunk of rows as the student's, so that neither has a whole batch's.
 */
public record Distillation(Divergence divergence, Teacher teacher) implements RowLoss {
    /**
     * The objective that a text names: divergences from {@code teacher}, with any other objectives beside them, as in {@code
     * atkd:lambda=0.3 + 0.5*next-token}.
     *
     * @throws chainrule.BadInput where a name or a setting does not exist
     */
    public static Objective parse(String text, Teacher teacher) {
        List<Spec.Weighted<Term>> terms = Spec.parseSum(text, Term.class, Divergence.class, Objective.class);
        return Sum.of(terms.stream()
                .map(t -> new Spec.Weighted<Objective>(
                        t.weight(),
                        t.method() instanceof Divergence d ? new Distillation(d, teacher) : (Objective) t.method()))
                .toList());
    }

    /** Whether {@link #parse} would read it. @throws chainrule.BadInput where a name or a setting does not exist */
    public static void check(String text) {
        parse(text, new Nobody());
    }

    @Override
    public double terms(Batch batch) {
        return batch.trained();
    }

    @Override
    public OnRows on(HeadPass pass) {
        Batch batch = pass.batch();
        Teacher.Answer answer = teacher.of(batch.input(), batch.targets());
        Divergence.OnRows rows = divergence.on(new All(this, batch, answer));
        return c -> {
            Distribution p = teachers(answer, c.at(), c.logits().scalar_type());
            Distribution q = divergence.temperature() == 1
                    ? new Distribution(c.logits(), c.logP())
                    : Distribution.of(c.logits(), divergence.temperature());
            return c.weighed(rows.each(c.at(), new Compared(p, q, c.target())));
        };
    }

    private Distribution teachers(Teacher.Answer answer, Tensor at, ScalarType type) {
        try (var _ = new NoGradGuard()) {
            return Distribution.of(answer.logits(at).to(type), divergence.temperature());
        }
    }

    /** Stands where no teacher is known yet. */
    private record Nobody() implements Teacher {
        @Override
        public int vocabulary() {
            return 0;
        }

        @Override
        public String description() {
            return "nobody";
        }

        @Override
        public Answer of(Input input, Tensor targets) {
            throw new UnsupportedOperationException("there is no teacher");
        }
    }

    /** What is known of a batch without the student. */
    private record All(Distillation loss, Batch batch, Teacher.Answer answer) implements Divergence.Whole {
        @Override
        public Tensor weight() {
            return batch.mask().flatten();
        }

        @Override
        public Tensor uncertainty() {
            Tensor all = torch.zeros_like(weight());
            try (var _ = new Scope()) {
                Tensor trained = weight().nonzero().flatten();
                Tensor targets = batch.targets().flatten();
                for (long from = 0; from < trained.numel(); from += loss.chunk()) {
                    try (var _ = new Scope()) {
                        Tensor at = Ops.slice(trained, 0, from, Math.min(from + loss.chunk(), trained.numel()));
                        Distribution p = loss.teachers(answer, at, ScalarType.Float);
                        all.index_copy_(0, at, Parts.uncertainty(p, targets.index_select(0, at)));
                    }
                }
            }
            return all;
        }
    }

    @Override
    public String name() {
        return divergence instanceof Record r
                ? Spec.format(r).split(":", 2)[0]
                : divergence.getClass().getSimpleName();
    }

    /** As it is asked for, and of whom. */
    @Override
    public String toString() {
        return (divergence instanceof Record r ? Spec.format(r) : name()) + " of " + teacher.description();
    }
}
