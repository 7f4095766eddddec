package chainrule.studies.tuning;

import chainrule.objective.Choice;
import chainrule.objective.Choices;
import chainrule.studies.Finding;
import chainrule.tensor.Counter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** The share of right answers among many, in percent. */
record Shares(boolean[] right) {
    private static final int RESAMPLES = 2000;

    /** Each choice's best option. */
    static Shares of(List<Choice> choices, List<double[]> answers) {
        return above(choices, answers, 0);
    }

    /** Between two options: the second where its score is more than {@code threshold} above the first's. */
    static Shares above(List<Choice> choices, List<double[]> answers, double threshold) {
        boolean[] right = new boolean[choices.size()];
        for (int i = 0; i < right.length; i++) {
            double[] scores = answers.get(i).clone();
            scores[0] += threshold;
            right[i] = Choices.best(scores) == choices.get(i).right();
        }
        return new Shares(right);
    }

    /** The median of how far the second option's score lies above the first's. */
    static double median(List<double[]> answers) {
        double[] sorted =
                answers.stream().mapToDouble(s -> s[1] - s[0]).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    double percent() {
        return IntStream.range(0, right.length).filter(i -> right[i]).count() * 100.0 / right.length;
    }

    /** The middle 95 % of what resamples of the answers give. */
    Finding.Interval interval() {
        double[] found = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            Counter draw = Counter.of(r, "resample");
            int hits = 0;
            for (int i = 0; i < right.length; i++) {
                hits += right[(int) (draw.uniform(i) * right.length)] ? 1 : 0;
            }
            found[r] = hits * 100.0 / right.length;
        }
        Arrays.sort(found);
        return new Finding.Interval(found[RESAMPLES / 40], found[RESAMPLES - 1 - RESAMPLES / 40]);
    }
}
