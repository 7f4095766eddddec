package chainrule.decode;

import chainrule.decode.filter.Distribution;
import chainrule.decode.rule.Path;
import java.util.List;

/** The steps of momentum decoding: the best token where it is new, otherwise the best of the candidates that pay. */
final class Walk implements TokenByToken.Pick {
    private final Momentum method;
    private List<Weighed> weighed = List.of();

    Walk(Momentum method) {
        this.method = method;
    }

    @Override
    public int next(float[] scores, Path path) {
        int best = Distribution.best(scores);
        byte[] depths = method.depths(scores.length, path);
        weighed = depths[best] == 0 ? List.of() : method.weigh(Candidates.of(method.k(), scores), depths);
        int winner = Weighed.winner(weighed, -1);
        return winner < 0 ? best : weighed.get(winner).id();
    }

    @Override
    public List<Weighed> weighed() {
        return weighed;
    }
}
