package chainrule.decode;

import chainrule.decode.filter.Distribution;

/** The most probable token after every prefix, the first of equals; rules change the logits. */
public record Greedy() implements Decoding {
    @Override
    public Run start(Text text) {
        return new TokenByToken(text, (scores, _) -> Distribution.best(scores));
    }
}
