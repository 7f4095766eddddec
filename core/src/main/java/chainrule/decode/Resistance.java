package chainrule.decode;

import chainrule.BadInput;
import java.util.List;

/**
 * r(L), what {@link Momentum} takes from the probability of a candidate that would retrace L tokens of the text: the
 * tables of the method's code, in the order of their making, and functions that the paper compares them with.
 *
 * <table>
 * <caption>r(0) = 0 always</caption>
 * <tr><th></th><th>r(1)</th><th>r(2)</th><th>r(3)</th><th>r(4)</th><th>r(5)</th></tr>
 * <tr><td>first-release</td><td>1</td><td>3</td><td>4</td><td>5</td><td>6</td></tr>
 * <tr><td>next-day</td><td>1</td><td>3</td><td>4</td><td>5</td><td>5</td></tr>
 * <tr><td>linear</td><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td></tr>
 * <tr><td>four-gram-blocking</td><td>0</td><td>0</td><td>0</td><td>5</td><td>∞</td></tr>
 * <tr><td>chinese</td><td>1</td><td>1</td><td>2</td><td>3</td><td>4</td></tr>
 * <tr><td>constant</td><td>2</td><td>2</td><td>2</td><td>2</td><td>2</td></tr>
 * <tr><td>log</td><td>1.93</td><td>3.07</td><td>3.87</td><td>4.49</td><td>5</td></tr>
 * <tr><td>exp</td><td>0.75</td><td>1.13</td><td>1.69</td><td>2.53</td><td>3.80</td></tr>
 * </table>
 */
public sealed interface Resistance {
    /** The largest depth: a longer path counts as one of this length. */
    int DEEPEST = 5;

    /** r(L), at least 0 and perhaps infinite. @param depth L, from 1 to {@link #DEEPEST} */
    double at(int depth);

    /** A table of one's own. @param steps r(1), r(2) and so on; beyond its end r is infinite */
    record Table(List<Double> steps) implements Resistance {
        public Table {
            steps = List.copyOf(steps);
            if (steps.isEmpty() || steps.size() > DEEPEST || !steps.stream().allMatch(r -> r >= 0)) {
                throw new BadInput(
                        "A table of resistances has one to " + DEEPEST + " numbers from 0 on, not " + steps + ".");
            }
        }

        @Override
        public double at(int depth) {
            return depth <= steps.size() ? steps.get(depth - 1) : Double.POSITIVE_INFINITY;
        }
    }

    /** The paper's. */
    record FirstRelease() implements Resistance {
        @Override
        public double at(int depth) {
            return depth == 1 ? 1 : depth + 1;
        }
    }

    /** The paper's with a milder end. */
    record NextDay() implements Resistance {
        @Override
        public double at(int depth) {
            return depth == 1 ? 1 : Math.min(depth + 1, 5);
        }
    }

    /** r(L) = L. */
    record Linear() implements Resistance {
        @Override
        public double at(int depth) {
            return depth;
        }
    }

    /** What the published code ends with, where k is 2000: only a fourth token meets resistance. */
    record FourGramBlocking() implements Resistance {
        @Override
        public double at(int depth) {
            return depth < 4 ? 0 : depth == 4 ? 5 : Double.POSITIVE_INFINITY;
        }
    }

    /** For the authors' Chinese model of 3.5 billion parameters. */
    record Chinese() implements Resistance {
        @Override
        public double at(int depth) {
            return Math.max(1, depth - 1);
        }
    }

    /** The same for every token that has occurred: a presence penalty on probabilities. */
    record Constant(double value) implements Resistance {
        public Constant {
            if (!(value >= 0)) {
                throw new BadInput("A resistance must be at least 0, not " + value + ".");
            }
        }

        /** The paper's 2. */
        public Constant() {
            this(2);
        }

        @Override
        public double at(int depth) {
            return value;
        }
    }

    /** r(L) = 5 log(1 + L) / log 6. */
    record Log() implements Resistance {
        @Override
        public double at(int depth) {
            return 5 * Math.log1p(depth) / Math.log(6);
        }
    }

    /** r(L) = 1.5<sup>L</sup> / 2. */
    record Exp() implements Resistance {
        @Override
        public double at(int depth) {
            return Math.pow(1.5, depth) / 2;
        }
    }
}
