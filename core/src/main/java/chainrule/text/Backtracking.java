package chainrule.text;

/**
 * How often a backtracking matcher may fail on a part of a pattern, as a bound in the number n of the text's characters.
 *
 * @param least characters of the shortest match
 * @param most characters of the longest, Long.MAX_VALUE if unbounded
 * @param ways in how many ways the part may match at one place
 * @param tries failures inside one match after which nothing fails
 * @param retries failures inside if what follows fails in every way
 * @param fails whether the part may fail
 * @param overreads whether it may read further than it matches
 */
record Backtracking(long least, long most, Count ways, Count tries, Count retries, boolean fails, boolean overreads) {
    /** fixed + linear · n, or {@code more} than that. */
    record Count(double fixed, double linear, boolean more) {
        static final Count NONE = new Count(0, 0, false);
        static final Count ONE = new Count(1, 0, false);
        private static final Count TEXT = new Count(1, 1, false);
        private static final Count TOO_MANY = new Count(1, 1, true);
        private static final double LARGE = 1e6;

        Count plus(Count o) {
            return new Count(fixed + o.fixed, linear + o.linear, more || o.more);
        }

        Count times(Count o) {
            if (equals(NONE) || o.equals(NONE)) {
                return NONE;
            }
            double constant = fixed * o.fixed;
            double slope = fixed * o.linear + linear * o.fixed;
            boolean square = linear > 0 && o.linear > 0;
            return new Count(constant, slope, more || o.more || square || slope > LARGE || constant > LARGE);
        }
    }

    static final Backtracking CHARACTER = new Backtracking(1, 1, Count.ONE, Count.NONE, Count.NONE, true, false);
    /** An assertion about the place alone. */
    static final Backtracking PLACE = new Backtracking(0, 0, Count.ONE, Count.NONE, Count.NONE, true, false);

    static final Backtracking NOTHING = new Backtracking(0, 0, Count.ONE, Count.NONE, Count.NONE, false, false);

    /** Failures if nothing follows. */
    Count failures() {
        return fails ? tries.plus(Count.ONE) : tries;
    }

    private Count refailures() {
        return fails ? retries.plus(Count.ONE) : retries;
    }

    /** What fails sends the matcher through all ways of what is before; what cannot fail is entered once. */
    Backtracking then(Backtracking o) {
        return new Backtracking(
                least + o.least,
                most == Long.MAX_VALUE || o.most == Long.MAX_VALUE ? Long.MAX_VALUE : most + o.most,
                ways.times(o.ways),
                o.fails ? retries.plus(ways.times(o.failures())) : tries.plus(o.tries),
                retries.plus(ways.times(o.refailures())),
                fails || o.fails,
                overreads || o.overreads || (o.fails && ways.linear > 0));
    }

    Backtracking or(Backtracking o) {
        return new Backtracking(
                Math.min(least, o.least),
                Math.max(most, o.most),
                ways.plus(o.ways),
                failures().plus(o.failures()),
                refailures().plus(o.refailures()),
                fails && o.fails,
                overreads || o.overreads);
    }

    /** Atomic: once matched, it is not entered again. */
    Backtracking atomic() {
        return new Backtracking(least, most, Count.ONE, tries, tries, fails, overreads);
    }

    /** An assertion that looks for this part, from each of so many places. */
    Backtracking assertion(long places) {
        Count all = failures().plus(Count.ONE).times(new Count(places, 0, false));
        return new Backtracking(0, 0, Count.ONE, all, all, true, all.linear > 0);
    }

    Backtracking optional() {
        return new Backtracking(0, most, ways.plus(Count.ONE), failures(), refailures(), false, overreads);
    }

    /** Repeated at least {@code from} times and at most {@code to}; without end if {@code to} is -1. */
    Backtracking repeated(int from, int to) {
        Backtracking all = NOTHING;
        for (int i = 0; i < from; i++) {
            all = all.then(this);
        }
        Backtracking tail = to < 0 ? unbounded() : NOTHING;
        for (int i = from; i < to; i++) {
            tail = then(tail).optional();
        }
        return all.then(tail);
    }

    /** Over all rounds what each has read adds up to the text, unless they read further than they match. */
    private Backtracking unbounded() {
        boolean oneWay = least == most && ways.equals(Count.ONE);
        Count loop = tries.more || (tries.linear > 0 && overreads)
                ? Count.TOO_MANY
                : new Count(1 + tries.fixed, tries.fixed + tries.linear, false);
        Count choices = oneWay ? Count.TEXT : Count.TOO_MANY;
        return new Backtracking(0, Long.MAX_VALUE, choices, loop, oneWay ? loop : Count.TOO_MANY, false, overreads);
    }
}
