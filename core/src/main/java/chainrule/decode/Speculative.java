package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.draft.Acceptance;
import chainrule.decode.draft.Drafter;
import chainrule.decode.draft.Law;
import chainrule.decode.draft.Lookup;
import chainrule.decode.draft.Lossless;
import chainrule.decode.draft.Shape;
import chainrule.decode.filter.Distribution;
import chainrule.decode.filter.Filter;
import chainrule.model.CausalLM;
import java.util.Arrays;
import java.util.List;

/**
 * Several tokens a pass: somebody cheap drafts the next ones, the model reads all of them at once, and those stay that it
 * could have said itself, so that the text is what {@code method} gives without a draft. Leviathan, Kalman and Matias,
 * "Fast Inference from Transformers via Speculative Decoding", 2023; Chen et al., "Accelerating Large Language Model
 * Decoding with Speculative Sampling", 2023; trees: Miao et al., "SpecInfer", 2024.
 *
 * <p>With the greedy method the text is greedy search's, token for token. With sampling its law is sampling's; rules and
 * filters act on the model's scores and on the draft's alike. {@link Drafted} in the result says what it brought: a pass
 * over 1 + γ tokens costs a little more than one over one, so the speed-up is tokens a cycle / (cost of such a pass + cost
 * of drafting), in plain passes. γ should be the smaller the fewer drafts are accepted: 3 to 5 tokens suit most models,
 * 10 a text that copies its prompt.
 *
 * @param draft who drafts
 * @param tokens γ, the length of a draft
 * @param widths how many tokens are drafted after each, by depth, where a drafter can; beyond the list one
 * @param method greedy or a kind of sampling
 * @param acceptance which drafted tokens stay
 */
public record Speculative(Drafter draft, int tokens, List<Integer> widths, Decoding method, Acceptance acceptance)
        implements Decoding {
    /** Greedy search as a filter: the first of the best tokens. */
    private static final Filter BEST = (Filter.Custom) scores -> {
        int best = Distribution.best(scores);
        float most = scores[best];
        Arrays.fill(scores, Float.NEGATIVE_INFINITY);
        scores[best] = most;
    };

    public Speculative {
        widths = new Shape(tokens, widths).widths();
        if (widths.size() > tokens) {
            throw new BadInput("widths has " + widths.size() + " depths, but drafts have only " + tokens
                    + ": raise tokens or shorten widths.");
        }
        filters(method);
    }

    /** Greedy search with chains of four tokens from the text itself. */
    public Speculative() {
        this(new Lookup(), 4);
    }

    /** Greedy search with chains of drafts. */
    public Speculative(Drafter draft, int tokens) {
        this(draft, tokens, List.of(), new Greedy(), new Lossless());
    }

    /** The same with another drafter. */
    public Speculative with(Drafter other) {
        return new Speculative(other, tokens, widths, method, acceptance);
    }

    @Override
    public void check(CausalLM lm) {
        draft.check(lm);
    }

    @Override
    public Run start(Text text) {
        return new SpeculativeRun(this, text, new Law(text.rules(), filters(method)));
    }

    private static List<Filter> filters(Decoding method) {
        return switch (method) {
            case Greedy _ -> List.of(BEST);
            case Sampling sampling -> sampling.filters();
            case FilteredSampling sampling -> sampling.filters();
            default ->
                throw new BadInput("method must be greedy, sampling or filtered-sampling, not "
                        + method.getClass().getSimpleName() + ".");
        };
    }
}
