package chainrule.eval;

import chainrule.BadInput;
import chainrule.model.CausalLM;
import chainrule.tensor.Ops;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * What a model predicts next after each true prefix of texts, and how far these predictions repeat the text (Welleck et al.,
 * "Neural Text Generation with Unlikelihood Training", 2020). A prediction is the token of the highest logit. Shares are of
 * all predictions of all texts, from 0 to 1.
 *
 * @param texts one or more
 */
public record TeacherForced(List<Text> texts) {
    /**
     * The predictions in one text, T of each.
     *
     * @param targets the true tokens
     * @param predicted in their place
     * @param ranks how many tokens had a higher logit than the true one
     */
    public record Text(int[] targets, int[] predicted, int[] ranks) {
        /** @param logitsTV the row at t predicts target t */
        public static Text of(Tensor logitsTV, int... targets) {
            Tensor own = logitsTV.gather(1, Ops.ids(targets).unsqueeze(1));
            return new Text(
                    targets,
                    ints(logitsTV.argmax(new LongOptional(1), false)),
                    ints(logitsTV.gt(own).sum(1)));
        }

        private static int[] ints(Tensor t) {
            return Arrays.stream(Ops.longs(t)).mapToInt(Math::toIntExact).toArray();
        }

        /** How many predictions hold. */
        private long count(Holds holds) {
            return IntStream.range(0, targets.length)
                    .filter(t -> holds.at(this, t))
                    .count();
        }

        /** Whether one of the {@code l} tokens of {@code where} before {@code t} is {@code token}. */
        private static boolean recent(int token, int t, int l, int... where) {
            return Arrays.stream(where, Math.max(0, t - l), t).anyMatch(earlier -> earlier == token);
        }
    }

    @FunctionalInterface
    private interface Holds {
        boolean at(Text text, int t);
    }

    public TeacherForced {
        if (texts.stream().allMatch(t -> t.targets.length == 0)) {
            throw new BadInput("There is no prediction to judge: give a text of two tokens or more.");
        }
    }

    /**
     * Reads texts with a model; those of fewer than two tokens have no prediction.
     *
     * @throws BadInput where no text has a prediction, or one is longer than the model's context
     */
    public static TeacherForced of(CausalLM lm, List<int[]> texts, Reading reading) {
        List<Text> found = new ArrayList<>();
        for (int[] ids : texts) {
            if (ids.length > 1) {
                reading.read(lm, new int[][] {ids}, 0, (_, from, logits) -> {
                    int[] targets = Arrays.copyOfRange(ids, from + 1, from + 1 + (int) logits.size(0));
                    Text part = Text.of(logits, targets);
                    found.add(from == 0 ? part : joined(found.removeLast(), part));
                });
            }
        }
        return new TeacherForced(found);
    }

    private static Text joined(Text a, Text b) {
        return new Text(joined(a.targets, b.targets), joined(a.predicted, b.predicted), joined(a.ranks, b.ranks));
    }

    private static int[] joined(int[] a, int... b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
    }

    /** How many predictions there are. */
    public long tokens() {
        return texts.stream().mapToLong(t -> t.targets.length).sum();
    }

    /** hits@k: the true token is among the k best. */
    public double hits(int k) {
        return share((text, t) -> text.ranks[t] < k);
    }

    /** The mean of the true tokens' ranks, 0 for the best. */
    public double meanRank() {
        return ranks().average().orElseThrow();
    }

    /** The median of the true tokens' ranks; of two in the middle, the lower. */
    public int medianRank() {
        int[] sorted = ranks().sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    private IntStream ranks() {
        return texts.stream().flatMapToInt(t -> Arrays.stream(t.ranks));
    }

    /** rep/l: the prediction is among the {@code l} targets before. */
    public double rep(int l) {
        return share((text, t) -> Text.recent(text.predicted[t], t, l, text.targets));
    }

    /** wrep/l: it is, and it is wrong. */
    public double wrep(int l) {
        return share((text, t) ->
                text.predicted[t] != text.targets[t] && Text.recent(text.predicted[t], t, l, text.targets));
    }

    /** rep/l of the true text itself: the target is among the {@code l} targets before. */
    public double humanRep(int l) {
        return share((text, t) -> Text.recent(text.targets[t], t, l, text.targets));
    }

    /**
     * The prediction is wrong, and has been predicted in the text before, rightly or not: {@code rep_tf} in the code of Jiang
     * et al., "A Simple Contrastive Learning Objective for Alleviating Neural Text Degeneration", 2022.
     */
    public double wrongAgain() {
        return share((text, t) ->
                text.predicted[t] != text.targets[t] && Text.recent(text.predicted[t], t, t, text.predicted));
    }

    /** uniq: how many different tokens are predicted in all texts together. */
    public long uniq() {
        return texts.stream()
                .flatMapToInt(t -> Arrays.stream(t.predicted))
                .distinct()
                .count();
    }

    private double share(Holds holds) {
        return (double) texts.stream().mapToLong(t -> t.count(holds)).sum() / tokens();
    }
}
