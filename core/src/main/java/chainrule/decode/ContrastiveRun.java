package chainrule.decode;

import chainrule.decode.rule.Path;
import chainrule.tensor.Ops;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;

/** A contrastive search: proposes the candidates as siblings and commits one of them. */
final class ContrastiveRun implements Run {
    private final ContrastiveSearch method;
    private final Text text;
    private final UnitVectors before;
    private Path path;
    private float[] scores = {};
    private Candidates candidates = new Candidates(new int[0], new double[0]);

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
            winner = method.winner(candidates.probabilities(), before.nearest(hidden));
            before.add(Ops.slice(hidden, 0, winner, winner + 1));
            path = path.then(candidates.tokens()[winner]);
        }
        scores = read.scores(winner);
        return Choice.commit(winner);
    }

    @Override
    public Proposal propose() {
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
    public void close() {
        before.close();
    }
}
