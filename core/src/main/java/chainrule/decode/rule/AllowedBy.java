package chainrule.decode.rule;

/**
 * Forbids every token that a predicate of the text so far does not allow. Where it allows none, decoding of the text
 * fails. It has no text form.
 */
public record AllowedBy(Constraint constraint) implements LogitRule {
    /** Whether {@code token} may follow {@code path}. */
    @FunctionalInterface
    public interface Constraint {
        boolean allows(Path path, int token);
    }

    @Override
    public void apply(float[] scores, Path path) {
        for (int token = 0; token < scores.length; token++) {
            if (scores[token] != Float.NEGATIVE_INFINITY && !constraint.allows(path, token)) {
                scores[token] = Float.NEGATIVE_INFINITY;
            }
        }
    }
}
