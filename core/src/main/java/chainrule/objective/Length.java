package chainrule.objective;

import chainrule.Spec;

/** A number of tokens: {@code 60}, or a part of a whole: {@code (fraction:0.25)}. */
public sealed interface Length {
    /** How many of {@code whole} tokens these are, at least 1; more than there are is no fault. */
    int of(int whole);

    /** So many. @param count 1 or more */
    record Tokens(int count) implements Length, Spec.Bare {
        public Tokens {
            if (count < 1) {
                throw new IllegalArgumentException(count + " tokens: at least 1 is needed");
            }
        }

        @Override
        public int of(int whole) {
            return count;
        }
    }

    /** A part of the whole, rounded half to even as Python does. @param share above 0, 1 for all */
    record Fraction(double share) implements Length {
        public Fraction {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("share " + share + ": a number above 0, at most 1 is needed");
            }
        }

        @Override
        public int of(int whole) {
            return Math.max(1, (int) Math.rint(share * whole));
        }
    }
}
