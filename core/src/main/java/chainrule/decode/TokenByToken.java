package chainrule.decode;

import chainrule.BadInput;
import chainrule.decode.rule.Path;
import java.util.List;

/**
 * A run that settles on one token after every pass. The token is sent off at once and read in the pass that finds its
 * successor, so a text's last token costs no pass.
 */
public final class TokenByToken implements Run {
    /** Picks the token that follows {@code path}. */
    @FunctionalInterface
    public interface Pick {
        /** @param scores logits after the text's rules; the array is the picker's to change */
        int next(float[] scores, Path path);

        /** What the latest pick was made of, see {@link Run#weighed}. */
        default List<Weighed> weighed() {
            return List.of();
        }
    }

    private static final Choice COMMIT = Choice.commit(0);

    private final Text text;
    private final Pick pick;
    private Path path;
    private int next;

    public TokenByToken(Text text, Pick pick) {
        this.text = text;
        this.pick = pick;
        this.path = text.prompt();
    }

    @Override
    public Choice choose(Read read) {
        float[] scores = read.scores(0);
        text.rules().apply(scores, path);
        next = pick.next(scores, path);
        if (!(scores[next] > Float.NEGATIVE_INFINITY)) {
            throw nothingFollows(path);
        }
        path = path.then(next);
        return COMMIT;
    }

    @Override
    public Proposal propose() {
        return Proposal.decided(next);
    }

    @Override
    public List<Weighed> weighed() {
        return pick.weighed();
    }

    /** What a text ends with that no token can continue. */
    static BadInput nothingFollows(Path path) {
        return new BadInput("After " + path.length() + " tokens none can follow: the rules forbid every token, or the"
                + " model's scores are not numbers.");
    }
}
