package chainrule.control;

import chainrule.BadInput;
import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Result;
import chainrule.decode.Sampling;
import chainrule.decode.Stops;
import chainrule.model.CausalLM;
import java.util.ArrayList;
import java.util.List;

/**
 * Draws texts from a model as it is: at temperature 1 with nothing cut off, since a truncated distribution would be another
 * one than the log-probabilities say. It holds the model in the form that decodes, packed when the sampler was made; later
 * changes of the model do not show in it.
 */
public final class Sampler implements AutoCloseable {
    /** Texts that are written at a time. */
    private static final int TOGETHER = 64;

    private final CausalLM form;
    private final boolean own;
    private final Sequences sequences;
    private final Engine engine;

    /**
     * Texts and what the model that drew them says of each.
     *
     * @param logQ the log-probability of each: [N]
     */
    public record Drawn(List<Sequence> texts, double[] logQ) {}

    /** @param own whether the form is closed with this */
    Sampler(CausalLM form, boolean own, Sequences sequences) {
        this.form = form;
        this.own = own;
        this.sequences = sequences;
        this.engine = new Engine(form, new Engine.Limits(TOGETHER, Long.MAX_VALUE));
    }

    /** The first {@code count} texts of a seed. */
    public Drawn draw(int count, long seed) {
        return draw(count, seed, 0);
    }

    /** Texts {@code first} to {@code first + count - 1} of a seed: what a text is depends on nothing but its number. */
    public Drawn draw(int count, long seed, int first) {
        int[] ends = sequences.ends().stream().mapToInt(Integer::intValue).toArray();
        Request request = Request.of(sequences.prompt())
                .with(new Sampling())
                .withMaxTokens(sequences.length())
                .with(Stops.tokens(ends))
                .withLogprobs(0);
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request.withSeed(seed, first + i));
        }
        List<Sequence> texts = new ArrayList<>();
        double[] logQ = new double[count];
        for (Result result : engine.run(requests)) {
            for (double each : result.logprobs()) {
                logQ[texts.size()] += each;
            }
            texts.add(sequences.read(result.ids()));
        }
        return new Drawn(texts, logQ);
    }

    @Override
    public void close() {
        engine.close();
        if (own) {
            form.close();
        }
    }

    /** @throws BadInput where the texts are longer than the model's context */
    static void check(CausalLM lm, Sequences sequences) {
        int longest = sequences.prompt().length + sequences.length();
        if (longest > lm.context()) {
            throw new BadInput(
                    "Texts of " + longest + " tokens, prompt included, are longer than the model's context of "
                            + lm.context() + ": ask for shorter ones.");
        }
    }
}
