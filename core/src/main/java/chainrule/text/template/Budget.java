package chainrule.text.template;

/**
 * The bounds on one rendering: how much work and memory it may take, how long a text may get, how deep it may nest.
 * One unit is about one character made; what templates get as input widens the bounds, so that an honest template
 * does not meet them however long the conversation is.
 */
final class Budget {
    private static final long UNITS = 32_000_000;
    private static final long UNITS_PER_INPUT_CHARACTER = 200;
    private static final int TEXT = 16_000_000;
    private static final int STEP = 4;
    private static final int SCANNED_PER_UNIT = 8;
    /** Bytes of a reference and of what a small object behind it takes. */
    private static final int ELEMENT = 8;
    /** So many levels take at most about 700 KB of stack before the compiler shrinks their frames. */
    private static final int DEPTH = 1_000;

    private final long maxText;
    private long left;
    private int depth;

    Budget(long inputCharacters) {
        left = UNITS + UNITS_PER_INPUT_CHARACTER * inputCharacters;
        maxText = TEXT + 8 * inputCharacters;
    }

    void charge(long units) {
        left -= units;
        if (left < 0 || units < 0) {
            throw new TemplateException("the template takes too many steps");
        }
    }

    /** A text of so many characters is about to be made. */
    void text(long length) {
        grow(length, length);
    }

    /** A text gets longer by so many characters, up to {@code length}. */
    void grow(long length, long by) {
        if (length > maxText) {
            throw new TemplateException("the template makes a text that is too long");
        }
        charge(by);
    }

    /** A list of so many elements is about to be made. */
    void elements(long count) {
        charge(count > left ? left + 1 : count * ELEMENT);
    }

    /** A text of so many characters is about to be read. */
    void scan(long length) {
        charge(length / SCANNED_PER_UNIT);
    }

    /** One step, within which other steps may nest; {@link #leave} must follow. */
    void enter() {
        charge(STEP);
        if (++depth > DEPTH) {
            throw new TemplateException("maximum recursion depth exceeded");
        }
    }

    void leave() {
        depth--;
    }
}
