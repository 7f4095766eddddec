package chainrule.decode;

import java.util.List;

/** A continuation that a search has found, and what the search thinks of it. */
public record Hypothesis(List<Token> tokens, double score) {}
