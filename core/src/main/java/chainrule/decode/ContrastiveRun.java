package chainrule.decode;

import chainrule.decode.rule.Path;
import chainrule.tensor.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;

/** A contrastive search: proposes the candidates as siblings and commits one of them. */
final class ContrastiveRun implements Run {
    private final ContrastiveSearch method;
    private final Text text;
    private final UnitVectors before;
    private Path path;
    /** After the token that stayed; asked for when all texts of the pass have settled on theirs. */
    private Supplier<float[]> next = () -> new float[0];

    private Candidates candidates = new Candidates(new int[0], new double[0]);
    private List<Weighed> weighed = List.of();

    ContrastiveRun(ContrastiveSearch method, Text text) {
        this.method = method;
        this.text = text;
        this.before = new UnitVectors(method.window().orElse(Integer.MAX_VALUE));
        this.path = text.prompt();
    }

    @Override
    public void prompt(Read chunk) {
        if (method.prompt()) {
            before.add(chunk.hidden());
        }
    }

    @Override
    public Choice choose(Read read) {
        int winner = 0;
        if (candidates.count() > 0) {
            Tensor hidden = read.hidden();
            weighed = method.weigh(candidates, before.nearest(hidden));
            winner = Weighed.winner(weighed, 0);
            before.add(Ops.slice(hidden, 0, winner, winner + 1));
            path = path.then(candidates.tokens()[winner]);
        }
        int row = winner;
        read.want(row);
        next = () -> read.scores(row);
        return Choice.commit(winner);
    }

    @Override
    public Proposal propose() {
        weighed = List.of();
        float[] scores = next.get();
        text.rules().apply(scores, path);
        candidates = Candidates.of(method.k(), scores);
        int[] tokens = candidates.tokens();
        if (tokens.length == 0) {
            throw TokenByToken.nothingFollows(path);
        }
        if (tokens.length == 1) {
            return Proposal.decided(tokens);
        }
        int[] parents = new int[tokens.length];
        Arrays.fill(parents, -1);
        return Proposal.open(tokens, parents);
    }

    @Override
    public List<Weighed> weighed() {
        return weighed;
    }

    @Override
    public void close() {
        before.close();
    }
}
