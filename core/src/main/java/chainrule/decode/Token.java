package chainrule.decode;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A token of a continuation.
 *
 * @param logprob the natural logarithm of the probability that the model gave it, before rules and filters, where the
 *     request asks for it
 * @param alternatives the model's best tokens in its place, as many as the request asks for, best first
 */
public record Token(int id, OptionalDouble logprob, List<Alternative> alternatives) {
    /** A token that could have stood there. */
    public record Alternative(int id, double logprob) {}

    static Token of(int id) {
        return new Token(id, OptionalDouble.empty(), List.of());
    }
}
