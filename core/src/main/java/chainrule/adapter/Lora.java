package chainrule.adapter;

import chainrule.BadInput;
import chainrule.model.Decoder;
import chainrule.model.family.Models;
import chainrule.nn.Draw;
import chainrule.nn.Init;
import chainrule.nn.Part;
import java.util.List;

/**
 * LoRA (Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022): the change of a weight in fine-tuning
 * has low rank, so a product of two thin matrices stands for it, and the weight itself stays as it is. Once trained it is
 * added to the weight, and costs nothing.
 *
 * <pre>
 * y = W x + s B (A x)      A: [r,I], B: [O,r]      s = α/r, or α/√r (rank-stabilised, Kalajdzievski, 2023)
 * </pre>
 *
 * <p>A is drawn from the Kaiming-uniform law with a = √5, which is uniform on ±1/√I, and B is 0, so that a fresh adapter
 * changes nothing. The paper adapts queries and values, with r from 1 to 8, and finds more kinds of matrices better than
 * a larger r; α is kept where r is tuned. Learning rates are about ten times those of full fine-tuning. With α/r a large
 * r learns too slowly: there α/√r serves.
 *
 * <p>Parts that a family keeps as one matrix (GPT-2's {@code c_attn}) are adapted as one: they share A.
 *
 * @param rank r
 * @param alpha α
 * @param rslora whether s is α/√r
 * @param targets which maps, by their names in the family's checkpoints or the ends of these ({@code q_proj});
 *     {@code all-linear}: all but the output head; empty: what has queries and what has values
 * @param seed of A
 */
public record Lora(int rank, double alpha, boolean rslora, List<String> targets, long seed) implements AdapterMethod {
    static final String ALL = "all-linear";

    public Lora {
        if (rank < 1) {
            throw new IllegalArgumentException("rank " + rank + ": at least 1 is needed");
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("alpha " + alpha + ": it must be above 0");
        }
        targets = List.copyOf(targets);
    }

    /** Rank 8 and α 16 on queries and values. */
    public Lora() {
        this(8, 16);
    }

    /** On queries and values. */
    public Lora(int rank, double alpha) {
        this(rank, alpha, false, List.of(), 0);
    }

    /** s. */
    public double scale() {
        return alpha / (rslora ? Math.sqrt(rank) : rank);
    }

    /** @throws BadInput where a target names nothing */
    @Override
    public Adapted on(Models.Form form, Decoder base) {
        return Adapted.of(fresh(form), base);
    }

    /** @throws BadInput where a target names nothing in models of a form */
    @Override
    public void check(Models.Form form) {
        chosen(Target.of(form));
    }

    @Override
    public Lora withSeed(long other) {
        return new Lora(rank, alpha, rslora, targets, other);
    }

    /** A fresh adapter for models of a form. @throws BadInput where a target names nothing */
    public LoraAdapter fresh(Models.Form form) {
        Init init = Init.random(seed);
        return new LoraAdapter(
                this,
                chosen(Target.of(form)).stream().map(t -> factors(t, init)).toList());
    }

    private LoraAdapter.Factors factors(Target target, Init init) {
        var kaiming = new Draw.Uniform(1 / Math.sqrt(target.inputs()));
        return new LoraAdapter.Factors(
                target,
                init.get(LoraAdapter.a(target), kaiming, Part.WHOLE, rank, target.inputs()),
                target.paths().stream()
                        .map(path -> init.get(
                                LoraAdapter.b(path),
                                Draw.ZEROS,
                                Part.WHOLE,
                                target.shape().outputs(),
                                rank))
                        .toList());
    }

    private List<Target> chosen(List<Target> all) {
        if (targets.equals(List.of(ALL))) {
            return all.stream().filter(m -> !m.head()).toList();
        }
        if (targets.isEmpty()) {
            return all.stream()
                    .filter(m ->
                            m.paths().stream().anyMatch(p -> p.endsWith(".attention.q") || p.endsWith(".attention.v")))
                    .toList();
        }
        for (String target : targets) {
            if (all.stream().noneMatch(m -> m.named(target))) {
                throw new BadInput("The model has no linear map '" + target + "' for LoRA: there are "
                        + String.join(
                                ", ", all.stream().map(Target::word).distinct().toList())
                        + ", and " + ALL + " for all of them.");
            }
        }
        return all.stream().filter(m -> targets.stream().anyMatch(m::named)).toList();
    }
}
