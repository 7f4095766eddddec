package chainrule.decode;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A token of a continuation.
 *
 * @param logprob the natural logarithm of the probability that the model gave it, before rules and filters, where the
 *     request asks for it
 * @param alternatives the model's best tokens in its place, as many as the request asks for, best first
 * @param weighed the candidates among which its method chose it, where the request asks for log-probabilities and the
 *     method makes candidates pay
 */
public record Token(int id, OptionalDouble logprob, List<Alternative> alternatives, List<Weighed> weighed) {
    /** A token that could have stood there. */
    public record Alternative(int id, double logprob) {}

    /** A token that no method chose. */
    public Token(int id, OptionalDouble logprob, List<Alternative> alternatives) {
        this(id, logprob, alternatives, List.of());
    }

    static Token of(int id) {
        return new Token(id, OptionalDouble.empty(), List.of());
    }

    Token with(List<Weighed> candidates) {
        return candidates.isEmpty() ? this : new Token(id, logprob, alternatives, candidates);
    }
}
