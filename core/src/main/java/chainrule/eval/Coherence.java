package chainrule.eval;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import chainrule.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How likely a second model finds continuations given what they continue: the mean of ln p(x[t] | prefix, x[&lt;t]) over a
 * continuation's tokens, in nats (Su and Collier, "Contrastive Search Is What You Need For Neural Text Generation", 2023,
 * where OPT models judge GPT-2). Higher is more coherent, and higher still is dull: loops score best of all. A model that
 * judges its own text flatters methods that follow its likelihood.
 *
 * @param judge the second model
 */
public record Coherence(CausalLM judge, Reading reading) {
    /** What was continued, and by what. */
    public record Passage(String prefix, String continuation) {}

    /**
     * Of one continuation, in tokens of the judge.
     *
     * @param prefix one token or more, among them the judge's begin of text where it has one
     * @throws BadInput where either is empty, or both together exceed the judge's context
     */
    public double of(int[] prefix, int[] continuation) {
        if (prefix.length == 0 || continuation.length == 0) {
            throw new BadInput("A prefix of " + prefix.length + " tokens and a continuation of " + continuation.length
                    + " have no coherence: give each at least one token.");
        }
        int[] text = IntStream.concat(Arrays.stream(prefix), Arrays.stream(continuation))
                .toArray();
        DoubleStream.Builder all = DoubleStream.builder();
        reading.read(judge, new int[][] {text}, prefix.length - 1, (_, from, logits) -> {
            for (float each : Reading.logProbabilities(text, from, logits)) {
                all.add(each);
            }
        });
        return all.build().average().orElseThrow();
    }

    /**
     * The mean over passages. Prefix and continuation are tokenised apart; blank continuations are left out.
     *
     * @param begin the token that begins a text, put before every prefix
     * @return empty where every continuation is blank
     */
    public OptionalDouble mean(Tokenizer tokenizer, OptionalInt begin, List<Passage> passages) {
        return passages.stream()
                .filter(p -> !WordSplit.WHITESPACE.split(p.continuation).isEmpty())
                .mapToDouble(p -> {
                    IntStream prefix = Arrays.stream(tokenizer.ids(p.prefix, false));
                    return of(IntStream.concat(begin.stream(), prefix).toArray(), tokenizer.ids(p.continuation, false));
                })
                .average();
    }
}
