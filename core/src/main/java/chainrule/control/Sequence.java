package chainrule.control;

/**
 * A text that a model has written.
 *
 * @param tokens after the prompt, the token that ended it included
 * @param text what they read as
 */
public record Sequence(int[] tokens, String text) {}
